package io.tern.agent.plane;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.util.List;

/**
 * An entry that maps have.
 *
 * @param key numbers of the match fields
 * @param saved the same as the agent saved it; null for tables whose maps say all
 * @param cell row of a server ID's counter, {@link #IN_PLACE} for slots; -1 where there is none
 */
public record Restored(
    int tableId,
    List<BigInteger> key,
    int actionId,
    List<BigInteger> arguments,
    SavedEntry saved,
    int cell) {
  /** A slot is where it has to be. */
  static final int IN_PLACE = -2;

  public Restored {
    key = List.copyOf(key);
    arguments = List.copyOf(arguments);
    requireNonNull(key, "key");
  }

  /** Without the arguments: they may be keys. */
  @Override
  public String toString() {
    return io.tern.p4.contract.TernP4.nameOf(tableId) + " " + key;
  }
}

package io.tern.core.entry;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One entry of a table. Two entries with the same {@link #key()} are the same entity for P4Runtime.
 *
 * @param key table and match
 * @param action what it does
 */
public record TableEntry(Key key, Action action) {
  public TableEntry {
    requireNonNull(key, "key");
    requireNonNull(action, "action");
  }

  /**
   * Identity of an entry. Tern's tables match exactly.
   *
   * @param tableId P4Info ID of the table
   * @param match the values of the match fields, in the order of their IDs 1, 2, ...
   */
  public record Key(int tableId, List<Bits> match) {
    public Key {
      match = List.copyOf(match);
    }
  }

  /**
   * An action call.
   *
   * @param actionId P4Info ID of the action
   * @param params the parameters, in the order of their IDs 1, 2, ...
   */
  public record Action(int actionId, List<Bits> params) {
    public Action {
      params = List.copyOf(params);
    }
  }
}

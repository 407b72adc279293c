package io.tern.core.entry;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * One entry of a table. Two entries with the same {@link #key()} are the same entity for P4Runtime.
 *
 * @param key table and match
 * @param action what it does
 * @param meter rates of its direct meter; empty if it has none, or one that lets everything pass
 */
public record TableEntry(Key key, Action action, Optional<MeterConfig> meter) {
  public TableEntry {
    requireNonNull(key, "key");
    requireNonNull(action, "action");
    requireNonNull(meter, "meter");
  }

  /** An entry without meter. */
  public TableEntry(Key key, Action action) {
    this(key, action, Optional.empty());
  }

  /** Whether a target that was given this entry would report the other. */
  public boolean isReportedAs(TableEntry reported) {
    return key.equals(reported.key)
        && action.equals(reported.action)
        && meter.isPresent() == reported.meter.isPresent()
        && (meter.isEmpty() || meter.get().isReportedAs(reported.meter.get()));
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

    /** Without the parameters: round keys are among them. */
    @Override
    public String toString() {
      return String.format("Action[actionId=0x%08x, %d params]", actionId, params.size());
    }
  }
}

package io.tern.embedded.bmv2;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * A match-action table.
 *
 * @param index place in {@link Program#tables()}
 * @param maxSize entries that fit
 * @param defaultEntry what the program sets
 * @param defaultIsConstant the control plane must not change the default action
 * @param entries the program's own; they make the table read-only
 * @param directMeter null if there is none
 */
public record Table(
    int index,
    String name,
    Kind kind,
    List<Key> keys,
    List<Action> actions,
    int maxSize,
    boolean withCounters,
    MeterArray directMeter,
    Optional<ActionEntry> defaultEntry,
    boolean defaultIsConstant,
    boolean readOnly,
    List<Entry> entries) {

  /** How the table as a whole finds its entry. */
  public enum Kind {
    EXACT,
    /** The longest prefix wins. */
    LPM,
    /** The highest priority wins. */
    PRIORITY
  }

  /** How one field is matched. */
  public enum MatchKind {
    EXACT,
    LPM,
    TERNARY,
    RANGE,
    OPTIONAL
  }

  /**
   * A field of the key.
   *
   * @param mask is applied to the field before it is matched; null for none
   */
  public record Key(String name, MatchKind kind, FieldRef field, BigInteger mask) {
    public int width() {
      return field.width();
    }
  }

  /** An action with its arguments. */
  public record ActionEntry(Action action, List<BigInteger> arguments) {
    public ActionEntry {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * One field of a constant entry. Ternary fields use {@code value} and {@code mask}, prefixes
   * {@code value} and {@code prefixLength}, ranges {@code value} to {@code mask}.
   */
  public record EntryMatch(BigInteger value, BigInteger mask, int prefixLength) {}

  /** A constant entry; as in all of the data plane the larger priority wins. */
  public record Entry(List<EntryMatch> match, int priority, ActionEntry action) {
    public Entry {
      match = List.copyOf(match);
    }
  }

  public Table {
    keys = List.copyOf(keys);
    actions = List.copyOf(actions);
    entries = List.copyOf(entries);
  }
}

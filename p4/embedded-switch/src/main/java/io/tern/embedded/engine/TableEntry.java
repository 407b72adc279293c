package io.tern.embedded.engine;

import java.util.Arrays;

/** An installed entry. The match never changes; the action may. */
final class TableEntry implements DataPlane.EntryHandle {
  private final MatchTable table;

  /** The key, under the mask if there is one; for a range field the low end. */
  final long[] key;

  /** Null if all bits count. */
  final long[] mask;

  /** The high ends of the range fields, in the words of their fields; null without ranges. */
  final long[] high;

  final int prefixLength;
  final int priority;
  final int hash;

  /** Null if the table does not count. */
  final EntryCounter counter;

  volatile ActionBinding binding;
  volatile Meter meter;

  /** Guarded by the table. */
  boolean removed;

  TableEntry(
      MatchTable table,
      long[] key,
      long[] mask,
      long[] high,
      int prefixLength,
      int priority,
      ActionBinding binding,
      boolean counted) {
    this.table = table;
    this.key = key;
    this.mask = mask;
    this.high = high;
    this.prefixLength = prefixLength;
    this.priority = priority;
    this.binding = binding;
    this.counter = counted ? new EntryCounter() : null;
    this.hash = KeyLayout.hash(key, key.length);
  }

  MatchTable table() {
    return table;
  }

  /** Whether the key is the same; the lengths are. */
  boolean hasKey(long[] other) {
    for (int i = 0; i < key.length; i++) {
      if (key[i] != other[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether both match the same packets with the same priority. */
  boolean sameMatch(TableEntry other) {
    return priority == other.priority
        && Arrays.equals(key, other.key)
        && Arrays.equals(mask, other.mask)
        && Arrays.equals(high, other.high);
  }

  int matchHash() {
    return 31 * (31 * (31 * hash + Arrays.hashCode(mask)) + Arrays.hashCode(high)) + priority;
  }
}

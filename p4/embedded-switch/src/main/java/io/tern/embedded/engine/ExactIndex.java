package io.tern.embedded.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Entries by key: open addressing with linear probing.
 *
 * <p>Any thread may look up, without a lock, while one thread (under the table's lock) changes the
 * index. An entry never moves within an array: removal leaves a tombstone, and growth publishes a
 * new array, so a lookup sees each change wholly or not at all. Insertion and removal take constant
 * time on average.
 */
final class ExactIndex {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(TableEntry[].class);
  private static final TableEntry TOMBSTONE =
      new TableEntry(null, new long[0], null, null, 0, 0, null, false);
  private static final int MIN_CAPACITY = 16;

  private volatile TableEntry[] slots = new TableEntry[MIN_CAPACITY];
  private int size;

  /** Slots that are not null, with tombstones. */
  private int used;

  /** The entry with that key, or null. The key may be longer than the entries'. */
  TableEntry find(long[] key, int hash) {
    TableEntry[] in = slots;
    int mask = in.length - 1;
    for (int i = hash & mask; ; i = (i + 1) & mask) {
      TableEntry entry = (TableEntry) SLOT.getAcquire(in, i);
      if (entry == null) {
        return null;
      }
      if (entry.hash == hash && entry != TOMBSTONE && entry.hasKey(key)) {
        return entry;
      }
    }
  }

  int size() {
    return size;
  }

  /** Adds an entry whose key is not there. */
  void add(TableEntry entry) {
    if (2 * (used + 1) > slots.length) {
      rebuild();
    }
    TableEntry[] in = slots;
    int mask = in.length - 1;
    int i = entry.hash & mask;
    while (in[i] != null && in[i] != TOMBSTONE) {
      i = (i + 1) & mask;
    }
    if (in[i] == null) {
      used++;
    }
    size++;
    SLOT.setRelease(in, i, entry);
  }

  /** Removes an entry that is there. */
  void remove(TableEntry entry) {
    TableEntry[] in = slots;
    int mask = in.length - 1;
    int i = entry.hash & mask;
    while (in[i] != entry) {
      i = (i + 1) & mask;
    }
    size--;
    if (in[(i + 1) & mask] == null) {
      // The end of a run: no probe needs the slot.
      used--;
      SLOT.setRelease(in, i, null);
    } else {
      SLOT.setRelease(in, i, TOMBSTONE);
    }
  }

  /** Without tombstones, and a quarter full. */
  private void rebuild() {
    int capacity = MIN_CAPACITY;
    while (capacity < 4 * (size + 1)) {
      capacity *= 2;
    }
    TableEntry[] fresh = new TableEntry[capacity];
    int mask = capacity - 1;
    for (TableEntry entry : slots) {
      if (entry != null && entry != TOMBSTONE) {
        int i = entry.hash & mask;
        while (fresh[i] != null) {
          i = (i + 1) & mask;
        }
        fresh[i] = entry;
      }
    }
    used = size;
    slots = fresh;
  }
}

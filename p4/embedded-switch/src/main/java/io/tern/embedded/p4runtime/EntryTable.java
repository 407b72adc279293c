package io.tern.embedded.p4runtime;

import java.util.AbstractCollection;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The entries of a table by their keys, in the order in which they came: a list, and open
 * addressing of the places in it. An entry costs 12 to 24 octets here. Not thread-safe.
 */
final class EntryTable extends AbstractCollection<InstalledEntry> {
  private static final int MIN_CAPACITY = 16;
  private static final int FREE = 0;
  private static final int REMOVED = -1;

  private final int keyLength;

  /** Null where one was removed. */
  private InstalledEntry[] entries = new InstalledEntry[MIN_CAPACITY];

  /** Index in {@link #entries} plus one; twice as many, so that half of them are free. */
  private int[] places = new int[2 * MIN_CAPACITY];

  private int end;
  private int size;

  /**
   * @param keyLength octets of a key
   */
  EntryTable(int keyLength) {
    this.keyLength = keyLength;
  }

  /** The entry with a key; null if there is none. */
  InstalledEntry get(EntryKey key) {
    return get(key.octets, key.hash);
  }

  /** The entry whose key the first octets of an array are; null if there is none. */
  InstalledEntry get(byte[] octets, int hash) {
    int place = find(octets, hash);
    return place < 0 ? null : entries[places[place] - 1];
  }

  /** Adds an entry, or puts it in the place of the one with its key. */
  void put(InstalledEntry entry) {
    int found = find(entry.octets, entry.hash);
    if (found >= 0) {
      entries[places[found] - 1] = entry;
      return;
    }
    if (end == entries.length) {
      rebuild();
    }
    entries[end++] = entry;
    size++;
    int mask = places.length - 1;
    int place = entry.hash & mask;
    while (places[place] > 0) {
      place = (place + 1) & mask;
    }
    places[place] = end;
  }

  /** Removes the entry with a key and returns it; null if there is none. */
  InstalledEntry remove(EntryKey key) {
    return remove(key.octets, key.hash);
  }

  /** Removes the entry whose key the first octets of an array are. */
  InstalledEntry remove(byte[] octets, int hash) {
    int place = find(octets, hash);
    if (place < 0) {
      return null;
    }
    int index = places[place] - 1;
    InstalledEntry removed = entries[index];
    entries[index] = null;
    size--;
    places[place] = places[(place + 1) & (places.length - 1)] == FREE ? FREE : REMOVED;
    return removed;
  }

  private int find(byte[] octets, int hash) {
    int mask = places.length - 1;
    for (int place = hash & mask; places[place] != FREE; place = (place + 1) & mask) {
      if (places[place] != REMOVED) {
        InstalledEntry entry = entries[places[place] - 1];
        if (entry.hash == hash && Arrays.equals(entry.octets, 0, keyLength, octets, 0, keyLength)) {
          return place;
        }
      }
    }
    return -1;
  }

  /** Closes the gaps; in twice the room if there are few. */
  private void rebuild() {
    int capacity = size > entries.length / 4 * 3 ? 2 * entries.length : entries.length;
    InstalledEntry[] kept = new InstalledEntry[capacity];
    int[] fresh = new int[2 * capacity];
    int mask = fresh.length - 1;
    int next = 0;
    for (int i = 0; i < end; i++) {
      if (entries[i] != null) {
        int place = entries[i].hash & mask;
        while (fresh[place] != FREE) {
          place = (place + 1) & mask;
        }
        kept[next++] = entries[i];
        fresh[place] = next;
      }
    }
    entries = kept;
    places = fresh;
    end = next;
  }

  @Override
  public int size() {
    return size;
  }

  /** In the order in which the keys came; the table must not change meanwhile. */
  @Override
  public Iterator<InstalledEntry> iterator() {
    return new Iterator<>() {
      private int next = skip(0);

      private int skip(int from) {
        int at = from;
        while (at < end && entries[at] == null) {
          at++;
        }
        return at;
      }

      @Override
      public boolean hasNext() {
        return next < end;
      }

      @Override
      public InstalledEntry next() {
        if (next >= end) {
          throw new NoSuchElementException();
        }
        InstalledEntry entry = entries[next];
        next = skip(next + 1);
        return entry;
      }
    };
  }
}

package io.tern.core.planner;

import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Entries by key, ordered by table ID and then by the values of the match. Immutable.
 *
 * <p>A sorted array and no hash table: plans are large, are made while a device waits for them, and
 * are walked through far more often than looked into.
 */
final class PlannedEntries extends AbstractMap<TableEntry.Key, TableEntry> {
  static final Comparator<TableEntry> ORDER = (a, b) -> compare(a.key(), b.key());

  private final TableEntry[] sorted;

  private PlannedEntries(TableEntry[] sorted) {
    this.sorted = sorted;
  }

  /**
   * Sorts entries.
   *
   * @throws IllegalStateException if two have the same key
   */
  static PlannedEntries of(Collection<TableEntry> entries) {
    TableEntry[] sorted = entries.toArray(new TableEntry[0]);
    // Most of a plan comes in runs that are sorted already: that is what this sort is good at. No
    // sort
    // can do without comparing what comes to stand side by side, so it meets each pair of equals.
    Arrays.sort(sorted, PlannedEntries::compareUnequal);
    return new PlannedEntries(sorted);
  }

  private static int compareUnequal(TableEntry a, TableEntry b) {
    int order = compare(a.key(), b.key());
    if (order == 0) {
      throw new IllegalStateException("planned twice: " + a.key());
    }
    return order;
  }

  private static int compare(TableEntry.Key a, TableEntry.Key b) {
    if (a.tableId() != b.tableId()) {
      return Integer.compare(a.tableId(), b.tableId());
    }
    List<Bits> left = a.match();
    List<Bits> right = b.match();
    int common = Math.min(left.size(), right.size());
    for (int i = 0; i < common; i++) {
      int order = left.get(i).compareTo(right.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  @Override
  public TableEntry get(Object key) {
    if (key instanceof TableEntry.Key wanted) {
      int low = 0;
      int high = sorted.length - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        int order = compare(sorted[middle].key(), wanted);
        if (order == 0) {
          return sorted[middle];
        } else if (order < 0) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
    }
    return null;
  }

  @Override
  public boolean containsKey(Object key) {
    return get(key) != null;
  }

  @Override
  public int size() {
    return sorted.length;
  }

  @Override
  public Collection<TableEntry> values() {
    return Collections.unmodifiableList(Arrays.asList(sorted));
  }

  @Override
  public Set<Map.Entry<TableEntry.Key, TableEntry>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return sorted.length;
      }

      @Override
      public Iterator<Map.Entry<TableEntry.Key, TableEntry>> iterator() {
        return new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return next < sorted.length;
          }

          @Override
          public Map.Entry<TableEntry.Key, TableEntry> next() {
            if (!hasNext()) {
              throw new NoSuchElementException();
            }
            TableEntry entry = sorted[next++];
            return Map.entry(entry.key(), entry);
          }
        };
      }
    };
  }
}

package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Table;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Ternary, range and optional fields: a list by falling priority; among equals the older entry
 * wins. A change copies the list, so a lookup goes through one that does not change.
 */
final class PriorityTable extends MatchTable {
  /** An entry by what it matches. */
  private record Match(TableEntry entry) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Match match && entry.sameMatch(match.entry);
    }

    @Override
    public int hashCode() {
      return entry.matchHash();
    }
  }

  private final KeyLayout keys;
  private final int limbs;

  /** First word and number of words of each range field. */
  private final int[] rangeLimb;

  private final int[] rangeLimbs;
  private final Set<Match> matches = new HashSet<>();
  private volatile TableEntry[] entries = new TableEntry[0];

  PriorityTable(Table table, List<CompiledAction> actions, KeyLayout keys, LongSupplier nanoClock) {
    super(table, actions, keys, nanoClock);
    this.keys = keys;
    this.limbs = keys.limbs();
    int[] ranges =
        IntStream.range(0, table.keys().size())
            .filter(i -> table.keys().get(i).kind() == Table.MatchKind.RANGE)
            .toArray();
    rangeLimb = IntStream.of(ranges).map(keys::limb).toArray();
    rangeLimbs = IntStream.of(ranges).map(i -> Layout.limbs(table.keys().get(i).width())).toArray();
  }

  @Override
  TableEntry lookup(PacketContext c) {
    long[] key = c.key;
    keys.load(c.r, key);
    for (TableEntry entry : entries) {
      if (matches(entry, key)) {
        return entry;
      }
    }
    return null;
  }

  private boolean matches(TableEntry entry, long[] key) {
    long[] mask = entry.mask;
    long[] value = entry.key;
    for (int i = 0; i < limbs; i++) {
      if (((key[i] ^ value[i]) & mask[i]) != 0) {
        return false;
      }
    }
    for (int i = 0; i < rangeLimb.length; i++) {
      int at = rangeLimb[i];
      if (WideMath.compareUnsigned(key, at, value, at, rangeLimbs[i]) < 0
          || WideMath.compareUnsigned(key, at, entry.high, at, rangeLimbs[i]) > 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  boolean contains(TableEntry entry) {
    return matches.contains(new Match(entry));
  }

  @Override
  boolean add(TableEntry entry) {
    if (!matches.add(new Match(entry))) {
      return false;
    }
    TableEntry[] old = entries;
    int at = firstBelow(old, entry.priority);
    TableEntry[] more = new TableEntry[old.length + 1];
    System.arraycopy(old, 0, more, 0, at);
    more[at] = entry;
    System.arraycopy(old, at, more, at + 1, old.length - at);
    entries = more;
    return true;
  }

  /** Index of the first entry of lower priority. */
  private static int firstBelow(TableEntry[] in, int priority) {
    int low = 0;
    int high = in.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (in[middle].priority >= priority) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  void remove(TableEntry entry) {
    matches.remove(new Match(entry));
    TableEntry[] old = entries;
    int at = firstBelow(old, entry.priority) - 1;
    while (old[at] != entry) {
      at--;
    }
    TableEntry[] fewer = new TableEntry[old.length - 1];
    System.arraycopy(old, 0, fewer, 0, at);
    System.arraycopy(old, at + 1, fewer, at, fewer.length - at);
    entries = fewer;
  }

  @Override
  int size() {
    return entries.length;
  }
}

package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Table;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/** One prefix, the other fields exact: an index for each prefix length in use, longest first. */
final class LpmTable extends MatchTable {
  private static final class Level {
    private final int prefixLength;
    private final long[] mask;
    private final ExactIndex index = new ExactIndex();

    Level(int prefixLength, long[] mask) {
      this.prefixLength = prefixLength;
      this.mask = mask;
    }
  }

  private final KeyLayout keys;
  private final int limbs;
  private volatile Level[] levels = new Level[0];
  private int size;

  LpmTable(Table table, List<CompiledAction> actions, KeyLayout keys, LongSupplier nanoClock) {
    super(table, actions, keys, nanoClock);
    this.keys = keys;
    this.limbs = keys.limbs();
  }

  @Override
  TableEntry lookup(PacketContext c) {
    keys.load(c.r, c.key);
    long[] masked = c.maskedKey;
    for (Level level : levels) {
      for (int i = 0; i < limbs; i++) {
        masked[i] = c.key[i] & level.mask[i];
      }
      TableEntry entry = level.index.find(masked, KeyLayout.hash(masked, limbs));
      if (entry != null) {
        return entry;
      }
    }
    return null;
  }

  private Level level(int prefixLength) {
    for (Level level : levels) {
      if (level.prefixLength == prefixLength) {
        return level;
      }
    }
    return null;
  }

  @Override
  boolean contains(TableEntry entry) {
    Level level = level(entry.prefixLength);
    return level != null && level.index.find(entry.key, entry.hash) != null;
  }

  @Override
  boolean add(TableEntry entry) {
    if (contains(entry)) {
      return false;
    }
    Level level = level(entry.prefixLength);
    if (level == null) {
      level = new Level(entry.prefixLength, mask(entry.prefixLength));
      level.index.add(entry);
      Level[] more = Arrays.copyOf(levels, levels.length + 1);
      more[levels.length] = level;
      Arrays.sort(more, (a, b) -> Integer.compare(b.prefixLength, a.prefixLength));
      levels = more;
    } else {
      level.index.add(entry);
    }
    size++;
    return true;
  }

  private long[] mask(int prefixLength) {
    long[] mask = new long[limbs];
    List<Table.Key> fields = keys.keys();
    for (int i = 0; i < fields.size(); i++) {
      boolean prefix = fields.get(i).kind() == Table.MatchKind.LPM;
      int rest = prefix ? fields.get(i).width() - prefixLength : 0;
      keys.put(i, keys.ones(i).shiftRight(rest).shiftLeft(rest), mask);
    }
    return mask;
  }

  @Override
  void remove(TableEntry entry) {
    Level level = level(entry.prefixLength);
    level.index.remove(entry);
    size--;
    if (level.index.size() == 0) {
      levels = Arrays.stream(levels).filter(l -> l != level).toArray(Level[]::new);
    }
  }

  @Override
  int size() {
    return size;
  }
}

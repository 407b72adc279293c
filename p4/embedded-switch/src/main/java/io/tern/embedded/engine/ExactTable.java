package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Table;
import java.util.List;
import java.util.function.LongSupplier;

/** All fields exact. */
final class ExactTable extends MatchTable {
  private final KeyLayout keys;
  private final int limbs;
  private final ExactIndex index = new ExactIndex();

  ExactTable(Table table, List<CompiledAction> actions, KeyLayout keys, LongSupplier nanoClock) {
    super(table, actions, keys, nanoClock);
    this.keys = keys;
    this.limbs = keys.limbs();
  }

  @Override
  TableEntry lookup(PacketContext c) {
    keys.load(c.r, c.key);
    return index.find(c.key, KeyLayout.hash(c.key, limbs));
  }

  @Override
  boolean contains(TableEntry entry) {
    return index.find(entry.key, entry.hash) != null;
  }

  @Override
  boolean add(TableEntry entry) {
    if (contains(entry)) {
      return false;
    }
    index.add(entry);
    return true;
  }

  @Override
  void remove(TableEntry entry) {
    index.remove(entry);
  }

  @Override
  int size() {
    return index.size();
  }
}

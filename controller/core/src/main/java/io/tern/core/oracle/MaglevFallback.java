package io.tern.core.oracle;

import io.tern.core.intent.Backend;
import io.tern.core.intent.Pool;
import io.tern.core.maglev.MaglevTable;
import io.tern.core.maglev.MaglevTable.Member;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/** The fallback as the intent wants it. */
final class MaglevFallback implements Fallback {
  private final MaglevTable table;
  private final List<Backend> owners;

  /** Shared by these backends; without any it routes nothing. */
  MaglevFallback(Pool pool, List<Backend> sharers) {
    // In the order of the table's members, so that their indices agree.
    this.owners = sharers.stream().sorted(Comparator.comparing(MaglevFallback::name)).toList();
    this.table =
        MaglevTable.of(
            pool.fallbackSlots(),
            owners.stream().map(b -> new Member(name(b), b.weight())).toList());
  }

  @Override
  public OptionalInt route(int tupleHash) {
    return table.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(owners.get(table.ownerIndex(tupleHash & (table.slots() - 1))).number());
  }

  private static String name(Backend backend) {
    return backend.poolId() + "/" + backend.id();
  }
}

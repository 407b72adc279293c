package io.tern.core.oracle;

import io.tern.core.intent.Backend;
import io.tern.core.intent.Pool;
import io.tern.core.maglev.MaglevTable;
import io.tern.core.maglev.MaglevTable.Member;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The 4-tuple route of a pool. */
final class Fallback {
  private final MaglevTable table;
  private final List<Backend> owners;

  private Fallback(MaglevTable table, List<Backend> owners) {
    this.table = table;
    this.owners = owners;
  }

  /** Shared by these backends; without any it routes nothing. */
  static Fallback of(Pool pool, List<Backend> sharers) {
    // In the order of the table's members, so that their indices agree.
    List<Backend> owners = sharers.stream().sorted(Comparator.comparing(Fallback::name)).toList();
    return new Fallback(
        MaglevTable.of(
            pool.fallbackSlots(),
            owners.stream().map(b -> new Member(name(b), b.weight())).toList()),
        owners);
  }

  /** The owner of the slot of a 4-tuple. */
  Optional<Backend> route(int tupleHash) {
    return table.isEmpty()
        ? Optional.empty()
        : Optional.of(owners.get(table.ownerIndex(tupleHash & (table.slots() - 1))));
  }

  private static String name(Backend backend) {
    return backend.poolId() + "/" + backend.id();
  }
}

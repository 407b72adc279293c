package io.tern.core.oracle;

import io.tern.core.intent.Backend;
import io.tern.core.intent.Pool;
import io.tern.core.maglev.MaglevTable;
import io.tern.core.maglev.MaglevTable.Member;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The fallback as the intent wants it. */
final class MaglevFallback implements Fallback {
  private final MaglevTable table;
  private final List<Delivery> owners;

  /** Shared by these backends; without any it routes nothing. */
  MaglevFallback(Pool pool, List<Backend> sharers, Function<Backend, Delivery> deliveries) {
    // In the order of the table's members, so that their indices agree.
    List<Backend> sorted =
        sharers.stream().sorted(Comparator.comparing(MaglevFallback::name)).toList();
    this.table =
        MaglevTable.of(
            pool.fallbackSlots(),
            sorted.stream().map(b -> new Member(name(b), b.weight())).toList());
    this.owners = sorted.stream().map(deliveries).toList();
  }

  @Override
  public Optional<Delivery> route(int tupleHash) {
    return table.isEmpty()
        ? Optional.empty()
        : Optional.of(owners.get(table.ownerIndex(tupleHash & (table.slots() - 1))));
  }

  private static String name(Backend backend) {
    return backend.poolId() + "/" + backend.id();
  }
}

package io.tern.core.planner;

import static io.tern.core.intent.ResourceNames.backendName;
import static io.tern.core.intent.ResourceNames.cidConfigName;
import static io.tern.core.intent.ResourceNames.poolName;
import static io.tern.core.intent.ResourceNames.vipName;

import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.Replica;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.Pool;
import io.tern.core.intent.Vip;
import io.tern.core.planner.Unsupported.Kind;
import io.tern.p4.contract.TernP4;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Counters;
import io.tern.p4.contract.TernP4.Tables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What one pool adds to a {@link Draft}. Good for one plan. */
final class PoolDraft {
  private final Draft draft;
  private final Pool pool;
  private final List<Vip> vips;

  /** Backends that are not DRAINED. */
  private final List<Backend> living;

  /** Those of them that the device has a port to. */
  private final List<Backend> served;

  private final ForwardingEntries forwarding;

  /**
   * @param vips of the pool, at least one
   */
  PoolDraft(Draft draft, Pool pool, List<Vip> vips) {
    this.draft = draft;
    this.pool = pool;
    this.vips = vips.stream().filter(vip -> hasFamily(draft, vip)).toList();
    this.living =
        draft.intent.backendsOf(pool.id()).values().stream()
            .filter(backend -> backend.state() != Backend.State.DRAINED)
            .toList();
    this.served = living.stream().filter(this::reaches).toList();
    this.forwarding = new ForwardingEntries(pool.options().forwarding(), draft.device);
  }

  private static boolean hasFamily(Draft draft, Vip vip) {
    boolean v6 = vip.endpoint().isV6();
    if (!draft.capabilities.hasTable(TernEntries.vipTable(v6))) {
      draft.unsupported(
          Kind.NO_ADDRESS_FAMILY,
          vipName(vip.id()),
          "the program of "
              + draft.name()
              + " has no "
              + family(v6)
              + " VIPs; packets to "
              + vip.endpoint()
              + " pass by L2 there");
      return false;
    }
    return true;
  }

  void plan() {
    if (vips.isEmpty() || !canServe()) {
      return;
    }
    List<TableEntry> entries = entries();
    Optional<Replication> replication = replication();
    Optional<String> tooSmall = take(entries, replication);
    if (tooSmall.isPresent() && replication.isPresent()) {
      replication.get().giveBack(draft);
      replication = Optional.empty();
      Optional<String> replicasTooMany = tooSmall;
      tooSmall = take(entries, replication);
      if (tooSmall.isEmpty()) {
        unreplicated(Kind.TABLE_FULL, replicasTooMany.get());
      }
    }
    if (tooSmall.isPresent()) {
      notServed(Kind.TABLE_FULL, tooSmall.get());
      return;
    }
    replication.ifPresent(r -> draft.add(r.group()));
    vips.stream()
        .filter(vip -> !vip.steerOnly())
        .forEach(vip -> draft.answersFor(vip.endpoint().address()));
    reportGaps();
    draft.intent.cidConfigsOf(pool.id()).forEach(this::cidConfig);
  }

  /** Reports why not. */
  private boolean canServe() {
    int all = draft.intent.backendsOf(pool.id()).size();
    if (all > 0 && draft.intent.backendsOf(pool.id()).values().stream().noneMatch(this::reaches)) {
      notServed(Kind.NO_PORT, "none of its " + all + " backends has a port on " + draft.name());
      return false;
    }
    for (boolean v6 : new boolean[] {false, true}) {
      if (served.stream().anyMatch(backend -> backend.endpoint().isV6() == v6) && !canForward(v6)) {
        return false;
      }
    }
    return true;
  }

  private boolean canForward(boolean v6) {
    int action = forwarding.backendAction(v6);
    if (!draft.capabilities.hasAction(action)) {
      lacks("action " + TernP4.nameOf(action), v6);
      return false;
    }
    if (pool.options().isNat() && !draft.capabilities.hasTable(TernEntries.returnPathTable(v6))) {
      lacks("table " + TernP4.nameOf(TernEntries.returnPathTable(v6)), v6);
      return false;
    }
    if (forwarding.isTunnel() && forwarding.tunnelSource(v6).isEmpty()) {
      notServed(
          Kind.NO_TUNNEL_SOURCE,
          draft.name()
              + " has no "
              + family(v6)
              + " tunnel source, which "
              + forwarding.mode()
              + " to its "
              + family(v6)
              + " backends needs: set tunnel_source_"
              + (v6 ? "v6" : "v4")
              + " of "
              + draft.name());
      return false;
    }
    return true;
  }

  private void lacks(String what, boolean v6) {
    notServed(
        Kind.NO_FORWARDING,
        "the program of "
            + draft.name()
            + " has no "
            + what
            + ", which "
            + forwarding.mode()
            + " to its "
            + family(v6)
            + " backends needs");
  }

  /** All but VIPs and replicas. */
  private List<TableEntry> entries() {
    List<TableEntry> entries = new ArrayList<>();
    for (Backend backend : served) {
      entries.add(forwarding.backend(backend, draft.portTo(backend).orElseThrow()));
      if (pool.options().isNat()) {
        // The intent sees to it that there is one VIP, of the backends' family.
        entries.add(TernEntries.returnPath(backend, vips.get(0)));
      }
    }
    if (usesFallback()) {
      entries.addAll(draft.fallbackCache.entries(pool, served));
      if (stateTimeout().isPresent()) {
        served.forEach(backend -> entries.add(TernEntries.serving(backend)));
      }
    }
    return entries;
  }

  private Optional<String> take(List<TableEntry> entries, Optional<Replication> replication) {
    List<TableEntry> all = new ArrayList<>(entries);
    int group = TernEntries.NO_ICMP_GROUP;
    if (replication.isPresent()) {
      all.addAll(replication.get().entries());
      group = replication.get().group().id();
    }
    for (Vip vip : vips) {
      all.add(TernEntries.vip(vip, pool, countsMigrated(), group, stateTimeout()));
    }
    return draft.room.take(all);
  }

  private boolean usesFallback() {
    return !vips.stream().allMatch(Vip::steerOnly);
  }

  /** BMv2 skips cells that a counter does not have, and says nothing. */
  private boolean hasCellOfMigrations() {
    return pool.number() < draft.capabilities.counterSize(Counters.Migrated.ID);
  }

  private boolean countsMigrated() {
    return pool.options().countMigrated() && hasCellOfMigrations();
  }

  private boolean hasState() {
    return draft.capabilities.hasAction(Actions.SetPoolStateful.ID)
        && draft.capabilities.hasTable(Tables.ServingBackend.ID);
  }

  private Optional<Duration> stateTimeout() {
    return hasState() ? pool.options().stateTimeout() : Optional.empty();
  }

  /**
   * Copies of ICMP errors.
   *
   * @param entries one for each replica of {@code group}
   */
  private record Replication(MulticastGroup group, List<TableEntry> entries) {
    void giveBack(Draft draft) {
      draft.groupIds.giveBack(List.of(group.id()));
      draft.instances.giveBack(group.replicas().stream().map(Replica::instance).toList());
    }
  }

  /**
   * Empty if the pool does not want it, has no use for it, or cannot have it, which is reported.
   */
  private Optional<Replication> replication() {
    if (!pool.options().replicateIcmpErrors() || !usesFallback() || served.isEmpty()) {
      return Optional.empty();
    }
    for (Backend backend : served) {
      int action = forwarding.replicaAction(backend.endpoint().isV6());
      if (!draft.capabilities.hasTable(Tables.Replica.ID)
          || !draft.capabilities.hasAction(action)) {
        unreplicated(
            Kind.NO_REPLICATION,
            "the program of " + draft.name() + " has no action " + TernP4.nameOf(action));
        return Optional.empty();
      }
    }
    if (served.size() > draft.instances.free() || draft.groupIds.free() == 0) {
      unreplicated(Kind.TABLE_FULL, "all replicas of " + draft.name() + " are in use");
      return Optional.empty();
    }
    SortedSet<Replica> replicas = new TreeSet<>();
    List<TableEntry> entries = new ArrayList<>();
    for (Backend backend : served) {
      int instance = draft.instances.take(backend.number());
      replicas.add(new Replica(draft.portTo(backend).orElseThrow(), instance));
      entries.add(forwarding.replica(backend, instance));
    }
    return Optional.of(
        new Replication(new MulticastGroup(draft.groupIds.take(pool.number()), replicas), entries));
  }

  private void unreplicated(Kind kind, String why) {
    draft.unsupported(
        kind,
        poolName(pool.id()),
        why
            + "; ICMP errors that name no backend of the pool go where its fallback says on "
            + draft.name());
  }

  private void notServed(Kind kind, String why) {
    draft.unsupported(
        kind, poolName(pool.id()), why + "; packets to its VIPs pass by L2 on " + draft.name());
  }

  private void reportGaps() {
    if (usesFallback() && pool.options().stateTimeout().isPresent() && !hasState()) {
      draft.unsupported(
          Kind.NO_STATE,
          poolName(pool.id()),
          "the program of "
              + draft.name()
              + " remembers no connections; those with unroutable CIDs may change their backend"
              + " when the pool changes");
    }
    if (usesFallback() && pool.options().countMigrated() && !hasCellOfMigrations()) {
      draft.unsupported(
          Kind.NO_COUNTER,
          poolName(pool.id()),
          "the counter "
              + TernP4.nameOf(Counters.Migrated.ID)
              + " of the program of "
              + draft.name()
              + " has "
              + draft.capabilities.counterSize(Counters.Migrated.ID)
              + " cells, and the pool's number is "
              + pool.number()
              + "; its migrations are not counted there. A profile whose size.pool is above the"
              + " number counts them, one with "
              + Counters.Migrated.SIZE
              + " those of every pool");
    }
    if (living.size() == served.size()) {
      return;
    }
    List<String> names =
        living.stream()
            .filter(backend -> !reaches(backend))
            .map(backend -> backendName(new BackendKey(backend.poolId(), backend.id())))
            .toList();
    draft.unsupported(
        Kind.NO_PORT,
        poolName(pool.id()),
        names.size()
            + " of its "
            + living.size()
            + " backends have no port on "
            + draft.name()
            + " and get no packets from it: "
            + String.join(", ", names.subList(0, Math.min(3, names.size())))
            + (names.size() > 3 ? ", ..." : ""));
  }

  private void cidConfig(CidConfigKey key, CidConfig config) {
    if (!draft.capabilities.algorithms().contains(config.quicLb().algorithm())) {
      draft.unsupported(
          Kind.NO_DECODER,
          cidConfigName(key),
          draft.name()
              + " does not decode "
              + config.quicLb().algorithm()
              + "; its CIDs take the fallback there");
      return;
    }
    List<TableEntry> entries = new ArrayList<>();
    entries.add(TernEntries.cidConfig(config, pool));
    for (Backend backend : served) {
      Optional.ofNullable(backend.serverIds().get(config.sidSpace()))
          .ifPresent(
              serverId ->
                  entries.add(TernEntries.serverId(config.sidSpace(), serverId, backend.number())));
    }
    Optional<String> tooSmall = draft.room.take(entries);
    if (tooSmall.isPresent()) {
      draft.unsupported(
          Kind.TABLE_FULL,
          cidConfigName(key),
          tooSmall.get() + "; its CIDs take the fallback on " + draft.name());
    } else {
      draft.programs(key);
    }
  }

  private boolean reaches(Backend backend) {
    return draft.portTo(backend).isPresent();
  }

  private static String family(boolean v6) {
    return v6 ? "IPv6" : "IPv4";
  }
}

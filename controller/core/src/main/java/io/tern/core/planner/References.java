package io.tern.core.planner;

import io.tern.core.entry.Bits;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.entry.TableEntry.Action;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which entries of the contract's tables lean on which others. */
final class References {
  /** Of the parameters of {@code set_pool} and {@code set_pool_stateful}. */
  private static final int ICMP_GROUP = 3;

  /** Of the parameters of {@code nat_v4} and {@code nat_v6}: address, and the port behind it. */
  private static final int NAT_ADDRESS = 3;

  private References() {}

  /** What one entry is or gives, and another leans on. */
  enum Kind {
    BACKEND,
    GROUP,
    REPLICA,
    CLONE_SESSION,
    RETURN_PATH,
    POOL,
    SID_SPACE
  }

  record Reference(Kind kind, List<Bits> values) {
    Reference(Kind kind, Bits value) {
      this(kind, List.of(value));
    }
  }

  /** What must not be removed while an entry is there. */
  static Set<Reference> usedBy(TableEntry entry) {
    return entry.key().tableId() == Tables.ServingBackend.ID
        ? Set.of(new Reference(Kind.BACKEND, entry.key().match().get(0)))
        : usedBy(entry.action());
  }

  /** What must not be removed while an entry has this action. */
  static Set<Reference> usedBy(Action action) {
    return switch (action.actionId()) {
      case Actions.ToBackend.ID, Actions.ToFallbackBackend.ID -> param(Kind.BACKEND, action, 0);
      case Actions.L2Flood.ID -> param(Kind.GROUP, action, 0);
      case Actions.SetPoolSteerOnly.ID -> param(Kind.POOL, action, 0);
      case Actions.SetPool.ID, Actions.SetPoolStateful.ID -> {
        Set<Reference> used = new HashSet<>(param(Kind.POOL, action, 0));
        used.addAll(param(Kind.GROUP, action, ICMP_GROUP));
        yield used;
      }
      case Actions.DecodePlaintext.ID, Actions.DecodeSinglePass.ID, Actions.DecodeFourPass.ID ->
          param(Kind.SID_SPACE, action, 0);
      case Actions.NatV4.ID, Actions.NatV6.ID ->
          action.params().size() == NAT_ADDRESS + 2
              ? Set.of(
                  new Reference(
                      Kind.RETURN_PATH, action.params().subList(NAT_ADDRESS, NAT_ADDRESS + 2)))
              : Set.of();
      case Actions.CopyToController.ID -> Set.of(cloneSession(TernEntries.CONTROLLER_SESSION));
      default -> Set.of();
    };
  }

  /**
   * What must be there before an entry. A VIP does not wait for the group of its pool's ICMP
   * errors: without it they get lost, without the VIP everything does.
   */
  static Set<Reference> neededBy(TableEntry entry) {
    return switch (entry.action().actionId()) {
      case Actions.SetPool.ID, Actions.SetPoolStateful.ID -> param(Kind.POOL, entry.action(), 0);
      default -> usedBy(entry);
    };
  }

  /** The entries whose copies a group makes. */
  static Set<Reference> usedBy(MulticastGroup group) {
    return group.replicas().stream()
        .map(replica -> new Reference(Kind.REPLICA, Bits.of(replica.instance())))
        .collect(Collectors.toSet());
  }

  /** What an entry with this key is a part of. */
  static Optional<Reference> providedBy(TableEntry.Key key) {
    return switch (key.tableId()) {
      case Tables.Backend.ID -> Optional.of(new Reference(Kind.BACKEND, key.match().get(0)));
      case Tables.Replica.ID -> Optional.of(new Reference(Kind.REPLICA, key.match().get(0)));
      case Tables.ReturnPathV4.ID, Tables.ReturnPathV6.ID ->
          Optional.of(new Reference(Kind.RETURN_PATH, key.match()));
      case Tables.Fallback.ID, Tables.CidConfig.ID ->
          Optional.of(new Reference(Kind.POOL, key.match().get(0)));
      case Tables.ServerId.ID -> Optional.of(new Reference(Kind.SID_SPACE, key.match().get(0)));
      default -> Optional.empty();
    };
  }

  static Reference group(int id) {
    return new Reference(Kind.GROUP, Bits.of(id));
  }

  static Reference cloneSession(int id) {
    return new Reference(Kind.CLONE_SESSION, Bits.of(id));
  }

  // A device may report an action of its own, with fewer parameters.
  private static Set<Reference> param(Kind kind, Action action, int index) {
    return index < action.params().size()
        ? Set.of(new Reference(kind, action.params().get(index)))
        : Set.of();
  }
}

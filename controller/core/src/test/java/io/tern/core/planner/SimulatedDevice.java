package io.tern.core.planner;

import io.tern.core.entry.Bits;
import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.Replica;
import io.tern.core.entry.TableEntry;
import io.tern.core.planner.Operation.DeleteCloneSession;
import io.tern.core.planner.Operation.DeleteEntry;
import io.tern.core.planner.Operation.DeleteGroup;
import io.tern.core.planner.Operation.InsertCloneSession;
import io.tern.core.planner.Operation.InsertEntry;
import io.tern.core.planner.Operation.InsertGroup;
import io.tern.core.planner.Operation.ModifyCloneSession;
import io.tern.core.planner.Operation.ModifyEntry;
import io.tern.core.planner.Operation.ModifyGroup;
import io.tern.core.planner.Operation.SetDefaultAction;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A device that takes operations one by one and knows when something dangles. */
final class SimulatedDevice {
  private final Map<TableEntry.Key, TableEntry> entries = new HashMap<>();
  private final Map<Integer, MulticastGroup> groups = new HashMap<>();
  private final Map<Integer, CloneSession> cloneSessions = new HashMap<>();
  private final Map<Integer, TableEntry.Action> defaultActions = new HashMap<>();
  private final Map<Bits, Integer> referencesToBackend = new HashMap<>();
  private final Map<Bits, Integer> slotsOfPool = new HashMap<>();
  private int copies;

  SimulatedDevice(DeviceState state) {
    state.entries().forEach(entry -> put(entry));
    state.groups().forEach(group -> groups.put(group.id(), group));
    state.cloneSessions().forEach(session -> cloneSessions.put(session.id(), session));
    defaultActions.putAll(state.defaultActions());
  }

  DeviceState state() {
    return new DeviceState(
        entries.values(), groups.values(), cloneSessions.values(), defaultActions);
  }

  /** As strict as a P4Runtime server. */
  void apply(Operation operation) {
    if (operation instanceof InsertEntry insert) {
      require(!entries.containsKey(insert.entry().key()), operation);
      put(insert.entry());
    } else if (operation instanceof ModifyEntry modify) {
      require(modify.before().equals(entries.get(modify.after().key())), operation);
      remove(modify.before());
      put(modify.after());
    } else if (operation instanceof DeleteEntry delete) {
      require(delete.entry().equals(entries.get(delete.entry().key())), operation);
      remove(delete.entry());
    } else if (operation instanceof SetDefaultAction set) {
      require(
          set.before().equals(Optional.ofNullable(defaultActions.get(set.tableId()))), operation);
      defaultActions.put(set.tableId(), set.after());
    } else if (operation instanceof InsertGroup insert) {
      require(groups.put(insert.group().id(), insert.group()) == null, operation);
    } else if (operation instanceof ModifyGroup modify) {
      require(modify.before().equals(groups.put(modify.after().id(), modify.after())), operation);
    } else if (operation instanceof DeleteGroup delete) {
      require(groups.remove(delete.group().id()) != null, operation);
    } else if (operation instanceof InsertCloneSession insert) {
      require(cloneSessions.put(insert.session().id(), insert.session()) == null, operation);
    } else if (operation instanceof ModifyCloneSession modify) {
      require(
          modify.before().equals(cloneSessions.put(modify.after().id(), modify.after())),
          operation);
    } else if (operation instanceof DeleteCloneSession delete) {
      require(cloneSessions.remove(delete.session().id()) != null, operation);
    }
  }

  private static void require(boolean ok, Operation operation) {
    if (!ok) {
      throw new AssertionError("the device is not in the state that " + operation + " wants");
    }
  }

  private void put(TableEntry entry) {
    entries.put(entry.key(), entry);
    count(entry, 1);
  }

  private void remove(TableEntry entry) {
    entries.remove(entry.key());
    count(entry, -1);
  }

  private void count(TableEntry entry, int change) {
    int table = entry.key().tableId();
    if (table == Tables.ServerId.ID || table == Tables.Fallback.ID) {
      referencesToBackend.merge(entry.action().params().get(0), change, Integer::sum);
    }
    if (table == Tables.ServingBackend.ID) {
      referencesToBackend.merge(entry.key().match().get(0), change, Integer::sum);
    }
    if (table == Tables.Punt.ID) {
      copies += change;
    }
    if (table == Tables.Fallback.ID) {
      slotsOfPool.merge(entry.key().match().get(0), change, Integer::sum);
    }
  }

  /** What dangles, if anything does. */
  Optional<String> dangling() {
    for (Map.Entry<Bits, Integer> reference : referencesToBackend.entrySet()) {
      TableEntry.Key backend = new TableEntry.Key(Tables.Backend.ID, List.of(reference.getKey()));
      if (reference.getValue() > 0 && !entries.containsKey(backend)) {
        return Optional.of("backend " + reference.getKey() + " is referred to and not there");
      }
    }
    for (TableEntry.Action action : defaultActions.values()) {
      if (action.actionId() == Actions.L2Flood.ID
          && !groups.containsKey(action.params().get(0).toBigInteger().intValueExact())) {
        return Optional.of("group " + action.params().get(0) + " is flooded to and not there");
      }
    }
    for (MulticastGroup group : groups.values()) {
      for (Replica replica : group.replicas()) {
        TableEntry.Key key =
            new TableEntry.Key(Tables.Replica.ID, List.of(Bits.of(replica.instance())));
        if (replica.instance() != MulticastGroup.SAME_INSTANCE && !entries.containsKey(key)) {
          return Optional.of(replica + " of group " + group.id() + " has no entry");
        }
      }
    }
    return copies > 0 && cloneSessions.isEmpty()
        ? Optional.of("copies go to a clone session that is not there")
        : translatedWithoutReturnPath();
  }

  /** A VIP whose pool's ICMP errors go to a group that is not there. */
  Optional<String> vipWithoutGroup() {
    for (TableEntry entry : entries.values()) {
      if (entry.action().actionId() == Actions.SetPool.ID
          || entry.action().actionId() == Actions.SetPoolStateful.ID) {
        int group = entry.action().params().get(3).toBigInteger().intValueExact();
        if (group != 0 && !groups.containsKey(group)) {
          return Optional.of("group " + group + " of ICMP errors is not there");
        }
      }
    }
    return Optional.empty();
  }

  /** A backend that gets translated packets, and whose answers do not find the way back. */
  private Optional<String> translatedWithoutReturnPath() {
    for (TableEntry entry : entries.values()) {
      if (entry.action().actionId() == Actions.NatV4.ID) {
        List<Bits> params = entry.action().params();
        TableEntry.Key key =
            new TableEntry.Key(Tables.ReturnPathV4.ID, List.of(params.get(3), params.get(4)));
        if (!entries.containsKey(key)) {
          return Optional.of(entry + " has no return path");
        }
      }
    }
    return Optional.empty();
  }

  /** A VIP that takes the fallback of a pool which has not all of its slots. */
  Optional<String> halfServedVip(Set<Bits> exceptPools) {
    for (TableEntry entry : entries.values()) {
      if ((entry.action().actionId() == Actions.SetPool.ID
              || entry.action().actionId() == Actions.SetPoolStateful.ID)
          && !exceptPools.contains(entry.action().params().get(0))) {
        int slots = entry.action().params().get(1).toBigInteger().intValueExact() + 1;
        int present = slotsOfPool.getOrDefault(entry.action().params().get(0), 0);
        if (present != slots) {
          return Optional.of(entry + " has " + present + " of " + slots + " slots");
        }
      }
    }
    return Optional.empty();
  }
}

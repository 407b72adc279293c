package io.tern.southbound.reconcile;

import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.planner.DeviceState;
import io.tern.core.planner.Operation;
import java.util.HashMap;
import java.util.Map;

/**
 * What a device has, as far as it told or acknowledged. Not thread-safe: lives in the device's
 * context.
 */
final class Mirror {
  private final Map<TableEntry.Key, TableEntry> entries = new HashMap<>();
  private final Map<Integer, TableEntry.Action> defaults = new HashMap<>();
  private final Map<Integer, MulticastGroup> groups = new HashMap<>();
  private final Map<Integer, CloneSession> cloneSessions = new HashMap<>();

  void putEntry(TableEntry entry) {
    entries.put(entry.key(), entry);
  }

  void putDefault(int tableId, TableEntry.Action action) {
    defaults.put(tableId, action);
  }

  void putCloneSession(CloneSession session) {
    cloneSessions.put(session.id(), session);
  }

  void putGroup(MulticastGroup group) {
    groups.put(group.id(), group);
  }

  /** A copy of everything. */
  DeviceState state() {
    return new DeviceState(entries.values(), groups.values(), cloneSessions.values(), defaults);
  }

  /** Notes an operation that the device acknowledged. */
  void acknowledge(Operation operation) {
    if (operation instanceof Operation.InsertEntry insert) {
      putEntry(insert.entry());
    } else if (operation instanceof Operation.ModifyEntry modify) {
      putEntry(modify.after());
    } else if (operation instanceof Operation.DeleteEntry delete) {
      entries.remove(delete.entry().key());
    } else if (operation instanceof Operation.SetDefaultAction set) {
      putDefault(set.tableId(), set.after());
    } else if (operation instanceof Operation.InsertGroup insert) {
      putGroup(insert.group());
    } else if (operation instanceof Operation.ModifyGroup modify) {
      putGroup(modify.after());
    } else if (operation instanceof Operation.DeleteGroup delete) {
      groups.remove(delete.group().id());
    } else if (operation instanceof Operation.InsertCloneSession insert) {
      putCloneSession(insert.session());
    } else if (operation instanceof Operation.ModifyCloneSession modify) {
      putCloneSession(modify.after());
    } else if (operation instanceof Operation.DeleteCloneSession delete) {
      cloneSessions.remove(delete.session().id());
    }
  }
}

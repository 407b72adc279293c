package io.tern.southbound.reconcile;

import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.planner.DeviceState;
import java.util.HashMap;
import java.util.Map;

/** Gathers what a device tells that it has. Not thread-safe: lives in the device's context. */
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
}

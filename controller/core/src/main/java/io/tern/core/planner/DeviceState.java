package io.tern.core.planner;

import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.p4.contract.TernP4.Tables;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a device has, as read back from it. Immutable.
 *
 * @param entries of all tables, without default entries, in any order
 * @param groups multicast groups, in any order
 * @param cloneSessions in any order
 * @param defaultActions by table ID, for the tables whose default action the controller sets; one
 *     that is missing here counts as wrong
 */
public record DeviceState(
    Collection<TableEntry> entries,
    Collection<MulticastGroup> groups,
    Collection<CloneSession> cloneSessions,
    Map<Integer, TableEntry.Action> defaultActions) {
  /** A device after its pipeline was pushed. */
  public static final DeviceState EMPTY =
      new DeviceState(List.of(), List.of(), List.of(), Map.of());

  public DeviceState {
    entries = List.copyOf(entries);
    groups = List.copyOf(groups);
    cloneSessions = List.copyOf(cloneSessions);
    defaultActions = Map.copyOf(defaultActions);
  }

  /** What the device has once everything that leads from here to {@code plan} is done. */
  public DeviceState after(DevicePlan plan) {
    List<TableEntry> all = new ArrayList<>(plan.entries().values());
    entries.stream().filter(entry -> !Tables.IDS.contains(entry.key().tableId())).forEach(all::add);
    Map<Integer, TableEntry.Action> defaults = new HashMap<>(defaultActions);
    defaults.putAll(plan.defaultActions());
    return new DeviceState(all, plan.groups(), plan.cloneSessions(), defaults);
  }
}

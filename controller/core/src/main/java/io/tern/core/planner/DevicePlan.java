package io.tern.core.planner;

import static java.util.Objects.requireNonNull;

import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.Intent.CidConfigKey;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a device should have. Immutable; plans of equal intents are equal.
 *
 * @param deviceId the device
 * @param revision of the intent that it was made from
 * @param entries by key, ordered by table ID and then by the values of the match
 * @param groups multicast groups, by ID
 * @param cloneSessions clone sessions
 * @param defaultActions by table ID, for the tables whose default action the controller sets
 * @param cidConfigs the CID configurations that this plan programs
 * @param unsupported what the intent wants and this plan leaves out
 */
public record DevicePlan(
    String deviceId,
    long revision,
    Map<TableEntry.Key, TableEntry> entries,
    List<MulticastGroup> groups,
    List<CloneSession> cloneSessions,
    Map<Integer, TableEntry.Action> defaultActions,
    Set<CidConfigKey> cidConfigs,
    List<Unsupported> unsupported) {
  public DevicePlan {
    requireNonNull(deviceId, "deviceId");
    entries = entries instanceof PlannedEntries ? entries : PlannedEntries.of(entries.values());
    groups = List.copyOf(groups);
    cloneSessions = List.copyOf(cloneSessions);
    defaultActions = Map.copyOf(defaultActions);
    cidConfigs = Set.copyOf(cidConfigs);
    unsupported = List.copyOf(unsupported);
  }

  /** What leads from {@code actual} to this plan; empty if the device is right already. */
  public Difference diff(DeviceState actual) {
    return Difference.between(actual, this);
  }

  /** A device that is right, for dry runs: {@code next.diff(current.asState())}. */
  public DeviceState asState() {
    return new DeviceState(entries.values(), groups, cloneSessions, defaultActions);
  }
}

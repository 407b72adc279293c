package io.tern.core.planner;

import io.tern.cid.CidAlgorithm;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Counters;
import io.tern.p4.contract.TernP4.Tables;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a device can do: the tables, actions and counters that its program has. A profile of the
 * program that leaves a feature out has neither its tables nor its actions. Immutable.
 *
 * @param actions P4Info IDs of the actions that the tables take
 * @param tableSizes how many entries each table holds, by P4Info ID; a table that is not in it is
 *     not there
 * @param counterSizes how many cells each indirect counter has, by P4Info ID; a counter that is not
 *     in it is not there. Packets of cells beyond it are not counted
 */
public record DeviceCapabilities(
    Set<Integer> actions, Map<Integer, Integer> tableSizes, Map<Integer, Integer> counterSizes) {
  private static final DeviceCapabilities CONTRACT =
      new DeviceCapabilities(
          Set.of(
              Actions.SetPool.ID,
              Actions.SetPoolSteerOnly.ID,
              Actions.SetPoolStateful.ID,
              Actions.DecodePlaintext.ID,
              Actions.DecodeSinglePass.ID,
              Actions.DecodeFourPass.ID,
              Actions.ToBackend.ID,
              Actions.ToFallbackBackend.ID,
              Actions.StillServes.ID,
              Actions.ForwardL2.ID,
              Actions.TunnelIpipV4.ID,
              Actions.TunnelIpipV6.ID,
              Actions.TunnelGueV4.ID,
              Actions.TunnelGueV6.ID,
              Actions.NatV4.ID,
              Actions.NatV6.ID,
              Actions.DeliverLocal.ID,
              Actions.UnNatV4.ID,
              Actions.UnNatV6.ID,
              Actions.ReplicateL2.ID,
              Actions.ReplicateIpipV4.ID,
              Actions.ReplicateIpipV6.ID,
              Actions.ReplicateGueV4.ID,
              Actions.ReplicateGueV6.ID,
              Actions.ReplicateNatV4.ID,
              Actions.ReplicateNatV6.ID,
              Actions.AnswerEcho.ID,
              Actions.CopyToController.ID,
              Actions.L2Forward.ID,
              Actions.L2Flood.ID,
              Actions.L2Drop.ID),
          Map.ofEntries(
              Map.entry(Tables.VipV4.ID, Tables.VipV4.SIZE),
              Map.entry(Tables.VipV6.ID, Tables.VipV6.SIZE),
              Map.entry(Tables.CidConfig.ID, Tables.CidConfig.SIZE),
              Map.entry(Tables.ServerId.ID, Tables.ServerId.SIZE),
              Map.entry(Tables.Fallback.ID, Tables.Fallback.SIZE),
              Map.entry(Tables.ServingBackend.ID, Tables.ServingBackend.SIZE),
              Map.entry(Tables.Backend.ID, Tables.Backend.SIZE),
              Map.entry(Tables.ReturnPathV4.ID, Tables.ReturnPathV4.SIZE),
              Map.entry(Tables.ReturnPathV6.ID, Tables.ReturnPathV6.SIZE),
              Map.entry(Tables.Replica.ID, Tables.Replica.SIZE),
              Map.entry(Tables.EchoV4.ID, Tables.EchoV4.SIZE),
              Map.entry(Tables.EchoV6.ID, Tables.EchoV6.SIZE),
              Map.entry(Tables.Punt.ID, Tables.Punt.SIZE),
              Map.entry(Tables.L2.ID, Tables.L2.SIZE)),
          Map.of(
              Counters.Reason.ID,
              Counters.Reason.SIZE,
              Counters.Migrated.ID,
              Counters.Migrated.SIZE));

  public DeviceCapabilities {
    actions = Set.copyOf(actions);
    tableSizes = Map.copyOf(tableSizes);
    counterSizes = Map.copyOf(counterSizes);
  }

  /** What a device can do that runs the program of the contract with its sizes. */
  public static DeviceCapabilities ofContract() {
    return CONTRACT;
  }

  /** The same, with room for another number of entries in a table. */
  public DeviceCapabilities withTableSize(int tableId, int size) {
    Map<Integer, Integer> sizes = new HashMap<>(tableSizes);
    sizes.put(tableId, size);
    return new DeviceCapabilities(actions, sizes, counterSizes);
  }

  /** The same, with another number of cells of an indirect counter. */
  public DeviceCapabilities withCounterSize(int counterId, int size) {
    Map<Integer, Integer> sizes = new HashMap<>(counterSizes);
    sizes.put(counterId, size);
    return new DeviceCapabilities(actions, tableSizes, sizes);
  }

  /** The same without some tables, actions and counters, as of a profile that leaves them out. */
  public DeviceCapabilities without(Set<Integer> ids) {
    Set<Integer> otherActions = new HashSet<>(actions);
    Map<Integer, Integer> otherSizes = new HashMap<>(tableSizes);
    otherActions.removeAll(ids);
    otherSizes.keySet().removeAll(ids);
    Map<Integer, Integer> otherCounters = new HashMap<>(counterSizes);
    otherCounters.keySet().removeAll(ids);
    return new DeviceCapabilities(otherActions, otherSizes, otherCounters);
  }

  /** How many entries a table holds; 0 if it is not there. */
  public int tableSize(int tableId) {
    return tableSizes.getOrDefault(tableId, 0);
  }

  /** How many cells an indirect counter has; 0 if it is not there. */
  public int counterSize(int counterId) {
    return counterSizes.getOrDefault(counterId, 0);
  }

  /** Whether the program has a table. */
  public boolean hasTable(int tableId) {
    return tableSizes.containsKey(tableId);
  }

  /** Whether a table of the program takes an action. */
  public boolean hasAction(int actionId) {
    return actions.contains(actionId);
  }

  /** The CID algorithms that it decodes. */
  public Set<CidAlgorithm> algorithms() {
    Set<CidAlgorithm> algorithms = EnumSet.noneOf(CidAlgorithm.class);
    for (CidAlgorithm algorithm : CidAlgorithm.values()) {
      if (hasAction(decoder(algorithm))) {
        algorithms.add(algorithm);
      }
    }
    return algorithms;
  }

  private static int decoder(CidAlgorithm algorithm) {
    return switch (algorithm) {
      case PLAINTEXT -> Actions.DecodePlaintext.ID;
      case SINGLE_PASS -> Actions.DecodeSinglePass.ID;
      case FOUR_PASS -> Actions.DecodeFourPass.ID;
    };
  }
}

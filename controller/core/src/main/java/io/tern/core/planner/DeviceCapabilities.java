package io.tern.core.planner;

import io.tern.cid.CidAlgorithm;
import io.tern.p4.contract.TernP4.Tables;
import java.util.Map;
import java.util.Set;

/**
 * What a device can do. Immutable.
 *
 * @param algorithms the CID algorithms that it decodes
 * @param tableSizes how many entries each table holds, by P4Info ID; a table that is not in it
 *     holds none
 */
public record DeviceCapabilities(Set<CidAlgorithm> algorithms, Map<Integer, Integer> tableSizes) {
  private static final DeviceCapabilities CONTRACT =
      new DeviceCapabilities(
          Set.of(CidAlgorithm.PLAINTEXT),
          Map.of(
              Tables.VipV4.ID, Tables.VipV4.SIZE,
              Tables.VipV6.ID, Tables.VipV6.SIZE,
              Tables.CidConfig.ID, Tables.CidConfig.SIZE,
              Tables.ServerId.ID, Tables.ServerId.SIZE,
              Tables.Fallback.ID, Tables.Fallback.SIZE,
              Tables.Backend.ID, Tables.Backend.SIZE,
              Tables.L2.ID, Tables.L2.SIZE));

  public DeviceCapabilities {
    algorithms = Set.copyOf(algorithms);
    tableSizes = Map.copyOf(tableSizes);
  }

  /** What a device can do that runs the program of the contract with its table sizes. */
  public static DeviceCapabilities ofContract() {
    return CONTRACT;
  }

  /** How many entries a table holds. */
  public int tableSize(int tableId) {
    return tableSizes.getOrDefault(tableId, 0);
  }
}

package io.tern.agent.plane;

import io.tern.libbpf.Libbpf;
import io.tern.p4.contract.TernP4.Tables;
import java.util.Map;

/**
 * How many entries the contract's tables hold on this device, and how large the maps are for that.
 *
 * @param entries by table ID
 */
public record TableSizes(Map<Integer, Integer> entries) {
  /** What one row of the program's cells is for. */
  private static final int POOLS = 1024;

  private static final int REST = 64;

  public TableSizes {
    entries = Map.copyOf(entries);
  }

  int of(int tableId) {
    return entries.getOrDefault(tableId, 0);
  }

  /** Elements of the program's maps, and the agent's; those that are not here keep their own. */
  public Map<String, Integer> maps() {
    int vips = Math.max(of(Tables.VipV4.ID) + of(Tables.VipV6.ID), 1);
    int backends = Backends.capacityFor(of(Tables.Backend.ID));
    int serverIds = atLeastOne(Tables.ServerId.ID);
    return Map.ofEntries(
        Map.entry("vip_v4", atLeastOne(Tables.VipV4.ID)),
        Map.entry("vip_v6", atLeastOne(Tables.VipV6.ID)),
        Map.entry("cpu_memos", Libbpf.possibleCpus()),
        Map.entry("memos", Libbpf.possibleCpus()),
        Map.entry("pools", POOLS),
        Map.entry("migrated", POOLS),
        Map.entry("keys", atLeastOne(Tables.CidConfig.ID) + REST),
        Map.entry("server_id_short", serverIds),
        Map.entry("server_id", serverIds),
        Map.entry("server_cells", serverIds),
        Map.entry("fallback", Pools.elementsFor(of(Tables.Fallback.ID))),
        Map.entry("backends", backends),
        Map.entry("backend_cells", backends),
        Map.entry("return_path_v4", atLeastOne(Tables.ReturnPathV4.ID)),
        Map.entry("return_path_v6", atLeastOne(Tables.ReturnPathV6.ID)),
        Map.entry("echo_v4", atLeastOne(Tables.EchoV4.ID)),
        Map.entry("echo_v6", atLeastOne(Tables.EchoV6.ID)),
        Map.entry("cells", Vips.cellsFor(vips)),
        Map.entry(AgentMaps.ENTRIES.name(), vips + of(Tables.CidConfig.ID) + backends + 2 * REST),
        Map.entry(AgentMaps.POOLS.name(), POOLS),
        Map.entry(AgentMaps.COUNTS.name(), AgentMaps.COUNTS.maxEntries()));
  }

  private int atLeastOne(int tableId) {
    return Math.max(of(tableId), 1);
  }

  static int pools() {
    return POOLS;
  }
}

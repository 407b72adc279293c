package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.agent.layout.MapShape;
import io.tern.agent.layout.ObjectLayout;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.libbpf.BpfMap;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Reads what maps have, whoever filled them: fields are found by their names in the layout that was
 * left beside the maps.
 */
public final class MapReader {
  private final ObjectLayout layout;
  private final Function<String, BpfMap> maps;
  private final Map<Integer, Long> backendIds = new HashMap<>();
  private final List<Restored> entries = new ArrayList<>();

  private MapReader(ObjectLayout layout, Function<String, BpfMap> maps) {
    this.layout = layout;
    this.maps = maps;
  }

  /**
   * Reads everything.
   *
   * @param layout of the program's maps
   * @param maps by name, the agent's own among them
   */
  public static RestoredState read(ObjectLayout layout, Function<String, BpfMap> maps) {
    return new MapReader(layout, maps).read();
  }

  private RestoredState read() {
    Map<Long, Integer> backends = new HashMap<>();
    List<Restored> serving = new ArrayList<>();
    readBackends(backends, serving);
    List<SavedEntry> saved =
        new SavedEntries(table(AgentMaps.ENTRIES, maps.apply(AgentMaps.ENTRIES.name()))).readAll();
    // What others point to comes first.
    addSaved(saved, Tables.Backend.ID);
    entries.addAll(serving);
    readServerIds();
    List<RestoredState.PoolPlace> pools = readPools();
    readSlots(pools);
    addSaved(saved, Tables.CidConfig.ID);
    addSaved(saved, Tables.VipV4.ID);
    addSaved(saved, Tables.VipV6.ID);
    readReturnPaths(Tables.ReturnPathV4.ID, Actions.UnNatV4.ID, "return_path_v4");
    readReturnPaths(Tables.ReturnPathV6.ID, Actions.UnNatV6.ID, "return_path_v6");
    readEchoes(Tables.EchoV4.ID, "echo_v4");
    readEchoes(Tables.EchoV6.ID, "echo_v6");
    addSaved(saved, Tables.Punt.ID);
    addSaved(saved, BpfDataPlane.CLONE_SESSIONS);
    return new RestoredState(entries, backends, pools, readCounts());
  }

  private static Table table(MapShape shape, BpfMap map) {
    return new Table(shape, map);
  }

  private void addSaved(List<SavedEntry> saved, int tableId) {
    for (SavedEntry entry : saved) {
      if (entry.tableId() == tableId) {
        entries.add(
            new Restored(tableId, entry.key(), entry.actionId(), entry.arguments(), entry, -1));
      }
    }
  }

  private void readBackends(Map<Long, Integer> backends, List<Restored> serving) {
    MapShape shape = layout.map("backends");
    Field id = shape.value("id");
    Field flags = shape.value("flags");
    maps.apply("backends")
        .forEach(
            (key, value) -> {
              long backend = id.get(value);
              if (backend != 0) {
                backends.put(backend, key.getInt(0));
                backendIds.put(key.getInt(0), backend);
                if ((flags.get(value) & 1) != 0) {
                  serving.add(
                      entry(
                          Tables.ServingBackend.ID,
                          List.of(BigInteger.valueOf(backend)),
                          Actions.StillServes.ID,
                          List.of(),
                          -1));
                }
              }
            });
  }

  private static Restored entry(
      int table, List<BigInteger> key, int action, List<BigInteger> arguments, int cell) {
    return new Restored(table, key, action, arguments, null, cell);
  }

  private void readServerIds() {
    Set<List<BigInteger>> shortOnes = new HashSet<>();
    for (String name : List.of("server_id_short", "server_id")) {
      MapShape shape = layout.map(name);
      Field space = shape.key("space");
      Field sid = shape.key("sid");
      Field backend = shape.value("backend");
      Field cell = shape.value("cell");
      maps.apply(name)
          .forEach(
              (key, value) -> {
                BigInteger serverId =
                    new BigInteger(1, sid.octets(key))
                        .shiftLeft(8 * (ServerIds.LENGTH - sid.length()));
                List<BigInteger> numbers = List.of(BigInteger.valueOf(space.get(key)), serverId);
                boolean looksShort =
                    serverId.getLowestSetBit() >= 8 * (ServerIds.LENGTH - ServerIds.SHORT)
                        || serverId.signum() == 0;
                Long id = backendIds.get(backend.getInt(value));
                // One that looks short may be in both maps, and then it is one entry.
                if (id != null && (!looksShort || shortOnes.add(numbers))) {
                  entries.add(
                      entry(
                          Tables.ServerId.ID,
                          numbers,
                          Actions.ToBackend.ID,
                          List.of(BigInteger.valueOf(id)),
                          cell.getInt(value)));
                }
              });
    }
  }

  private List<RestoredState.PoolPlace> readPools() {
    List<RestoredState.PoolPlace> pools = new ArrayList<>();
    MapShape shape = AgentMaps.POOLS;
    maps.apply(shape.name())
        .forEach(
            (key, value) ->
                pools.add(
                    new RestoredState.PoolPlace(
                        key.getInt(0),
                        shape.value("index").getInt(value),
                        shape.value("base").getInt(value),
                        shape.value("slots").getInt(value))));
    return pools;
  }

  private void readSlots(List<RestoredState.PoolPlace> pools) {
    TreeMap<Integer, RestoredState.PoolPlace> byBase = new TreeMap<>();
    pools.stream().filter(pool -> pool.slots() > 0).forEach(pool -> byBase.put(pool.base(), pool));
    MapShape shape = layout.map("fallback");
    // An element was one slot once.
    Field owner = shape.optionalValue("owner").orElseGet(() -> shape.value(Field.WHOLE));
    maps.apply("fallback")
        .forEach(
            (key, value) -> {
              int first = key.getInt(0) * owner.count();
              for (int i = 0; i < owner.count(); i++) {
                readSlot(byBase, first + i, (int) owner.get(value, i) - 1);
              }
            });
  }

  private void readSlot(
      NavigableMap<Integer, RestoredState.PoolPlace> byBase, int slot, int backendIndex) {
    Map.Entry<Integer, RestoredState.PoolPlace> found = byBase.floorEntry(slot);
    Long id = backendIds.get(backendIndex);
    if (id == null || found == null || slot - found.getKey() >= found.getValue().slots()) {
      return;
    }
    entries.add(
        entry(
            Tables.Fallback.ID,
            List.of(
                BigInteger.valueOf(found.getValue().id()),
                BigInteger.valueOf(slot - found.getKey())),
            Actions.ToFallbackBackend.ID,
            List.of(BigInteger.valueOf(id)),
            Restored.IN_PLACE));
  }

  private void readReturnPaths(int tableId, int actionId, String name) {
    MapShape shape = layout.map(name);
    maps.apply(name)
        .forEach(
            (key, value) ->
                entries.add(
                    entry(
                        tableId,
                        List.of(number(shape.key("addr"), key), number(shape.key("port"), key)),
                        actionId,
                        List.of(
                            number(shape.value("addr"), value), number(shape.value("port"), value)),
                        -1)));
  }

  private void readEchoes(int tableId, String name) {
    Field address = layout.map(name).key(Field.WHOLE);
    maps.apply(name)
        .forEach(
            (key, value) ->
                entries.add(
                    entry(
                        tableId,
                        List.of(number(address, key)),
                        Actions.AnswerEcho.ID,
                        List.of(),
                        -1)));
  }

  /** Octets in network order. */
  private static BigInteger number(Field field, java.nio.ByteBuffer octets) {
    return new BigInteger(1, field.octets(octets));
  }

  private Map<Integer, CounterValue> readCounts() {
    Map<Integer, CounterValue> counts = new HashMap<>();
    Field packets = AgentMaps.COUNTS.value("packets");
    Field octets = AgentMaps.COUNTS.value("octets");
    maps.apply(AgentMaps.COUNTS.name())
        .forEach(
            (key, value) -> {
              CounterValue offset = new CounterValue(packets.get(value), octets.get(value));
              if (!offset.equals(Counts.ZERO)) {
                counts.put(key.getInt(0), offset);
              }
            });
    return counts;
  }
}

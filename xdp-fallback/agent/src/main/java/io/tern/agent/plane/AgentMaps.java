package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.agent.layout.MapShape;
import io.tern.libbpf.BpfMap;
import java.util.List;

/**
 * The maps that the agent keeps for itself beside those of the program: what the controller wrote
 * and the program's maps do not say. No program reads them.
 */
public final class AgentMaps {
  /**
   * Octets of the contract's longest key, and of its longest action as {@link SavedEntry} writes
   * it.
   */
  static final int KEY = 24;

  static final int ARGUMENTS = 288;

  /** Where {@code migrated} begins in {@link #COUNTS}; the cells of {@code reason} are in front. */
  static final int MIGRATED = 64;

  /** Entries as the controller wrote them, of tables whose maps do not say all of it. */
  public static final MapShape ENTRIES =
      new MapShape(
          "agent_entries",
          BpfMap.TYPE_HASH,
          8 + KEY,
          40 + ARGUMENTS,
          1,
          List.of(
              new Field("table", 0, 4, 1),
              new Field("length", 4, 4, 1),
              new Field("octets", 8, 1, KEY)),
          List.of(
              new Field("action", 0, 4, 1),
              new Field("length", 4, 4, 1),
              new Field("index", 8, 4, 1),
              new Field("zero", 12, 4, 1),
              new Field("generation", 16, 8, 1),
              new Field("packets", 24, 8, 1),
              new Field("octets", 32, 8, 1),
              new Field("arguments", 40, 1, ARGUMENTS)));

  /** Pools by their IDs: where they are in the program's arrays. */
  public static final MapShape POOLS =
      new MapShape(
          "agent_pools",
          BpfMap.TYPE_HASH,
          4,
          16,
          1,
          List.of(new Field(Field.WHOLE, 0, 4, 1)),
          List.of(
              new Field("index", 0, 4, 1),
              new Field("base", 4, 4, 1),
              new Field("slots", 8, 4, 1),
              new Field("zero", 12, 4, 1)));

  /** What indirect counters have beyond what the program's cells say. */
  public static final MapShape COUNTS =
      new MapShape(
          "agent_counts",
          BpfMap.TYPE_ARRAY,
          4,
          16,
          MIGRATED + 65536,
          List.of(new Field(Field.WHOLE, 0, 4, 1)),
          List.of(new Field("packets", 0, 8, 1), new Field("octets", 8, 8, 1)));

  private AgentMaps() {}

  public static List<MapShape> all() {
    return List.of(ENTRIES, POOLS, COUNTS);
  }
}

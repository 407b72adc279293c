package io.tern.agent.plane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.agent.TestAgents;
import io.tern.agent.layout.MapShape;
import io.tern.agent.layout.ObjectLayout;
import io.tern.agent.pin.ProgramObject;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.embedded.engine.DataPlane.FailedChange;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.libbpf.BpfMap;
import io.tern.libbpf.BpfProgram;
import io.tern.p4.contract.TernP4.Tables;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Batches on maps of the kernel, one of which is smaller than its table. */
class BatchedWritesIT {
  private static final int LIMIT = 64;
  private static final int ROOM = 4;
  private static final String TABLE = "TernIngress.server_id";
  private static final String ACTION = "to_backend";

  private final Map<String, BpfMap> maps = new HashMap<>();
  private final ObjectLayout layout = ProgramObject.ofTern().layout();
  private BpfDataPlane plane;

  @BeforeAll
  static void requireRoot() throws IOException {
    TestAgents.requireRoot(BatchedWritesIT.class);
  }

  @BeforeEach
  void activate() {
    TableSizes sizes =
        new TableSizes(
            Map.of(
                Tables.Backend.ID, LIMIT,
                Tables.ServerId.ID, LIMIT,
                Tables.Fallback.ID, LIMIT,
                Tables.CidConfig.ID, 1,
                Tables.VipV4.ID, 1));
    Map<String, Integer> elements = new HashMap<>(sizes.maps());
    elements.put("server_id_short", ROOM);
    List<MapShape> shapes = new ArrayList<>(AgentMaps.all());
    layout.names().forEach(name -> shapes.add(layout.map(name)));
    for (MapShape shape : shapes) {
      maps.put(
          shape.name(),
          BpfMap.create(
              shape.type(),
              shape.name().replace('.', '_').replaceAll("^(.{15}).*", "$1"),
              shape.keySize(),
              shape.valueSize(),
              elements.getOrDefault(shape.name(), Math.max(shape.maxEntries(), 1)),
              0));
    }
    plane = new BpfDataPlane(layout, sizes, noPorts(), (a, w, p) -> Optional.empty(), List.of(), 1);
    plane.activate(source());
  }

  private MapSource source() {
    return new MapSource() {
      @Override
      public ObjectLayout layout() {
        return layout;
      }

      @Override
      public BpfMap map(String name) {
        return maps.get(name);
      }

      @Override
      public BpfProgram program() {
        return null; // No packets are sent.
      }

      @Override
      public boolean isFilled() {
        return false;
      }
    };
  }

  private static Ports noPorts() {
    return new Ports() {
      @Override
      public Set<Integer> numbers() {
        return Set.of();
      }

      @Override
      public OptionalInt interfaceOf(int port) {
        return OptionalInt.empty();
      }

      @Override
      public OptionalInt portOf(int interfaceIndex) {
        return OptionalInt.empty();
      }
    };
  }

  @AfterEach
  void close() {
    if (plane != null) {
      plane.deactivate();
    }
    maps.values().forEach(BpfMap::close);
  }

  @Test
  void aBatchIsInTheMapsAtItsEnd() {
    plane.beginBatch();
    plane.insertPacked(TABLE, ACTION, entry(1, 10));
    plane.insertPacked(TABLE, ACTION, entry(2, 20));
    assertThat(backendsById()).isEmpty();

    assertThat(plane.endBatch()).isEmpty();

    assertThat(backendsById()).isEqualTo(Map.of(1, 10L, 2, 20L));
  }

  @Test
  void withoutABatchEachChangeIsInTheMapsAtOnce() {
    EntryHandle entry = plane.insertPacked(TABLE, ACTION, entry(1, 10));
    assertThat(backendsById()).isEqualTo(Map.of(1, 10L));

    plane.modifyPacked(entry, ACTION, entry(1, 11));
    assertThat(backendsById()).isEqualTo(Map.of(1, 11L));

    plane.delete(entry);
    assertThat(backendsById()).isEmpty();
  }

  @Test
  void changesOfOneEntryInABatchHaveTheirOrder() {
    plane.beginBatch();
    EntryHandle first = plane.insertPacked(TABLE, ACTION, entry(1, 10));
    plane.modifyPacked(first, ACTION, entry(1, 11));
    plane.delete(first);
    EntryHandle second = plane.insertPacked(TABLE, ACTION, entry(1, 12));
    plane.insertPacked(TABLE, ACTION, entry(2, 12));
    plane.modifyPacked(second, ACTION, entry(1, 13));

    assertThat(plane.endBatch()).isEmpty();

    assertThat(backendsById()).isEqualTo(Map.of(1, 13L, 2, 12L));
    assertThat(plane.serverIds()).isEqualTo(2);
  }

  @Test
  void whatTheKernelDoesNotTakeIsTakenBackAndTheRestIsThere() {
    plane.beginBatch();
    List<EntryHandle> entries = new ArrayList<>();
    for (int id = 1; id <= ROOM + 2; id++) {
      entries.add(plane.insertPacked(TABLE, ACTION, entry(id, 10 * id)));
    }

    List<FailedChange> failed = plane.endBatch();

    assertThat(failed).extracting(FailedChange::entry).isEqualTo(entries.subList(ROOM, ROOM + 2));
    assertThat(failed)
        .allSatisfy(
            change ->
                assertThat(change.reason().code())
                    .isEqualTo(DataPlaneException.Code.RESOURCE_EXHAUSTED));
    assertThat(backendsById()).isEqualTo(Map.of(1, 10L, 2, 20L, 3, 30L, 4, 40L));
    assertThat(plane.serverIds()).isEqualTo(ROOM);

    plane.beginBatch();
    plane.delete(entries.get(0));
    plane.insertPacked(TABLE, ACTION, entry(9, 90));
    assertThat(plane.endBatch()).isEmpty();
    assertThat(backendsById()).isEqualTo(Map.of(9, 90L, 2, 20L, 3, 30L, 4, 40L));
  }

  @Test
  void withoutABatchTheRefusalIsThrown() {
    for (int id = 1; id <= ROOM; id++) {
      plane.insertPacked(TABLE, ACTION, entry(id, 10));
    }

    assertThatThrownBy(() -> plane.insertPacked(TABLE, ACTION, entry(5, 10)))
        .isInstanceOfSatisfying(
            DataPlaneException.class,
            e -> assertThat(e.code()).isEqualTo(DataPlaneException.Code.RESOURCE_EXHAUSTED))
        .hasMessageContaining("server_id_short");
    assertThat(plane.serverIds()).isEqualTo(ROOM);
  }

  @Test
  void aServerIdThatGetsAnUsedCellCountsFromZero() {
    List<EntryHandle> entries = new ArrayList<>();
    for (int turn = 0; turn < LIMIT / ROOM; turn++) {
      plane.beginBatch();
      for (int id = 1; id <= ROOM; id++) {
        entries.add(plane.insertPacked(TABLE, ACTION, entry(id, 10)));
      }
      assertThat(plane.endBatch()).isEmpty();
      entries.forEach(entry -> plane.setDirectCounter(entry, new CounterValue(7, 700)));
      plane.beginBatch();
      entries.forEach(plane::delete);
      assertThat(plane.endBatch()).isEmpty();
      entries.clear();
    }

    plane.beginBatch();
    EntryHandle again = plane.insertPacked(TABLE, ACTION, entry(1, 10));
    assertThat(plane.endBatch()).isEmpty();

    assertThat(plane.directCounter(again)).isEqualTo(new CounterValue(0, 0));
  }

  /** Space 1; the server ID is one octet. */
  private static byte[] entry(int serverId, int backend) {
    return ByteBuffer.allocate(PackedEntry.SERVER_ID)
        .putShort((short) 1)
        .put((byte) serverId)
        .putInt(PackedEntry.SERVER_ID - Integer.BYTES, backend)
        .array();
  }

  /** What the maps say: backend IDs by server IDs. */
  private Map<Integer, Long> backendsById() {
    MapShape ids = layout.map("server_id_short");
    MapShape backends = layout.map("backends");
    Map<Integer, Long> found = new HashMap<>();
    maps.get("server_id_short")
        .forEach(
            (key, value) -> {
              ByteBuffer index = maps.get("backends").newKey();
              index.putInt(0, ids.value("backend").getInt(value));
              ByteBuffer backend = maps.get("backends").newValue();
              maps.get("backends").lookup(index, backend);
              found.put(
                  Byte.toUnsignedInt(ids.key("sid").octets(key)[0]),
                  backends.value("id").get(backend));
            });
    return found;
  }
}

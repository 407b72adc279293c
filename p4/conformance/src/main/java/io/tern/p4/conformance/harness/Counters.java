package io.tern.p4.conformance.harness;

import io.tern.p4.conformance.fixture.Counts;
import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.contract.TernP4;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.CounterEntry;
import io.tern.proto.p4.v1.DirectCounterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.TableEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The counters of a device at one moment, but for {@code reason}: {@code migrated}, and the direct
 * ones by their entries.
 */
record Counters(Map<String, Count> counts) {
  private static final int[] COUNTED_TABLES = {
    Tables.VipV4.ID, Tables.VipV6.ID, Tables.CidConfig.ID, Tables.ServerId.ID, Tables.Backend.ID
  };

  /** Packets and octets. */
  record Count(long packets, long octets) {
    static final Count ZERO = new Count(0, 0);

    static Count of(CounterData data) {
      return new Count(data.getPacketCount(), data.getByteCount());
    }

    Count minus(Count other) {
      return new Count(packets - other.packets, octets - other.octets);
    }

    @Override
    public String toString() {
      return packets + " packets, " + octets + " octets";
    }
  }

  /** Reads them all. */
  static Counters read(P4RuntimeClient client, DeviceProgram program) {
    Map<String, Count> counts = new HashMap<>();
    for (int tableId : COUNTED_TABLES) {
      if (program.has(tableId)) {
        Entity all =
            Entity.newBuilder()
                .setDirectCounterEntry(
                    DirectCounterEntry.newBuilder()
                        .setTableEntry(TableEntry.newBuilder().setTableId(tableId)))
                .build();
        for (Entity entity : client.read(all)) {
          DirectCounterEntry entry = entity.getDirectCounterEntry();
          counts.put(nameOf(entry.getTableEntry()), Count.of(entry.getData()));
        }
      }
    }
    for (CounterEntry cell : client.counter(TernP4.Counters.Migrated.ID)) {
      // Of packets alone: what a device says of octets means nothing.
      if (cell.getData().getPacketCount() > 0) {
        counts.put(
            migrated(cell.getIndex().getIndex()), new Count(cell.getData().getPacketCount(), 0));
      }
    }
    return new Counters(counts);
  }

  /** By how much each has grown since, a line each for those that should not or should. */
  static List<String> differences(Counters before, Counters after, Counts wanted, int octets) {
    Map<String, Count> missing = new HashMap<>();
    for (DeviceEntry entry : wanted.direct()) {
      missing.put(nameOf(Entities.tableEntry(entry)), new Count(1, octets));
    }
    for (int poolId : wanted.migrated()) {
      missing.put(migrated(poolId), new Count(1, 0));
    }
    List<String> differences = new ArrayList<>();
    after.counts.forEach(
        (name, now) -> {
          Count grown = now.minus(before.counts.getOrDefault(name, Count.ZERO));
          Count want = missing.getOrDefault(name, Count.ZERO);
          if (!grown.equals(want)) {
            differences.add("counted:    " + name + ": " + grown + "; wanted " + want);
          }
          missing.remove(name);
        });
    missing.forEach(
        (name, want) -> differences.add("counted:    " + name + " is missing; wanted " + want));
    return differences;
  }

  private static String migrated(long cell) {
    return "migrated[" + cell + "]";
  }

  private static String nameOf(TableEntry entry) {
    StringBuilder name = new StringBuilder(TernP4.nameOf(entry.getTableId()));
    entry
        .getMatchList()
        .forEach(
            match ->
                name.append(' ')
                    .append(
                        java.util.HexFormat.of()
                            .formatHex(match.getExact().getValue().toByteArray())));
    return name.toString();
  }
}

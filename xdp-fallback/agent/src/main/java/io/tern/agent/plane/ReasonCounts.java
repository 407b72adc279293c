package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.embedded.engine.DataPlane.CounterValue;
import java.util.Arrays;

/**
 * What the indirect counters have beyond the program's cells: what VIPs counted that are gone, what
 * a controller set. Not thread-safe.
 */
final class ReasonCounts {
  private final Table table;
  private final Field packets;
  private final Field octets;
  private final CounterValue[] offsets = new CounterValue[AgentMaps.COUNTS.maxEntries()];

  ReasonCounts(Table table) {
    this.table = table;
    this.packets = table.value("packets");
    this.octets = table.value("octets");
    Arrays.fill(offsets, Counts.ZERO);
  }

  CounterValue get(int cell) {
    return offsets[cell];
  }

  void add(int cell, CounterValue counts) {
    if (!counts.equals(Counts.ZERO)) {
      offsets[cell] = Counts.plus(offsets[cell], counts);
      write(cell);
    }
  }

  /** Keeps the counts of a VIP that goes, by reason. */
  void keep(CounterValue[] byReason) {
    for (int reason = 0; reason < byReason.length; reason++) {
      add(reason, byReason[reason]);
    }
  }

  private void write(int cell) {
    if (table.isBound()) {
      table.clear().at(cell);
      packets.put(table.value(), offsets[cell].packets());
      octets.put(table.value(), offsets[cell].bytes());
      table.write();
    }
  }

  void restore(int cell, CounterValue offset) {
    offsets[cell] = offset;
  }

  void writeAll() {
    for (int cell = 0; cell < offsets.length; cell++) {
      if (!offsets[cell].equals(Counts.ZERO)) {
        write(cell);
      }
    }
  }
}

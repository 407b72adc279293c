package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.embedded.engine.DataPlane.CounterValue;

/** A per-CPU array of packets and octets. Not thread-safe. */
final class Cells {
  private final Table table;
  private final Field packets;
  private final Field octets;

  Cells(Table table) {
    this.table = table;
    this.packets = table.value("packets");
    this.octets = table.value("octets");
  }

  Table table() {
    return table;
  }

  CounterValue get(int index) {
    if (!table.isBound()) {
      return Counts.ZERO;
    }
    return new CounterValue(table.sum(index, packets), table.sum(index, octets));
  }

  void set(int index, CounterValue value) {
    table.clear();
    packets.put(table.value(), value.packets());
    octets.put(table.value(), value.bytes());
    table.writeFirstCpu(index);
  }
}

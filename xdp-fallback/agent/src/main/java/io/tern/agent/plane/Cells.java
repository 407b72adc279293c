package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.embedded.engine.DataPlane.CounterValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.ObjIntConsumer;

/** A per-CPU array of packets and octets. Not thread-safe. */
final class Cells {
  /** Cells between two that are wanted that are read along rather than left out. */
  private static final int GAP = 8;

  /** Cells that are read at once at most. */
  private static final int GROUP = 1024;

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
    ByteBuffer values = table.readCpus(index);
    return new CounterValue(table.sum(values, 0, packets), table.sum(values, 0, octets));
  }

  /**
   * Reads many, by as few system calls as there are groups of neighbours.
   *
   * @param indices in ascending order
   */
  void read(int[] indices, ObjIntConsumer<CounterValue> found) {
    if (!table.isBound()) {
      return;
    }
    int stride = table.map().stride();
    int next = 0;
    while (next < indices.length) {
      int first = indices[next];
      int end = next + 1;
      while (end < indices.length
          && indices[end] - indices[end - 1] <= GAP
          && indices[end] - first < GROUP) {
        end++;
      }
      int count = indices[end - 1] - first + 1;
      ByteBuffer values = ByteBuffer.allocateDirect(count * stride).order(ByteOrder.nativeOrder());
      table.map().lookupRange(first, count, values);
      for (; next < end; next++) {
        int at = (indices[next] - first) * stride;
        found.accept(
            new CounterValue(table.sum(values, at, packets), table.sum(values, at, octets)),
            indices[next]);
      }
    }
  }

  void set(int index, CounterValue value) {
    table.clear();
    packets.put(table.value(), value.packets());
    octets.put(table.value(), value.bytes());
    table.writeFirstCpu(index);
  }
}

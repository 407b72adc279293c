package io.tern.embedded.engine;

import io.tern.embedded.engine.DataPlane.CounterValue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters that one thread at a time increments and any thread reads and sets.
 *
 * <p>No increment is lost to a control operation: setting a cell moves its origin, which only the
 * control plane writes. A reader sees each number exactly, but a little late perhaps, and the
 * octets may be of another moment than the packets.
 */
final class CounterCells {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  /** Packets and octets in turn. */
  private final long[] counted;

  private volatile long[] origin;

  CounterCells(int size) {
    this.counted = new long[2 * size];
  }

  int size() {
    return counted.length / 2;
  }

  /** Out of bounds counts nothing. */
  void count(long index, long octets) {
    if (index >= 0 && index < counted.length >>> 1) {
      int at = (int) index << 1;
      CELL.setOpaque(counted, at, counted[at] + 1);
      CELL.setOpaque(counted, at + 1, counted[at + 1] + octets);
    }
  }

  CounterValue get(int index) {
    long[] from = origin;
    long packets = (long) CELL.getOpaque(counted, 2 * index);
    long octets = (long) CELL.getOpaque(counted, 2 * index + 1);
    return from == null
        ? new CounterValue(packets, octets)
        : new CounterValue(
            packets - (long) CELL.getVolatile(from, 2 * index),
            octets - (long) CELL.getVolatile(from, 2 * index + 1));
  }

  synchronized void set(int index, CounterValue value) {
    long[] from = origin;
    if (from == null) {
      from = new long[counted.length];
      origin = from;
    }
    CELL.setVolatile(from, 2 * index, (long) CELL.getOpaque(counted, 2 * index) - value.packets());
    CELL.setVolatile(
        from, 2 * index + 1, (long) CELL.getOpaque(counted, 2 * index + 1) - value.bytes());
  }
}

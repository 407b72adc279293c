package io.tern.embedded.engine;

import io.tern.embedded.engine.DataPlane.CounterValue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** One cell of the kind that {@link CounterCells} describes. */
final class EntryCounter {
  private static final VarHandle PACKETS;
  private static final VarHandle OCTETS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      PACKETS = lookup.findVarHandle(EntryCounter.class, "packets", long.class);
      OCTETS = lookup.findVarHandle(EntryCounter.class, "octets", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private long packets;
  private long octets;
  private volatile CounterValue origin = new CounterValue(0, 0);

  void count(int length) {
    PACKETS.setOpaque(this, packets + 1);
    OCTETS.setOpaque(this, octets + length);
  }

  CounterValue get() {
    CounterValue from = origin;
    return new CounterValue(
        (long) PACKETS.getOpaque(this) - from.packets(),
        (long) OCTETS.getOpaque(this) - from.bytes());
  }

  void set(CounterValue value) {
    origin =
        new CounterValue(
            (long) PACKETS.getOpaque(this) - value.packets(),
            (long) OCTETS.getOpaque(this) - value.bytes());
  }
}

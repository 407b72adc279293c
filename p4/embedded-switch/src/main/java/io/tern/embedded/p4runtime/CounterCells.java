package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.p4runtime.P4InfoIndex.CounterSchema;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.CounterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.Update;
import java.util.function.Consumer;

/** Indirect counters of one pipeline (section 9.3.2). */
final class CounterCells {
  private final P4InfoIndex info;
  private final DataPlane dataPlane;

  CounterCells(P4InfoIndex info, DataPlane dataPlane) {
    this.info = info;
    this.dataPlane = dataPlane;
  }

  static CounterValue decode(CounterData data) {
    if (data.getPacketCount() < 0 || data.getByteCount() < 0) {
      throw P4RuntimeException.invalidArgument(
          "counter data is negative: %d packets, %d bytes",
          data.getPacketCount(), data.getByteCount());
    }
    return new CounterValue(data.getPacketCount(), data.getByteCount());
  }

  static CounterData encode(CounterValue value) {
    return CounterData.newBuilder()
        .setPacketCount(value.packets())
        .setByteCount(value.bytes())
        .build();
  }

  /** Sets one cell, or all of them if the index is unset. */
  void write(Update.Type type, CounterEntry entry, UndoLog undo) {
    if (type != Update.Type.MODIFY) {
      throw P4RuntimeException.invalidArgument(
          "a counter always exists: it can be modified only, not %s", type);
    }
    CounterSchema counter = info.counter(entry.getCounterId());
    int from = entry.hasIndex() ? index(counter, entry) : 0;
    int to = entry.hasIndex() ? from + 1 : counter.size();
    if (!entry.hasData()) {
      return;
    }
    CounterValue value = decode(entry.getData());
    for (int i = from; i < to; i++) {
      int cell = i;
      CounterValue old = dataPlane.counter(counter.name(), cell);
      dataPlane.setCounter(counter.name(), cell, value);
      undo.add(() -> dataPlane.setCounter(counter.name(), cell, old));
    }
  }

  /** Finds cells: of all counters (ID 0), of one, or a single one. */
  void read(CounterEntry request, Consumer<PendingEntity> found) {
    if (request.getCounterId() == 0) {
      info.counters().values().forEach(counter -> readAll(counter, found));
      return;
    }
    CounterSchema counter = info.counter(request.getCounterId());
    if (request.hasIndex()) {
      int cell = index(counter, request);
      found.accept(() -> cell(counter, cell));
    } else {
      readAll(counter, found);
    }
  }

  /** Takes over the values of another pipeline's counters, where both have the same one. */
  void copyFrom(CounterCells other) {
    for (CounterSchema counter : info.counters().values()) {
      if (counter.equals(other.info.counters().get(counter.id()))) {
        for (int cell = 0; cell < counter.size(); cell++) {
          dataPlane.setCounter(counter.name(), cell, other.dataPlane.counter(counter.name(), cell));
        }
      }
    }
  }

  private void readAll(CounterSchema counter, Consumer<PendingEntity> found) {
    for (int i = 0; i < counter.size(); i++) {
      int cell = i;
      found.accept(() -> cell(counter, cell));
    }
  }

  private Entity cell(CounterSchema counter, int cell) {
    CounterEntry.Builder entry = CounterEntry.newBuilder().setCounterId(counter.id());
    entry.getIndexBuilder().setIndex(cell);
    entry.setData(encode(dataPlane.counter(counter.name(), cell)));
    return Entity.newBuilder().setCounterEntry(entry).build();
  }

  private static int index(CounterSchema counter, CounterEntry entry) {
    return Cell.index("counter", counter.name(), counter.size(), entry.getIndex());
  }
}

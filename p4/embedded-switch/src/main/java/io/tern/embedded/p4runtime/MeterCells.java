package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.p4runtime.P4InfoIndex.MeterSchema;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.MeterConfig;
import io.tern.proto.p4.v1.MeterEntry;
import io.tern.proto.p4.v1.Update;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Indirect meters of one pipeline (section 9.4.2).
 *
 * <p>Not thread-safe: confined to the lock of the device.
 */
final class MeterCells {
  private final P4InfoIndex info;
  private final DataPlane dataPlane;

  /** What is configured, by meter and index. */
  private final Map<Integer, Map<Integer, MeterConfig>> configured = new HashMap<>();

  MeterCells(P4InfoIndex info, DataPlane dataPlane) {
    this.info = info;
    this.dataPlane = dataPlane;
  }

  /** Configures one cell, or all of them if the index is unset; takes it back without config. */
  void write(Update.Type type, MeterEntry entry, UndoLog undo) {
    if (type != Update.Type.MODIFY) {
      throw P4RuntimeException.invalidArgument(
          "a meter always exists: it can be modified only, not %s", type);
    }
    MeterSchema meter = info.meter(entry.getMeterId());
    int from = entry.hasIndex() ? index(meter, entry) : 0;
    int to = entry.hasIndex() ? from + 1 : meter.size();
    refuseCounters(meter, entry);
    MeterConfig config = entry.hasConfig() ? entry.getConfig() : null;
    MeterRatesCodec.decodeOrNull(config, meter);
    for (int i = from; i < to; i++) {
      int cell = i;
      MeterConfig old = get(meter, cell);
      set(meter, cell, config);
      undo.add(() -> set(meter, cell, old));
    }
  }

  /** Finds cells: of all meters (ID 0), of one, or a single one. */
  void read(MeterEntry request, Consumer<PendingEntity> found) {
    if (request.getMeterId() == 0) {
      info.meters().values().forEach(meter -> readAll(meter, found));
      return;
    }
    MeterSchema meter = info.meter(request.getMeterId());
    refuseCounters(meter, request);
    if (request.hasIndex()) {
      found.accept(cell(meter, index(meter, request)));
    } else {
      readAll(meter, found);
    }
  }

  /** Takes over the configuration of another pipeline's meters, where both have the same one. */
  void copyFrom(MeterCells other) {
    for (MeterSchema meter : info.meters().values()) {
      if (meter.equals(other.info.meters().get(meter.id()))) {
        other
            .configured
            .getOrDefault(meter.id(), Map.of())
            .forEach((cell, config) -> set(meter, cell, config));
      }
    }
  }

  private MeterConfig get(MeterSchema meter, int cell) {
    return configured.getOrDefault(meter.id(), Map.of()).get(cell);
  }

  private void set(MeterSchema meter, int cell, MeterConfig config) {
    dataPlane.setMeter(meter.name(), cell, MeterRatesCodec.decodeOrNull(config, meter));
    Map<Integer, MeterConfig> cells = configured.computeIfAbsent(meter.id(), id -> new HashMap<>());
    if (config == null) {
      cells.remove(cell);
    } else {
      cells.put(cell, config);
    }
  }

  private void readAll(MeterSchema meter, Consumer<PendingEntity> found) {
    for (int i = 0; i < meter.size(); i++) {
      found.accept(cell(meter, i));
    }
  }

  private PendingEntity cell(MeterSchema meter, int cell) {
    MeterConfig config = get(meter, cell);
    return () -> {
      MeterEntry.Builder entry = MeterEntry.newBuilder().setMeterId(meter.id());
      entry.getIndexBuilder().setIndex(cell);
      if (config != null) {
        entry.setConfig(config);
      }
      return Entity.newBuilder().setMeterEntry(entry).build();
    };
  }

  private static void refuseCounters(MeterSchema meter, MeterEntry entry) {
    if (entry.hasCounterData()) {
      throw MeterRatesCodec.noColourCounters(meter);
    }
  }

  private static int index(MeterSchema meter, MeterEntry entry) {
    return Cell.index("meter", meter.name(), meter.size(), entry.getIndex());
  }
}

package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.DirectCounterEntry;
import io.tern.proto.p4.v1.DirectMeterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.MeterConfig;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import java.util.Collection;
import java.util.function.Consumer;

/**
 * Direct counters and meters as entities of their own (sections 9.3.1 and 9.4.1).
 *
 * <p>Not thread-safe: confined to the lock of the device.
 */
final class DirectResources {
  private final TableEntries tables;
  private final DataPlane dataPlane;

  DirectResources(TableEntries tables, DataPlane dataPlane) {
    this.tables = tables;
    this.dataPlane = dataPlane;
  }

  /** Writes a direct counter. */
  void writeCounter(Update.Type type, DirectCounterEntry counter, UndoLog undo) {
    requireModify(type, "counter");
    TableEntry entry = counter.getTableEntry();
    TableState table = counted(entry.getTableId());
    if (entry.getIsDefaultAction()) {
      throw P4RuntimeException.unimplemented(
          "table '%s': the counter of the default entry can be read, but not set",
          table.schema.name());
    }
    EntryKey key = table.schema.decodeKey(entry);
    table.refuseInitial(key);
    InstalledEntry installed = table.existing(key);
    if (counter.hasData()) {
      CounterValue old = dataPlane.directCounter(installed.handle);
      dataPlane.setDirectCounter(installed.handle, CounterCells.decode(counter.getData()));
      undo.add(() -> dataPlane.setDirectCounter(table.entries.get(key).handle, old));
    }
  }

  /** Finds direct counters; no match means those of all entries. */
  void readCounters(DirectCounterEntry request, Consumer<PendingEntity> found) {
    TableEntry wanted = request.getTableEntry();
    if (wanted.getTableId() == 0) {
      for (TableState table : tables.all()) {
        if (table.schema.traits().directCounter()) {
          table.entries.forEach(entry -> found.accept(counter(table, entry)));
        }
      }
      return;
    }
    TableState table = counted(wanted.getTableId());
    if (wanted.getIsDefaultAction()) {
      CounterData data = CounterCells.encode(dataPlane.defaultEntryCounter(table.schema.name()));
      TableEntry key =
          TableEntry.newBuilder().setTableId(table.schema.id()).setIsDefaultAction(true).build();
      found.accept(() -> wrap(key, data));
      return;
    }
    selected(table, wanted).stream()
        .filter(entry -> tables.passes(wanted, table.schema, entry))
        .forEach(entry -> found.accept(counter(table, entry)));
  }

  /** Configures the meter of an entry, or takes its configuration away. */
  void writeMeter(Update.Type type, DirectMeterEntry meter, UndoLog undo) {
    requireModify(type, "meter");
    TableEntry entry = meter.getTableEntry();
    TableState table = metered(entry.getTableId());
    refuseColourCounters(table, meter);
    if (entry.getIsDefaultAction()) {
      throw noDefaultMeter(table.schema);
    }
    EntryKey key = table.schema.decodeKey(entry);
    table.refuseInitial(key);
    InstalledEntry old = table.existing(key);
    setMeter(table, key, meter.hasConfig() ? meter.getConfig() : null);
    undo.add(() -> setMeter(table, key, old.extras.meter()));
  }

  /** Finds direct meters; no match means those of all entries. */
  void readMeters(DirectMeterEntry request, Consumer<PendingEntity> found) {
    TableEntry wanted = request.getTableEntry();
    if (wanted.getTableId() == 0) {
      for (TableState table : tables.all()) {
        if (table.schema.traits().directMeter()) {
          table.entries.forEach(entry -> found.accept(meter(table, entry)));
        }
      }
      return;
    }
    TableState table = metered(wanted.getTableId());
    refuseColourCounters(table, request);
    if (wanted.getIsDefaultAction()) {
      throw noDefaultMeter(table.schema);
    }
    selected(table, wanted).stream()
        .filter(entry -> tables.passes(wanted, table.schema, entry))
        .forEach(entry -> found.accept(meter(table, entry)));
  }

  static P4RuntimeException noDefaultMeter(TableSchema schema) {
    return P4RuntimeException.unimplemented(
        "table '%s': packets that miss are not metered, so the default entry has no meter",
        schema.name());
  }

  private void setMeter(TableState table, EntryKey key, MeterConfig config) {
    InstalledEntry entry = table.existing(key);
    dataPlane.setDirectMeter(entry.handle, MeterRatesCodec.decodeOrNull(config, table.schema));
    table.entries.put(entry.withMeter(config));
  }

  private static void requireModify(Update.Type type, String kind) {
    if (type != Update.Type.MODIFY) {
      throw P4RuntimeException.invalidArgument(
          "a direct %s lives with its entry: it can be modified only, not %s", kind, type);
    }
  }

  private static void refuseColourCounters(TableState table, DirectMeterEntry meter) {
    if (meter.hasCounterData()) {
      throw MeterRatesCodec.noColourCounters(table.schema);
    }
  }

  private TableState counted(int tableId) {
    TableState table = tables.state(tableId);
    if (!table.schema.traits().directCounter()) {
      throw P4RuntimeException.invalidArgument(
          "table '%s' has no direct counter", table.schema.name());
    }
    return table;
  }

  private TableState metered(int tableId) {
    TableState table = tables.state(tableId);
    if (!table.schema.traits().directMeter()) {
      throw P4RuntimeException.invalidArgument(
          "table '%s' has no direct meter", table.schema.name());
    }
    return table;
  }

  private static Collection<InstalledEntry> selected(TableState table, TableEntry wanted) {
    Collection<InstalledEntry> selected = table.select(wanted);
    if (selected.isEmpty() && wanted.getMatchCount() > 0) {
      throw table.noEntry(table.schema.decodeKey(wanted));
    }
    return selected;
  }

  private PendingEntity counter(TableState table, InstalledEntry entry) {
    CounterData data = CounterCells.encode(dataPlane.directCounter(entry.handle));
    return () -> {
      TableEntry.Builder key = TableEntry.newBuilder();
      table.schema.encodeKey(entry.octets, key);
      return wrap(key.build(), data);
    };
  }

  private static PendingEntity meter(TableState table, InstalledEntry entry) {
    return () -> {
      DirectMeterEntry.Builder meter = DirectMeterEntry.newBuilder();
      table.schema.encodeKey(entry.octets, meter.getTableEntryBuilder());
      if (entry.extras.meter() != null) {
        meter.setConfig(entry.extras.meter());
      }
      return Entity.newBuilder().setDirectMeterEntry(meter).build();
    };
  }

  private static Entity wrap(TableEntry key, CounterData data) {
    return Entity.newBuilder()
        .setDirectCounterEntry(DirectCounterEntry.newBuilder().setTableEntry(key).setData(data))
        .build();
  }
}

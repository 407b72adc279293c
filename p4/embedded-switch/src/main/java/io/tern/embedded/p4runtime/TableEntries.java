package io.tern.embedded.p4runtime;

import io.grpc.Status;
import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Entries and default entries of one pipeline's tables (section 9.1).
 *
 * <p>Not thread-safe: confined to the lock of the device.
 */
final class TableEntries {

  private final P4InfoIndex info;
  private final DataPlane dataPlane;
  private final Map<Integer, TableState> tables = new LinkedHashMap<>();

  TableEntries(P4InfoIndex info, Bmv2Program program, DataPlane dataPlane) {
    this.info = info;
    this.dataPlane = dataPlane;
    info.tables()
        .forEach(
            (id, schema) ->
                tables.put(id, new TableState(schema, InitialEntries.of(schema, program))));
  }

  void write(Update.Type type, TableEntry entry, UndoLog undo) {
    TableState table = state(entry.getTableId());
    if (entry.getIsConst()) {
      throw P4RuntimeException.invalidArgument(
          "table '%s': is_const is set, only the program can make an entry constant",
          table.schema.name());
    }
    if (entry.getIsDefaultAction()) {
      writeDefault(type, table, entry, undo);
      return;
    }
    switch (type) {
      case INSERT -> insert(table, entry, undo);
      case MODIFY -> modify(table, entry, undo);
      case DELETE -> delete(table, entry, undo);
      default -> throw P4RuntimeException.invalidArgument("the type of the update is not set");
    }
  }

  private void insert(TableState table, TableEntry entry, UndoLog undo) {
    TableSchema schema = table.schema;
    if (schema.traits().constEntries()) {
      throw P4RuntimeException.permissionDenied("table '%s' is constant", schema.name());
    }
    if (schema.fields().isEmpty()) {
      throw P4RuntimeException.invalidArgument(
          "table '%s' has no key: it has a default entry only", schema.name());
    }
    if (!entry.hasAction()) {
      throw P4RuntimeException.invalidArgument("table '%s': the action is missing", schema.name());
    }
    checkExtras(schema, entry);
    EntryKey key = schema.decodeKey(entry);
    ActionCall action = schema.decodeAction(entry.getAction(), false);
    if (table.entries.containsKey(key) || table.initial.containsKey(key)) {
      throw new P4RuntimeException(
          Status.Code.ALREADY_EXISTS,
          "table '" + schema.name() + "' has an entry with this key" + table.brief(key));
    }
    insert(
        table,
        new InstalledEntry(
            key,
            action,
            entry.getMetadata(),
            controllerMetadata(entry),
            entry.hasMeterConfig() ? entry.getMeterConfig() : null,
            null));
    if (entry.hasCounterData()) {
      setCounter(table.entries.get(key), entry.getCounterData());
    }
    undo.add(() -> dataPlane.delete(table.entries.remove(key).handle()));
  }

  private void insert(TableState table, InstalledEntry entry) {
    EntryHandle handle =
        dataPlane.insert(
            table.schema.name(), entry.key().match(), entry.key().priority(), entry.action());
    if (entry.meter() != null) {
      dataPlane.setDirectMeter(handle, MeterRatesCodec.decode(entry.meter(), table.schema));
    }
    table.entries.put(entry.key(), entry.withHandle(handle));
  }

  private void modify(TableState table, TableEntry entry, UndoLog undo) {
    TableSchema schema = table.schema;
    checkExtras(schema, entry);
    EntryKey key = schema.decodeKey(entry);
    table.refuseInitial(key);
    InstalledEntry old = table.existing(key);
    ActionCall action =
        entry.hasAction() ? schema.decodeAction(entry.getAction(), false) : old.action();
    replace(
        table,
        new InstalledEntry(
            key,
            action,
            entry.getMetadata(),
            controllerMetadata(entry),
            entry.hasMeterConfig() ? entry.getMeterConfig() : null,
            old.handle()));
    CounterValue oldCounter = null;
    if (entry.hasCounterData()) {
      oldCounter = dataPlane.directCounter(old.handle());
      setCounter(old, entry.getCounterData());
    }
    CounterValue restored = oldCounter;
    undo.add(
        () -> {
          EntryHandle handle = table.entries.get(key).handle();
          replace(table, old.withHandle(handle));
          if (restored != null) {
            dataPlane.setDirectCounter(handle, restored);
          }
        });
  }

  private void replace(TableState table, InstalledEntry entry) {
    if (!entry.action().equals(table.entries.get(entry.key()).action())) {
      dataPlane.modify(entry.handle(), entry.action());
    }
    if (table.schema.traits().directMeter()) {
      // An unset configuration is the default one (section 9.1.5): all packets are green.
      dataPlane.setDirectMeter(
          entry.handle(), MeterRatesCodec.decodeOrNull(entry.meter(), table.schema));
    }
    table.entries.put(entry.key(), entry);
  }

  private void delete(TableState table, TableEntry entry, UndoLog undo) {
    EntryKey key = table.schema.decodeKey(entry);
    table.refuseInitial(key);
    InstalledEntry old = table.existing(key);
    CounterValue counter = dataPlane.directCounter(old.handle());
    dataPlane.delete(old.handle());
    table.entries.remove(key);
    undo.add(
        () -> {
          insert(table, old);
          if (table.schema.traits().directCounter()) {
            dataPlane.setDirectCounter(table.entries.get(key).handle(), counter);
          }
        });
  }

  private void writeDefault(Update.Type type, TableState table, TableEntry entry, UndoLog undo) {
    TableSchema schema = table.schema;
    String name = schema.name();
    if (type != Update.Type.MODIFY) {
      throw P4RuntimeException.invalidArgument(
          "table '%s': the default entry always exists, it can be modified only, not %s",
          name, type);
    }
    if (entry.getMatchCount() > 0 || entry.getPriority() != 0) {
      throw P4RuntimeException.invalidArgument(
          "table '%s': the default entry has neither match nor priority", name);
    }
    if (schema.traits().constDefault()) {
      throw P4RuntimeException.permissionDenied(
          "table '%s': the program made the default action constant", name);
    }
    checkExtras(schema, entry);
    if (entry.hasMeterConfig()) {
      throw DirectResources.noDefaultMeter(schema);
    }
    if (entry.hasCounterData()) {
      throw P4RuntimeException.unimplemented(
          "table '%s': the counter of the default entry can be read, but not set", name);
    }
    TableEntry old = table.defaultEntry;
    if (entry.hasAction()) {
      dataPlane.setDefaultAction(name, schema.decodeAction(entry.getAction(), true));
      table.defaultEntry = entry;
    } else {
      dataPlane.setDefaultAction(name, null);
      table.defaultEntry = null;
    }
    undo.add(
        () -> {
          dataPlane.setDefaultAction(
              name, old == null ? null : schema.decodeAction(old.getAction(), true));
          table.defaultEntry = old;
        });
  }

  /** Finds what a read asks for (section 9.1.6). */
  void read(TableEntry request, Consumer<PendingEntity> found) {
    if (request.getTableId() == 0) {
      if (request.getMatchCount() > 0
          || request.hasAction()
          || request.getPriority() != 0
          || !request.getMetadata().isEmpty()) {
        throw P4RuntimeException.invalidArgument(
            "a read of all tables (table_id 0) cannot be filtered by match, action, priority or"
                + " metadata");
      }
      tables.values().forEach(table -> read(table, request, found));
    } else {
      read(state(request.getTableId()), request, found);
    }
  }

  private void read(TableState table, TableEntry request, Consumer<PendingEntity> found) {
    TableSchema schema = table.schema;
    if (request.hasTimeSinceLastHit()
        && !schema.traits().idleTimeout()
        && request.getTableId() != 0) {
      throw P4RuntimeException.invalidArgument(
          "table '%s' has no idle time-out, so no time since the last hit", schema.name());
    }
    boolean withCounter = request.hasCounterData() && schema.traits().directCounter();
    boolean withMeter = request.hasMeterConfig();
    if (request.getIsDefaultAction()) {
      if (request.getMatchCount() > 0 || request.getPriority() != 0) {
        throw P4RuntimeException.invalidArgument(
            "table '%s': the default entry has neither match nor priority", schema.name());
      }
      found.accept(defaultEntry(table, withCounter));
      return;
    }
    for (InstalledEntry entry : table.select(request)) {
      if (passes(request, entry)) {
        CounterValue counter = withCounter ? dataPlane.directCounter(entry.handle()) : null;
        found.accept(() -> wrap(encode(schema, entry, counter, withMeter)));
      }
    }
    table.initial.forEach(
        (key, action) -> {
          if (matches(table, request, key) && passesInitial(request, key, action, schema)) {
            TableEntry.Builder entry = TableEntry.newBuilder();
            schema.encodeKey(key, entry);
            schema.encodeAction(action, entry);
            entry.setIsConst(schema.traits().constEntries());
            found.accept(() -> wrap(entry.build()));
          }
        });
  }

  /** All that a controller wrote, as updates that write it again; counters included. */
  List<Update> snapshot() {
    List<Update> updates = new ArrayList<>();
    for (TableState table : tables.values()) {
      for (InstalledEntry entry : table.entries.values()) {
        CounterValue counter =
            table.schema.traits().directCounter() ? dataPlane.directCounter(entry.handle()) : null;
        updates.add(
            Update.newBuilder()
                .setType(Update.Type.INSERT)
                .setEntity(wrap(encode(table.schema, entry, counter, true)))
                .build());
      }
      if (table.defaultEntry != null) {
        updates.add(
            Update.newBuilder()
                .setType(Update.Type.MODIFY)
                .setEntity(wrap(table.defaultEntry))
                .build());
      }
    }
    return updates;
  }

  private PendingEntity defaultEntry(TableState table, boolean withCounter) {
    TableEntry.Builder entry =
        TableEntry.newBuilder().setTableId(table.schema.id()).setIsDefaultAction(true);
    ActionCall action = dataPlane.defaultAction(table.schema.name());
    if (action != null) {
      table.schema.encodeAction(action, entry);
    }
    if (table.defaultEntry != null) {
      entry.setMetadata(table.defaultEntry.getMetadata());
      setControllerMetadata(entry, controllerMetadata(table.defaultEntry));
    }
    if (withCounter) {
      entry.setCounterData(encode(dataPlane.defaultEntryCounter(table.schema.name())));
    }
    TableEntry built = entry.build();
    return () -> wrap(built);
  }

  private static boolean matches(TableState table, TableEntry request, EntryKey key) {
    return request.getMatchCount() == 0 || table.schema.decodeKey(request).equals(key);
  }

  /** Whether an entry is one that a read asks for, whatever its match. */
  boolean passes(TableEntry request, InstalledEntry entry) {
    return (request.getPriority() == 0 || request.getPriority() == entry.key().priority())
        && (request.getMetadata().isEmpty() || request.getMetadata().equals(entry.metadata()))
        && (controllerMetadata(request) == 0
            || controllerMetadata(request) == entry.controllerMetadata())
        && (!request.hasAction()
            || hasAction(request, state(request.getTableId()).schema, entry.action()));
  }

  private static boolean passesInitial(
      TableEntry request, EntryKey key, ActionCall action, TableSchema schema) {
    return (request.getPriority() == 0 || request.getPriority() == key.priority())
        && request.getMetadata().isEmpty()
        && controllerMetadata(request) == 0
        && (!request.hasAction() || hasAction(request, schema, action));
  }

  private static boolean hasAction(TableEntry request, TableSchema schema, ActionCall action) {
    TableSchema.AllowedAction wanted =
        schema.actions().get(request.getAction().getAction().getActionId());
    if (wanted == null) {
      throw P4RuntimeException.invalidArgument(
          "table '%s' has no action with id %s",
          schema.name(), Integer.toUnsignedString(request.getAction().getAction().getActionId()));
    }
    return wanted.action().name().equals(action.action());
  }

  private static void checkExtras(TableSchema schema, TableEntry entry) {
    if (entry.getIdleTimeoutNs() != 0 || entry.hasTimeSinceLastHit()) {
      if (schema.traits().idleTimeout()) {
        throw P4RuntimeException.unimplemented(
            "table '%s': idle time-outs are not implemented by this switch", schema.name());
      }
      throw P4RuntimeException.invalidArgument(
          "table '%s' has no idle time-out: idle_timeout_ns must be 0, time_since_last_hit unset",
          schema.name());
    }
    if ((entry.hasMeterConfig() || entry.hasMeterCounterData()) && !schema.traits().directMeter()) {
      throw P4RuntimeException.invalidArgument("table '%s' has no direct meter", schema.name());
    }
    if (entry.hasMeterCounterData()) {
      throw MeterRatesCodec.noColourCounters(schema);
    }
    if (entry.hasMeterConfig()) {
      // Before anything is changed: a refused update changes nothing.
      MeterRatesCodec.decode(entry.getMeterConfig(), schema);
    }
    if (entry.hasCounterData() && !schema.traits().directCounter()) {
      throw P4RuntimeException.invalidArgument("table '%s' has no direct counter", schema.name());
    }
    if (entry.hasCounterData()) {
      CounterCells.decode(entry.getCounterData());
    }
  }

  Collection<TableState> all() {
    return tables.values();
  }

  /**
   * The table with an ID.
   *
   * @throws P4RuntimeException INVALID_ARGUMENT for 0, NOT_FOUND for an unknown ID
   */
  TableState state(int tableId) {
    return tables.get(info.table(tableId).id());
  }

  private void setCounter(InstalledEntry entry, CounterData data) {
    dataPlane.setDirectCounter(entry.handle(), CounterCells.decode(data));
  }

  private static CounterData encode(CounterValue value) {
    return CounterCells.encode(value);
  }

  private static TableEntry encode(
      TableSchema schema, InstalledEntry entry, CounterValue counter, boolean withMeter) {
    TableEntry.Builder encoded = TableEntry.newBuilder().setMetadata(entry.metadata());
    schema.encodeKey(entry.key(), encoded);
    schema.encodeAction(entry.action(), encoded);
    setControllerMetadata(encoded, entry.controllerMetadata());
    if (counter != null) {
      encoded.setCounterData(encode(counter));
    }
    if (withMeter && entry.meter() != null) {
      encoded.setMeterConfig(entry.meter());
    }
    return encoded.build();
  }

  @SuppressWarnings("deprecation") // clients older than P4Runtime 1.4 still use it
  private static long controllerMetadata(TableEntry entry) {
    return entry.getControllerMetadata();
  }

  @SuppressWarnings("deprecation") // clients older than P4Runtime 1.4 still use it
  private static void setControllerMetadata(TableEntry.Builder entry, long metadata) {
    entry.setControllerMetadata(metadata);
  }

  private static Entity wrap(TableEntry entry) {
    return Entity.newBuilder().setTableEntry(entry).build();
  }
}

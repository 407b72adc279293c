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
  private final PlainUpdate plain = new PlainUpdate();
  private final BatchJournal journal = new BatchJournal();

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
    ActionCall call = schema.decodeAction(entry.getAction(), false);
    if (table.entries.get(key) != null || table.initial.containsKey(key)) {
      throw new P4RuntimeException(
          Status.Code.ALREADY_EXISTS,
          "table '" + schema.name() + "' has an entry with this key" + table.brief(key));
    }
    ActionSchema action = schema.action(call);
    InstalledEntry installed =
        insert(
            table,
            new InstalledEntry(
                schema.pack(key, action, call), key.hash, action, extras(entry), null));
    if (entry.hasCounterData()) {
      setCounter(installed, entry.getCounterData());
    }
    undo.add(() -> dataPlane.delete(table.entries.remove(key).handle));
  }

  private static InstalledEntry.Extras extras(TableEntry entry) {
    return InstalledEntry.Extras.of(
        entry.getMetadata(),
        controllerMetadata(entry),
        entry.hasMeterConfig() ? entry.getMeterConfig() : null);
  }

  private InstalledEntry insert(TableState table, InstalledEntry entry) {
    TableSchema schema = table.schema;
    EntryHandle handle = null;
    if (table.form != null) {
      handle = dataPlane.insertPacked(schema.name(), entry.action.name(), entry.octets);
    }
    if (handle == null) {
      handle =
          dataPlane.insert(
              schema.name(),
              schema.match(entry.octets),
              schema.priority(entry.octets),
              schema.call(entry));
    }
    if (entry.extras.meter() != null) {
      dataPlane.setDirectMeter(handle, MeterRatesCodec.decode(entry.extras.meter(), schema));
    }
    InstalledEntry installed = entry.withHandle(handle);
    table.entries.put(installed);
    journal.note(table, null, installed);
    return installed;
  }

  private void modify(TableState table, TableEntry entry, UndoLog undo) {
    TableSchema schema = table.schema;
    checkExtras(schema, entry);
    EntryKey key = schema.decodeKey(entry);
    table.refuseInitial(key);
    InstalledEntry old = table.existing(key);
    byte[] octets = old.octets;
    ActionSchema action = old.action;
    if (entry.hasAction()) {
      ActionCall call = schema.decodeAction(entry.getAction(), false);
      action = schema.action(call);
      octets = schema.pack(key, action, call);
    }
    replace(table, old, new InstalledEntry(octets, key.hash, action, extras(entry), old.handle));
    CounterValue oldCounter = null;
    if (entry.hasCounterData()) {
      oldCounter = dataPlane.directCounter(old.handle);
      setCounter(old, entry.getCounterData());
    }
    CounterValue restored = oldCounter;
    undo.add(
        () -> {
          InstalledEntry now = table.entries.get(key);
          replace(table, now, old.withHandle(now.handle));
          if (restored != null) {
            dataPlane.setDirectCounter(now.handle, restored);
          }
        });
  }

  private void replace(TableState table, InstalledEntry old, InstalledEntry entry) {
    TableSchema schema = table.schema;
    if (!entry.sameAction(old)
        && (table.form == null
            || !dataPlane.modifyPacked(entry.handle, entry.action.name(), entry.octets))) {
      dataPlane.modify(entry.handle, schema.call(entry));
    }
    if (schema.traits().directMeter()) {
      // An unset configuration is the default one (section 9.1.5): all packets are green.
      dataPlane.setDirectMeter(
          entry.handle, MeterRatesCodec.decodeOrNull(entry.extras.meter(), schema));
    }
    table.entries.put(entry);
    journal.note(table, old, entry);
  }

  private void delete(TableState table, TableEntry entry, UndoLog undo) {
    EntryKey key = table.schema.decodeKey(entry);
    table.refuseInitial(key);
    InstalledEntry old = table.existing(key);
    CounterValue counter = undo.isRecording() ? dataPlane.directCounter(old.handle) : null;
    delete(table, old);
    undo.add(
        () -> {
          InstalledEntry again = insert(table, old);
          if (table.schema.traits().directCounter()) {
            dataPlane.setDirectCounter(again.handle, counter);
          }
        });
  }

  private void delete(TableState table, InstalledEntry old) {
    dataPlane.delete(old.handle);
    table.entries.remove(old.octets, old.hash);
    journal.note(table, old, null);
  }

  /**
   * Applies an update that is not a message yet.
   *
   * @return false if it has to become one first; nothing was done then
   * @throws io.tern.embedded.engine.DataPlaneException why the data plane does not
   */
  boolean writePlain(byte[] octets, int from, int to) {
    if (!plain.read(octets, from, to, tables)) {
      return false;
    }
    TableState table = plain.table;
    InstalledEntry old = table.entries.get(plain.octets, plain.hash);
    switch (plain.type) {
      case Update.Type.INSERT_VALUE -> {
        if (old != null || !plain.readAction()) {
          return false;
        }
        insert(
            table,
            new InstalledEntry(
                plain.entry(),
                plain.hash,
                plain.action.action(),
                InstalledEntry.Extras.NONE,
                null));
      }
      case Update.Type.MODIFY_VALUE -> {
        if (old == null || !plain.readAction()) {
          return false;
        }
        replace(
            table,
            old,
            new InstalledEntry(
                plain.entry(),
                plain.hash,
                plain.action.action(),
                InstalledEntry.Extras.NONE,
                old.handle));
      }
      case Update.Type.DELETE_VALUE -> {
        if (old == null) {
          return false;
        }
        delete(table, old);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Until {@link #endBatch} the data plane may collect what is written. */
  void beginBatch() {
    if (dataPlane.beginBatch()) {
      journal.begin();
    }
  }

  /** What is written next is this update's. */
  void nextUpdate(int update) {
    journal.next(update);
  }

  /** Returns when packets meet what was written; what failed at last is taken back, and noted. */
  void endBatch(BatchOutcome outcome) {
    try {
      for (DataPlane.FailedChange failed : dataPlane.endBatch()) {
        outcome.failLate(journal.takeBack(failed.entry()), P4RuntimeException.of(failed.reason()));
      }
    } finally {
      journal.end();
    }
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
      if (passes(request, schema, entry)) {
        CounterValue counter = withCounter ? dataPlane.directCounter(entry.handle) : null;
        found.accept(() -> wrap(encode(schema, entry, counter, withMeter)));
      }
    }
    table.initial.forEach(
        (key, action) -> {
          if (matches(table, request, key) && passesInitial(request, schema, key, action)) {
            TableEntry.Builder entry = TableEntry.newBuilder();
            schema.encodeKey(key.octets, entry);
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
      for (InstalledEntry entry : table.entries) {
        CounterValue counter =
            table.schema.traits().directCounter() ? dataPlane.directCounter(entry.handle) : null;
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
  boolean passes(TableEntry request, TableSchema schema, InstalledEntry entry) {
    return (request.getPriority() == 0 || request.getPriority() == schema.priority(entry.octets))
        && (request.getMetadata().isEmpty()
            || request.getMetadata().equals(entry.extras.metadata()))
        && (controllerMetadata(request) == 0
            || controllerMetadata(request) == entry.extras.controllerMetadata())
        && (!request.hasAction() || hasAction(request, schema, entry.action.name()));
  }

  private static boolean passesInitial(
      TableEntry request, TableSchema schema, EntryKey key, ActionCall action) {
    return (request.getPriority() == 0 || request.getPriority() == schema.priority(key.octets))
        && request.getMetadata().isEmpty()
        && controllerMetadata(request) == 0
        && (!request.hasAction() || hasAction(request, schema, action.action()));
  }

  private static boolean hasAction(TableEntry request, TableSchema schema, String action) {
    TableSchema.AllowedAction wanted =
        schema.actions().get(request.getAction().getAction().getActionId());
    if (wanted == null) {
      throw P4RuntimeException.invalidArgument(
          "table '%s' has no action with id %s",
          schema.name(), Integer.toUnsignedString(request.getAction().getAction().getActionId()));
    }
    return wanted.action().name().equals(action);
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
    dataPlane.setDirectCounter(entry.handle, CounterCells.decode(data));
  }

  private static CounterData encode(CounterValue value) {
    return CounterCells.encode(value);
  }

  private static TableEntry encode(
      TableSchema schema, InstalledEntry entry, CounterValue counter, boolean withMeter) {
    TableEntry.Builder encoded = TableEntry.newBuilder().setMetadata(entry.extras.metadata());
    schema.encodeKey(entry.octets, encoded);
    schema.encodeAction(schema.call(entry), encoded);
    setControllerMetadata(encoded, entry.extras.controllerMetadata());
    if (counter != null) {
      encoded.setCounterData(encode(counter));
    }
    if (withMeter && entry.extras.meter() != null) {
      encoded.setMeterConfig(entry.extras.meter());
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

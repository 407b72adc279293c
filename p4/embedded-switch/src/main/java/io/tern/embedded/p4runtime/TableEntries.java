package io.tern.embedded.p4runtime;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.DirectCounterEntry;
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
 * Entries, default entries and direct counters of one pipeline's tables (sections 9.1 and 9.3.1).
 *
 * <p>Not thread-safe: confined to the lock of the device.
 */
final class TableEntries {

  /** An entry as the controller wrote it; replaced, never changed. */
  private record Installed(
      EntryKey key,
      ActionCall action,
      ByteString metadata,
      long controllerMetadata,
      EntryHandle handle) {}

  private static final class TableState {
    final TableSchema schema;
    final Map<EntryKey, Installed> entries = new LinkedHashMap<>();

    /** Entries that the program brings: they can be read only. */
    final Map<EntryKey, ActionCall> initial;

    /** The default entry as the controller wrote it; null while it is the program's own. */
    TableEntry defaultEntry;

    TableState(TableSchema schema, Map<EntryKey, ActionCall> initial) {
      this.schema = schema;
      this.initial = initial;
    }
  }

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
          "table '" + schema.name() + "' has an entry with this key" + brief(schema, key));
    }
    insert(table, new Installed(key, action, entry.getMetadata(), controllerMetadata(entry), null));
    if (entry.hasCounterData()) {
      setCounter(table.entries.get(key), entry.getCounterData());
    }
    undo.add(() -> dataPlane.delete(table.entries.remove(key).handle()));
  }

  private void insert(TableState table, Installed entry) {
    EntryHandle handle =
        dataPlane.insert(
            table.schema.name(), entry.key().match(), entry.key().priority(), entry.action());
    table.entries.put(
        entry.key(),
        new Installed(
            entry.key(), entry.action(), entry.metadata(), entry.controllerMetadata(), handle));
  }

  private void modify(TableState table, TableEntry entry, UndoLog undo) {
    TableSchema schema = table.schema;
    checkExtras(schema, entry);
    EntryKey key = schema.decodeKey(entry);
    refuseInitial(table, key);
    Installed old = existing(table, key);
    ActionCall action =
        entry.hasAction() ? schema.decodeAction(entry.getAction(), false) : old.action();
    replace(
        table,
        new Installed(key, action, entry.getMetadata(), controllerMetadata(entry), old.handle()));
    CounterValue oldCounter = null;
    if (entry.hasCounterData()) {
      oldCounter = dataPlane.directCounter(old.handle());
      setCounter(old, entry.getCounterData());
    }
    CounterValue restored = oldCounter;
    undo.add(
        () -> {
          EntryHandle handle = table.entries.get(key).handle();
          replace(
              table,
              new Installed(key, old.action(), old.metadata(), old.controllerMetadata(), handle));
          if (restored != null) {
            dataPlane.setDirectCounter(handle, restored);
          }
        });
  }

  private void replace(TableState table, Installed entry) {
    if (!entry.action().equals(table.entries.get(entry.key()).action())) {
      dataPlane.modify(entry.handle(), entry.action());
    }
    table.entries.put(entry.key(), entry);
  }

  private void delete(TableState table, TableEntry entry, UndoLog undo) {
    EntryKey key = table.schema.decodeKey(entry);
    refuseInitial(table, key);
    Installed old = existing(table, key);
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

  /** Writes a direct counter. */
  void writeDirectCounter(Update.Type type, DirectCounterEntry counter, UndoLog undo) {
    if (type != Update.Type.MODIFY) {
      throw P4RuntimeException.invalidArgument(
          "a direct counter lives with its entry: it can be modified only, not %s", type);
    }
    TableEntry entry = counter.getTableEntry();
    TableState table = counted(entry.getTableId());
    if (entry.getIsDefaultAction()) {
      throw P4RuntimeException.unimplemented(
          "table '%s': the counter of the default entry can be read, but not set",
          table.schema.name());
    }
    EntryKey key = table.schema.decodeKey(entry);
    refuseInitial(table, key);
    Installed installed = existing(table, key);
    if (counter.hasData()) {
      CounterValue old = dataPlane.directCounter(installed.handle());
      setCounter(installed, counter.getData());
      undo.add(() -> dataPlane.setDirectCounter(table.entries.get(key).handle(), old));
    }
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
    if (request.getIsDefaultAction()) {
      if (request.getMatchCount() > 0 || request.getPriority() != 0) {
        throw P4RuntimeException.invalidArgument(
            "table '%s': the default entry has neither match nor priority", schema.name());
      }
      found.accept(defaultEntry(table, withCounter));
      return;
    }
    for (Installed entry : select(table, request)) {
      if (passes(request, entry)) {
        CounterValue counter = withCounter ? dataPlane.directCounter(entry.handle()) : null;
        found.accept(() -> wrap(encode(schema, entry, counter)));
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

  /** Finds direct counters (section 9.3.1); no match means those of all entries. */
  void readDirectCounters(DirectCounterEntry request, Consumer<PendingEntity> found) {
    TableEntry wanted = request.getTableEntry();
    if (wanted.getTableId() == 0) {
      for (TableState table : tables.values()) {
        if (table.schema.traits().directCounter()) {
          table.entries.values().forEach(entry -> found.accept(directCounter(table, entry)));
        }
      }
      return;
    }
    TableState table = counted(wanted.getTableId());
    if (wanted.getIsDefaultAction()) {
      CounterData data = encode(dataPlane.defaultEntryCounter(table.schema.name()));
      TableEntry key =
          TableEntry.newBuilder().setTableId(table.schema.id()).setIsDefaultAction(true).build();
      found.accept(() -> wrap(key, data));
      return;
    }
    Collection<Installed> selected = select(table, wanted);
    if (selected.isEmpty() && wanted.getMatchCount() > 0) {
      throw noEntry(table.schema, table.schema.decodeKey(wanted));
    }
    selected.stream()
        .filter(entry -> passes(wanted, entry))
        .forEach(entry -> found.accept(directCounter(table, entry)));
  }

  /** All that a controller wrote, as updates that write it again; counters included. */
  List<Update> snapshot() {
    List<Update> updates = new ArrayList<>();
    for (TableState table : tables.values()) {
      for (Installed entry : table.entries.values()) {
        CounterValue counter =
            table.schema.traits().directCounter() ? dataPlane.directCounter(entry.handle()) : null;
        updates.add(
            Update.newBuilder()
                .setType(Update.Type.INSERT)
                .setEntity(wrap(encode(table.schema, entry, counter)))
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

  private PendingEntity directCounter(TableState table, Installed entry) {
    CounterData data = encode(dataPlane.directCounter(entry.handle()));
    return () -> {
      TableEntry.Builder key = TableEntry.newBuilder();
      table.schema.encodeKey(entry.key(), key);
      return wrap(key.build(), data);
    };
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

  private Collection<Installed> select(TableState table, TableEntry request) {
    if (request.getMatchCount() == 0) {
      return table.entries.values();
    }
    Installed entry = table.entries.get(table.schema.decodeKey(request));
    return entry == null ? List.of() : List.of(entry);
  }

  private static boolean matches(TableState table, TableEntry request, EntryKey key) {
    return request.getMatchCount() == 0 || table.schema.decodeKey(request).equals(key);
  }

  private boolean passes(TableEntry request, Installed entry) {
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
    if (entry.hasMeterConfig() || entry.hasMeterCounterData()) {
      if (schema.traits().directMeter()) {
        throw P4RuntimeException.unimplemented(
            "table '%s': meters are not implemented by this switch", schema.name());
      }
      throw P4RuntimeException.invalidArgument("table '%s' has no direct meter", schema.name());
    }
    if (entry.hasCounterData() && !schema.traits().directCounter()) {
      throw P4RuntimeException.invalidArgument("table '%s' has no direct counter", schema.name());
    }
    if (entry.hasCounterData()) {
      // Before anything is changed: a refused update changes nothing.
      CounterCells.decode(entry.getCounterData());
    }
  }

  private static void refuseInitial(TableState table, EntryKey key) {
    if (!table.initial.containsKey(key)) {
      return;
    }
    if (table.schema.traits().constEntries()) {
      throw P4RuntimeException.permissionDenied("table '%s' is constant", table.schema.name());
    }
    throw P4RuntimeException.unimplemented(
        "table '%s': the entry%s came with the program; this switch cannot change it",
        table.schema.name(), brief(table.schema, key));
  }

  private TableState state(int tableId) {
    return tables.get(info.table(tableId).id());
  }

  private TableState counted(int tableId) {
    TableState table = state(tableId);
    if (!table.schema.traits().directCounter()) {
      throw P4RuntimeException.invalidArgument(
          "table '%s' has no direct counter", table.schema.name());
    }
    return table;
  }

  private static Installed existing(TableState table, EntryKey key) {
    Installed entry = table.entries.get(key);
    if (entry == null) {
      throw noEntry(table.schema, key);
    }
    return entry;
  }

  private static P4RuntimeException noEntry(TableSchema schema, EntryKey key) {
    return P4RuntimeException.notFound(
        "table '%s' has no entry with this key%s", schema.name(), brief(schema, key));
  }

  /** The key in one line, short: errors of a whole batch travel in one header of the answer. */
  private static String brief(TableSchema schema, EntryKey key) {
    StringBuilder text = new StringBuilder();
    for (MatchFieldSchema field : schema.fields()) {
      text.append(text.isEmpty() ? ": " : ", ")
          .append(field.name())
          .append(' ')
          .append(MatchText.of(key.match().get(field.position())));
    }
    return text.toString();
  }

  private void setCounter(Installed entry, CounterData data) {
    dataPlane.setDirectCounter(entry.handle(), CounterCells.decode(data));
  }

  private static CounterData encode(CounterValue value) {
    return CounterCells.encode(value);
  }

  private static TableEntry encode(TableSchema schema, Installed entry, CounterValue counter) {
    TableEntry.Builder encoded = TableEntry.newBuilder().setMetadata(entry.metadata());
    schema.encodeKey(entry.key(), encoded);
    schema.encodeAction(entry.action(), encoded);
    setControllerMetadata(encoded, entry.controllerMetadata());
    if (counter != null) {
      encoded.setCounterData(encode(counter));
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

  private static Entity wrap(TableEntry key, CounterData data) {
    return Entity.newBuilder()
        .setDirectCounterEntry(DirectCounterEntry.newBuilder().setTableEntry(key).setData(data))
        .build();
  }
}

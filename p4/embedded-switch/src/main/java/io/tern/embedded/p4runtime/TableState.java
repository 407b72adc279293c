package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.proto.p4.v1.TableEntry;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * One table with its entries.
 *
 * <p>Not thread-safe: confined to the lock of the device.
 */
final class TableState {
  final TableSchema schema;
  final EntryTable entries;

  /** Entries that the program brings: they can be read only. */
  final Map<EntryKey, ActionCall> initial;

  /** How updates are read without messages; null if those of this table never are. */
  final PlainForm form;

  /** The default entry as the controller wrote it; null while it is the program's own. */
  TableEntry defaultEntry;

  TableState(TableSchema schema, Map<EntryKey, ActionCall> initial) {
    this.schema = schema;
    this.initial = initial;
    this.entries = new EntryTable(schema.keyOctets());
    this.form = PlainForm.of(schema, initial.isEmpty());
  }

  /**
   * The entry with a key.
   *
   * @throws P4RuntimeException NOT_FOUND
   */
  InstalledEntry existing(EntryKey key) {
    InstalledEntry entry = entries.get(key);
    if (entry == null) {
      throw noEntry(key);
    }
    return entry;
  }

  /**
   * Lets keys pass that the program does not bring.
   *
   * @throws P4RuntimeException PERMISSION_DENIED or UNIMPLEMENTED
   */
  void refuseInitial(EntryKey key) {
    if (!initial.containsKey(key)) {
      return;
    }
    if (schema.traits().constEntries()) {
      throw P4RuntimeException.permissionDenied("table '%s' is constant", schema.name());
    }
    throw P4RuntimeException.unimplemented(
        "table '%s': the entry%s came with the program; this switch cannot change it",
        schema.name(), brief(key));
  }

  /** The entries that a read names by its match; all without one. */
  Collection<InstalledEntry> select(TableEntry request) {
    if (request.getMatchCount() == 0) {
      return entries;
    }
    InstalledEntry entry = entries.get(schema.decodeKey(request));
    return entry == null ? List.of() : List.of(entry);
  }

  P4RuntimeException noEntry(EntryKey key) {
    return P4RuntimeException.notFound(
        "table '%s' has no entry with this key%s", schema.name(), brief(key));
  }

  /** The key in one line, short: errors of a whole batch travel in one header of the answer. */
  String brief(EntryKey key) {
    StringBuilder text = new StringBuilder();
    for (MatchFieldSchema field : schema.fields()) {
      text.append(text.isEmpty() ? ": " : ", ")
          .append(field.name())
          .append(' ')
          .append(MatchText.of(field.unpack(key.octets, schema.place(field.position()))));
    }
    return text.toString();
  }
}

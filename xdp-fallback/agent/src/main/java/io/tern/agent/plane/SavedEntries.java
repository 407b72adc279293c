package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.embedded.engine.DataPlane.CounterValue;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Writes and reads {@link AgentMaps#ENTRIES}. Not thread-safe. */
final class SavedEntries {
  private final Table table;
  private final Field tableId;
  private final Field keyLength;
  private final Field keyOctets;
  private final Field action;
  private final Field length;
  private final Field index;
  private final Field generation;
  private final Field packets;
  private final Field octets;
  private final Field arguments;

  SavedEntries(Table table) {
    this.table = table;
    this.tableId = table.key("table");
    this.keyLength = table.key("length");
    this.keyOctets = table.key("octets");
    this.action = table.value("action");
    this.length = table.value("length");
    this.index = table.value("index");
    this.generation = table.value("generation");
    this.packets = table.value("packets");
    this.octets = table.value("octets");
    this.arguments = table.value("arguments");
  }

  void write(SavedEntry entry) {
    if (!table.isBound()) {
      return;
    }
    putKey(entry.tableId(), entry.key());
    ByteBuffer value = table.value();
    byte[] packed = SavedEntry.pack(entry.arguments());
    action.put(value, entry.actionId());
    length.put(value, packed.length);
    index.put(value, entry.index());
    generation.put(value, entry.generation());
    packets.put(value, entry.offset().packets());
    octets.put(value, entry.offset().bytes());
    arguments.putOctets(value, packed);
    table.write();
  }

  void remove(int table, List<BigInteger> key) {
    if (this.table.isBound()) {
      putKey(table, key);
      this.table.remove();
    }
  }

  Table table() {
    return table;
  }

  /** Makes the table's key that of an entry. */
  void putKey(int id, List<BigInteger> key) {
    table.clear();
    byte[] packed = SavedEntry.pack(key);
    tableId.put(table.key(), id);
    keyLength.put(table.key(), packed.length);
    keyOctets.putOctets(table.key(), packed);
  }

  /** All that are there. */
  List<SavedEntry> readAll() {
    List<SavedEntry> entries = new ArrayList<>();
    table
        .map()
        .forEach(
            (key, value) ->
                entries.add(
                    new SavedEntry(
                        tableId.getInt(key),
                        SavedEntry.unpack(keyOctets.octets(key), keyLength.getInt(key)),
                        action.getInt(value),
                        SavedEntry.unpack(arguments.octets(value), length.getInt(value)),
                        index.getInt(value),
                        generation.get(value),
                        new CounterValue(packets.get(value), octets.get(value)))));
    return entries;
  }
}

package io.tern.agent.plane;

import io.tern.agent.layout.Field;

/**
 * The map {@code ports}: which UDP ports have entries at all, so that most of what is not ours
 * costs the program no hash. A bit is there before the entry, and goes after it. Not thread-safe.
 */
final class PortBits {
  private static final int PORTS = 65536;

  private final Table table;
  private final Field[] fields;
  private final int[][] entries;

  PortBits(Table table) {
    this.table = table;
    this.fields =
        new Field[] {table.value("vip"), table.value("return_path"), table.value("tunnel_end")};
    this.entries = new int[fields.length][PORTS];
  }

  void addVip(int port) {
    add(0, port, 1);
  }

  void removeVip(int port) {
    add(0, port, -1);
  }

  void addReturnPath(int port) {
    add(1, port, 1);
  }

  void removeReturnPath(int port) {
    add(1, port, -1);
  }

  void addTunnelEnd(int port) {
    add(2, port, 1);
  }

  private void add(int kind, int port, int change) {
    entries[kind][port] += change;
    write(port >> 6);
  }

  private void write(int word) {
    if (!table.isBound()) {
      return;
    }
    table.clear().at(word);
    for (int kind = 0; kind < fields.length; kind++) {
      long bits = 0;
      for (int bit = 0; bit < Long.SIZE; bit++) {
        if (entries[kind][word * Long.SIZE + bit] > 0) {
          bits |= 1L << bit;
        }
      }
      fields[kind].put(table.value(), bits);
    }
    table.write();
  }

  void writeAll() {
    for (int word = 0; word < PORTS / Long.SIZE; word++) {
      write(word);
    }
  }
}

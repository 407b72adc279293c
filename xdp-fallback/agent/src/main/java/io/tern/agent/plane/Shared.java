package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import java.security.SecureRandom;

/**
 * The program's one variable that everything reads: which UDP ports have entries at all, so that
 * most of what is not ours costs no look-up; which reasons are sampled; and the generation that the
 * CPUs' memos of entries hold for. A port's bit is there before its entry, and goes after it; the
 * generation is raised after an entry has changed. Not thread-safe.
 */
final class Shared {
  /** The map's name. */
  static final String MAP = ".data.shared";

  private static final int PORTS = 65536;

  private final Table table;
  private final Field generation;
  private final Field sampled;
  private final Field[] bits;
  private final int[][] entries;

  Shared(Table table) {
    this.table = table;
    this.generation = table.value("generation");
    this.sampled = table.value("sampled");
    this.bits =
        new Field[] {
          table.value("ports[].vip"),
          table.value("ports[].return_path"),
          table.value("ports[].tunnel_end")
        };
    this.entries = new int[bits.length][PORTS];
    generation.put(table.value(), new SecureRandom().nextInt(1 << 30));
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
    int count = entries[kind][port] += change;
    int word = port / Long.SIZE;
    long bit = 1L << port % Long.SIZE;
    long before = bits[kind].get(table.value(), word);
    long after = count > 0 ? before | bit : before & ~bit;
    if (after != before) {
      bits[kind].put(table.value(), word, after);
      table.write();
    }
  }

  void sample(int reason, boolean on) {
    long before = sampled.get(table.value());
    sampled.put(table.value(), on ? before | 1L << reason : before & ~(1L << reason));
    table.write();
  }

  /** An entry that CPUs may have memos of has changed: they look again. */
  void changed() {
    generation.put(table.value(), generation.get(table.value()) + 1);
    table.write();
  }

  /** Goes on from the generation of the map that the table was bound to. */
  void adopt() {
    byte[] mine = new byte[table.value().capacity()];
    table.value().get(0, mine);
    table.read();
    long theirs = generation.get(table.value());
    table.value().put(0, mine);
    generation.put(table.value(), theirs + 1);
  }

  /** Writes everything. */
  void write() {
    table.write();
  }
}

package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.agent.plane.Backends.Backend;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.libbpf.BpfException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Table {@code server_id}, which is two maps: one for server IDs that fit in six octets, whose keys
 * hash faster, and one for longer ones. Which of them a packet looks into is its configuration's
 * business, so an entry that looks short is also in the long one if a configuration with longer
 * server IDs uses its space. Not thread-safe.
 */
final class ServerIds {
  /** Octets of the longest server ID of the short map, and of the key of the contract. */
  static final int SHORT = 6;

  static final int LENGTH = 15;

  private static final int BATCH = 4096;

  private final Table shortTable;
  private final Table longTable;
  private final Cells cells;
  private final Backends backends;
  private final Shared shared;
  private final int limit;
  private final Indices cellIndices;
  private final Set<Server> servers = new LinkedHashSet<>();
  private final Map<Integer, Space> spaces = new HashMap<>();
  private final Field shortSpace;
  private final Field shortSid;
  private final Field shortBackend;
  private final Field shortCell;
  private final Field longSpace;
  private final Field longSid;
  private final Field longBackend;
  private final Field longCell;

  /** Configurations that read longer server IDs in a space. */
  private static final class Space {
    int longConfigurations;
  }

  /** An entry. */
  final class Server implements EntryHandle {
    /** The first eight octets of the server ID, and the others, the first one highest. */
    final long high;

    final long low;
    final int space;
    final int cell;
    Backend backend;
    Server previous;
    Server next;

    /** What the counter is to be when there are cells; null for the cells' own. */
    CounterValue pending;

    private Server(int space, long high, long low, int cell) {
      this.space = space;
      this.high = high;
      this.low = low;
      this.cell = cell;
    }

    boolean isShort() {
      return (high & 0xffff) == 0 && low == 0;
    }

    CounterValue counts() {
      return pending != null ? pending : cells.get(cell);
    }
  }

  ServerIds(
      Table shortTable, Table longTable, Table cells, Backends backends, Shared shared, int limit) {
    this.shortTable = shortTable;
    this.longTable = longTable;
    this.cells = new Cells(cells);
    this.backends = backends;
    this.shared = shared;
    this.limit = limit;
    this.cellIndices = new Indices("cells of server IDs", 0, limit);
    this.shortSpace = shortTable.key("space");
    this.shortSid = shortTable.key("sid");
    this.shortBackend = shortTable.value("backend");
    this.shortCell = shortTable.value("cell");
    this.longSpace = longTable.key("space");
    this.longSid = longTable.key("sid");
    this.longBackend = longTable.value("backend");
    this.longCell = longTable.value("cell");
  }

  void claimCell(int cell) {
    cellIndices.claim(cell);
  }

  /**
   * Adds an entry.
   *
   * @param restoredCell where its counter is already, and then its map has it; -1 for a new one
   */
  Server insert(int space, BigInteger serverId, long backendId, int restoredCell) {
    if (servers.size() >= limit) {
      throw Refusal.full("table server_id holds %d entries", limit);
    }
    int cell = restoredCell >= 0 ? restoredCell : cellIndices.take();
    Server server = new Server(space, serverId.shiftRight(56).longValue(), low(serverId), cell);
    if (restoredCell < 0 && cellIndices.areUsedAgain()) {
      zero(cell);
    }
    attach(server, backends.reference(backendId));
    servers.add(server);
    try {
      if (restoredCell < 0) {
        write(server);
      }
    } catch (RuntimeException e) {
      delete(server);
      throw e;
    }
    return server;
  }

  /** The last seven octets, at the top of 64 bits. */
  private static long low(BigInteger serverId) {
    return serverId.longValue() << 8;
  }

  private void zero(int cell) {
    if (cells.table().isBound()) {
      cells.set(cell, Counts.ZERO);
    }
  }

  private static void attach(Server server, Backend backend) {
    server.backend = backend;
    server.previous = null;
    server.next = backend.servers;
    if (backend.servers != null) {
      backend.servers.previous = server;
    }
    backend.servers = server;
  }

  private static void detach(Server server) {
    if (server.previous == null) {
      server.backend.servers = server.next;
    } else {
      server.previous.next = server.next;
    }
    if (server.next != null) {
      server.next.previous = server.previous;
    }
  }

  void modify(Server server, long backendId) {
    Backend old = server.backend;
    Backend now = backends.reference(backendId);
    CounterValue counts = server.counts();
    detach(server);
    attach(server, now);
    write(server);
    shared.changed();
    backends.addCounts(old, counts);
    backends.addCounts(now, Counts.minus(Counts.ZERO, counts));
    backends.unreference(old);
  }

  void delete(Server server) {
    if (shortTable.isBound()) {
      if (server.isShort()) {
        putShortKey(server);
        shortTable.remove();
      }
      if (!server.isShort() || isReadLong(server.space)) {
        putLongKey(server);
        longTable.remove();
      }
      shared.changed();
    }
    servers.remove(server);
    detach(server);
    backends.addCounts(server.backend, server.counts());
    backends.unreference(server.backend);
    cellIndices.giveBack(server.cell);
  }

  CounterValue counter(Server server) {
    return server.counts();
  }

  void setCounter(Server server, CounterValue value) {
    backends.addCounts(server.backend, Counts.minus(server.counts(), value));
    if (cells.table().isBound()) {
      cells.set(server.cell, value);
    } else {
      server.pending = value;
    }
  }

  /** A configuration begins to read server IDs of more than six octets in a space. */
  void readsLong(int space) {
    if (spaces.computeIfAbsent(space, s -> new Space()).longConfigurations++ == 0) {
      for (Server server : servers) {
        if (server.space == space && server.isShort()) {
          writeLong(server);
        }
      }
    }
  }

  /** Undoes {@link #readsLong}. */
  void readsLongNoMore(int space) {
    if (--spaces.get(space).longConfigurations > 0) {
      return;
    }
    spaces.remove(space);
    for (Server server : servers) {
      if (server.space == space && server.isShort() && longTable.isBound()) {
        putLongKey(server);
        longTable.remove();
      }
    }
  }

  private boolean isReadLong(int space) {
    return spaces.containsKey(space);
  }

  private void write(Server server) {
    if (!shortTable.isBound()) {
      return;
    }
    if (server.isShort()) {
      putShortKey(server);
      putShortValue(server);
      shortTable.write();
    }
    if (!server.isShort() || isReadLong(server.space)) {
      writeLong(server);
    }
  }

  private void writeLong(Server server) {
    if (longTable.isBound()) {
      putLongKey(server);
      putLongValue(server);
      longTable.write();
    }
  }

  private void putShortKey(Server server) {
    ByteBuffer key = shortTable.key();
    shortSpace.put(key, server.space);
    for (int i = 0; i < SHORT; i++) {
      shortSid.put(key, i, server.high >>> (56 - 8 * i));
    }
  }

  private void putShortValue(Server server) {
    shortBackend.put(shortTable.value(), server.backend.index);
    shortCell.put(shortTable.value(), server.cell);
  }

  private void putLongKey(Server server) {
    ByteBuffer key = longTable.key();
    longSpace.put(key, server.space);
    for (int i = 0; i < LENGTH; i++) {
      longSid.put(key, i, i < 8 ? server.high >>> (56 - 8 * i) : server.low >>> (56 - 8 * (i - 8)));
    }
  }

  private void putLongValue(Server server) {
    longBackend.put(longTable.value(), server.backend.index);
    longCell.put(longTable.value(), server.cell);
  }

  /** Writes everything, in batches, after the tables were bound to empty maps. */
  void writeAll() {
    Batch shorts = new Batch(shortTable);
    Batch longs = new Batch(longTable);
    for (Server server : servers) {
      if (server.isShort()) {
        putShortKey(server);
        putShortValue(server);
        shorts.add();
      }
      if (!server.isShort() || isReadLong(server.space)) {
        putLongKey(server);
        putLongValue(server);
        longs.add();
      }
    }
    shorts.flush();
    longs.flush();
    writePending();
  }

  /** Writes counters that were set before there were cells. */
  void writePending() {
    for (Server server : servers) {
      if (server.pending != null) {
        if (!server.pending.equals(Counts.ZERO)) {
          cells.set(server.cell, server.pending);
        }
        server.pending = null;
      }
    }
  }

  int size() {
    return servers.size();
  }

  /** Elements on their way into a table. */
  private static final class Batch {
    private final Table table;
    private final ByteBuffer keys;
    private final ByteBuffer values;
    private int count;

    Batch(Table table) {
      this.table = table;
      this.keys = ByteBuffer.allocateDirect(BATCH * table.key().capacity());
      this.values = ByteBuffer.allocateDirect(BATCH * table.value().capacity());
      keys.order(ByteOrder.nativeOrder());
      values.order(ByteOrder.nativeOrder());
    }

    void add() {
      keys.put(count * table.key().capacity(), table.key(), 0, table.key().capacity());
      values.put(count * table.value().capacity(), table.value(), 0, table.value().capacity());
      if (++count == BATCH) {
        flush();
      }
    }

    void flush() {
      try {
        table.map().updateBatch(keys, values, count);
      } catch (BpfException e) {
        throw table.explained(e);
      }
      count = 0;
    }
  }
}

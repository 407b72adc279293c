package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.agent.plane.Backends.Backend;
import io.tern.agent.plane.WriteQueue.Stage;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.embedded.engine.DataPlane.FailedChange;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.libbpf.BpfException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Table {@code server_id}, which is two maps: one for server IDs that fit in six octets, whose keys
 * hash faster, and one for longer ones. Which of them a packet looks into is its configuration's
 * business, so an entry that looks short is also in the long one if a configuration with longer
 * server IDs uses its space. Not thread-safe.
 */
final class ServerIds {
  private static final Logger logger = LoggerFactory.getLogger(ServerIds.class);

  /** Octets of the longest server ID of the short map, and of the key of the contract. */
  static final int SHORT = 6;

  static final int LENGTH = 15;

  private final Table shortTable;
  private final Table longTable;
  private final Cells cells;
  private final Backends backends;
  private final WriteQueue queue;
  private final Stage shortWrites;
  private final Stage longWrites;
  private final int limit;
  private final Indices cellIndices;
  private final Map<Integer, Space> spaces = new HashMap<>();
  private final Field shortSpace;
  private final Field shortSid;
  private final Field shortBackend;
  private final Field shortCell;
  private final Field longSpace;
  private final Field longSid;
  private final Field longBackend;
  private final Field longCell;

  /** Changes and deletions since the last flush, whose counters go to their backends after it. */
  private final List<Change> changes = new ArrayList<>();

  /** Cells since the last flush that may have counted for others. */
  private int[] usedCells = new int[64];

  private int usedCellCount;
  private int size;

  /** What is queued now; each flush begins another. */
  private int round = 1;

  /** Configurations that read longer server IDs in a space. */
  private static final class Space {
    int longConfigurations;
  }

  /**
   * A change whose end is after the flush.
   *
   * @param from the backend before; null for a deletion
   */
  private record Change(Server server, Backend from) {}

  /** An entry. There may be a million. */
  static final class Server implements EntryHandle {
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

    /** {@link ServerIds#round} of the last change. */
    int changed;

    private Server(int space, long high, long low, int cell) {
      this.space = space;
      this.high = high;
      this.low = low;
      this.cell = cell;
    }

    boolean isShort() {
      return (high & 0xffff) == 0 && low == 0;
    }
  }

  ServerIds(
      Table shortTable,
      Table longTable,
      Table cells,
      Backends backends,
      WriteQueue queue,
      int limit) {
    this.shortTable = shortTable;
    this.longTable = longTable;
    this.cells = new Cells(cells);
    this.backends = backends;
    this.queue = queue;
    this.shortWrites = queue.early(shortTable, this::failed);
    this.longWrites = queue.early(longTable, this::failed);
    queue.onFlush(this::clearUsedCells, this::settle);
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
    backends.countServers(this::counts);
  }

  void claimCell(int cell) {
    cellIndices.claim(cell);
  }

  /**
   * Adds an entry.
   *
   * @param high the first eight octets of the server ID
   * @param low the other seven, the first one highest
   * @param restoredCell where its counter is already, and then its map has it; -1 for a new one
   */
  Server insert(int space, long high, long low, long backendId, int restoredCell) {
    if (size >= limit) {
      throw Refusal.full("table server_id holds %d entries", limit);
    }
    if (restoredCell < 0 && !cellIndices.hasFree()) {
      queue.flush();
    }
    Backend backend = backends.reference(backendId);
    int cell = restoredCell >= 0 ? restoredCell : cellIndices.take();
    Server server = new Server(space, high, low, cell);
    attach(server, backend);
    size++;
    if (restoredCell < 0) {
      if (cellIndices.areUsedAgain()) {
        clearLater(cell);
      }
      server.changed = round;
      write(server);
    }
    return server;
  }

  private void clearLater(int cell) {
    if (cells.table().isBound()) {
      if (usedCellCount == usedCells.length) {
        usedCells = Arrays.copyOf(usedCells, 2 * usedCellCount);
      }
      usedCells[usedCellCount++] = cell;
    }
  }

  /** Before packets count in them. */
  private void clearUsedCells() {
    if (usedCellCount == 0) {
      return;
    }
    int[] sorted = Arrays.copyOf(usedCells, usedCellCount);
    usedCellCount = 0;
    Arrays.sort(sorted);
    List<Integer> counted = new ArrayList<>();
    cells.read(
        sorted,
        (counts, cell) -> {
          if (!counts.equals(Counts.ZERO)) {
            counted.add(cell);
          }
        });
    counted.forEach(cell -> cells.set(cell, Counts.ZERO));
  }

  /** What one entry counts; as counters are written in one go, this is not for many. */
  private CounterValue counts(Server server) {
    return server.pending != null ? server.pending : cells.get(server.cell);
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
    begin(server);
    Backend old = server.backend;
    Backend now = backends.reference(backendId);
    detach(server);
    attach(server, now);
    changes.add(new Change(server, old));
    write(server);
    queue.changed();
  }

  void delete(Server server) {
    begin(server);
    size--;
    detach(server);
    changes.add(new Change(server, null));
    if (shortTable.isBound()) {
      if (server.isShort()) {
        putShortKey(server);
        shortWrites.remove(server);
      }
      if (!server.isShort() || isReadLong(server.space)) {
        putLongKey(server);
        longWrites.remove(server);
      }
      queue.changed();
    }
  }

  /** Each entry changes once in a flush, so that what failed can be taken back. */
  private void begin(Server server) {
    if (server.changed == round) {
      queue.flush();
    }
    server.changed = round;
  }

  /** When the maps have the changes: what was counted goes to the backends that it was for. */
  private void settle() {
    round++;
    if (changes.isEmpty()) {
      return;
    }
    List<Change> done = new ArrayList<>(changes);
    changes.clear();
    done.sort(Comparator.comparingInt(change -> change.server().cell));
    if (!cells.table().isBound()) {
      done.forEach(change -> settle(change, counts(change.server())));
      return;
    }
    int[] indices = done.stream().mapToInt(change -> change.server().cell).toArray();
    Iterator<Change> next = done.iterator();
    cells.read(indices, (counts, cell) -> settle(next.next(), counts));
  }

  private void settle(Change change, CounterValue counted) {
    Server server = change.server();
    CounterValue counts = server.pending != null ? server.pending : counted;
    if (change.from() == null) {
      backends.addCounts(server.backend, counts);
      backends.unreference(server.backend);
      cellIndices.giveBack(server.cell);
    } else {
      backends.addCounts(change.from(), counts);
      backends.addCounts(server.backend, Counts.minus(Counts.ZERO, counts));
      backends.unreference(change.from());
    }
  }

  /** The kernel did not take a change: everything is as it was before it. */
  private void failed(Object owner, DataPlaneException reason) {
    Server server = (Server) owner;
    if (server.changed != round) {
      return; // It is in two maps, and failed in both.
    }
    server.changed = 0;
    Change change = takeChange(server);
    if (change == null) {
      removeNow(server);
      size--;
      detach(server);
      backends.unreference(server.backend);
      cellIndices.giveBack(server.cell);
    } else if (change.from() == null) {
      size++;
      attach(server, server.backend);
      restore(server);
    } else {
      detach(server);
      backends.unreference(server.backend);
      attach(server, change.from());
      restore(server);
    }
    queue.fail(new FailedChange(server, reason));
  }

  /** Of two maps one may have taken what the other did not. */
  private void restore(Server server) {
    try {
      if (server.isShort()) {
        putShortKey(server);
        putShortValue(server);
        shortTable.write();
      }
      if (!server.isShort() || isReadLong(server.space)) {
        putLongKey(server);
        putLongValue(server);
        longTable.write();
      }
    } catch (DataPlaneException | BpfException e) {
      logger.error("A server ID is not what it was before a change that failed", e);
    }
  }

  private Change takeChange(Server server) {
    for (int i = 0; i < changes.size(); i++) {
      if (changes.get(i).server() == server) {
        return changes.remove(i);
      }
    }
    return null;
  }

  /** From whichever map has it. */
  private void removeNow(Server server) {
    if (server.isShort()) {
      putShortKey(server);
      shortTable.remove();
    }
    putLongKey(server);
    longTable.remove();
  }

  CounterValue counter(Server server) {
    return counts(server);
  }

  void setCounter(Server server, CounterValue value) {
    backends.addCounts(server.backend, Counts.minus(counts(server), value));
    if (cells.table().isBound()) {
      cells.set(server.cell, value);
    } else {
      server.pending = value;
    }
  }

  private void forEach(Consumer<Server> action) {
    for (Backend backend : backends.all()) {
      for (Server server = backend.servers; server != null; server = server.next) {
        action.accept(server);
      }
    }
  }

  /** A configuration begins to read server IDs of more than six octets in a space. */
  void readsLong(int space) {
    if (spaces.computeIfAbsent(space, s -> new Space()).longConfigurations++ == 0) {
      forEach(
          server -> {
            if (server.space == space && server.isShort()) {
              writeLong(server);
            }
          });
      queue.flush();
    }
  }

  /** Undoes {@link #readsLong}. */
  void readsLongNoMore(int space) {
    if (--spaces.get(space).longConfigurations > 0) {
      return;
    }
    spaces.remove(space);
    forEach(
        server -> {
          if (server.space == space && server.isShort() && longTable.isBound()) {
            putLongKey(server);
            longTable.remove();
          }
        });
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
      shortWrites.write(server);
    }
    if (!server.isShort() || isReadLong(server.space)) {
      writeLong(server);
    }
  }

  private void writeLong(Server server) {
    if (longTable.isBound()) {
      putLongKey(server);
      putLongValue(server);
      longWrites.write(server);
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

  /** Writes everything after the tables were bound to empty maps. */
  void writeAll() {
    forEach(this::write);
    queue.flush();
    writePending();
  }

  /** Writes counters that were set before there were cells. */
  void writePending() {
    forEach(
        server -> {
          if (server.pending != null) {
            if (!server.pending.equals(Counts.ZERO)) {
              cells.set(server.cell, server.pending);
            }
            server.pending = null;
          }
        });
  }

  int size() {
    return size;
  }
}

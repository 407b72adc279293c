package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.agent.plane.WriteQueue.Stage;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.p4.contract.TernP4.Tables;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Tables {@code backend} and {@code serving_backend}: both are in one array, whose indices stand
 * for backend IDs everywhere else. Not thread-safe.
 */
final class Backends {
  private static final int SERVES = 1;

  /** Indices that slots can have: 16 bits, where 0 is nobody. */
  static final int SLOT_OWNERS = 0xffff;

  private final Table table;
  private final Cells cells;
  private final SavedEntries saved;
  private final WriteQueue queue;
  private final Stage writes;
  private final Stage ends;
  private final Stage forgotten;
  private final Ports ports;
  private final NextHops nextHops;
  private final int entryLimit;
  private final Indices indices;
  private final Map<Long, Backend> byId = new HashMap<>();
  private final Field mode;
  private final Field ifindex;
  private final Field flags;
  private final Field id;
  private final Field dstMac;
  private final Field srcMac;
  private final Field port;
  private final Field entropyMask;
  private final Field srcAddr;
  private final Field dstAddr;
  private Function<ServerIds.Server, CounterValue> serverCounts = server -> Counts.ZERO;
  private int entries;

  /** A backend that something names: its own entry, server IDs, slots. */
  static final class Backend {
    final long id;
    final int index;

    /** Null: there is no entry, so packets for it dangle. */
    ActionCall action;

    BackendWay way;
    boolean serves;
    int references;
    CounterValue offset = Counts.ZERO;

    /** The server IDs that name it, chained through them. */
    ServerIds.Server servers;

    private Backend(long id, int index) {
      this.id = id;
      this.index = index;
    }
  }

  /** An entry of {@code backend}. */
  record Entry(Backend backend) implements EntryHandle {}

  /** An entry of {@code serving_backend}. */
  record Serving(Backend backend) implements EntryHandle {}

  Backends(
      Table table,
      Table cells,
      SavedEntries saved,
      WriteQueue queue,
      Ports ports,
      NextHops nextHops,
      int limit) {
    this.table = table;
    this.cells = new Cells(cells);
    this.saved = saved;
    this.queue = queue;
    this.writes = queue.early(table, WriteQueue.FAULT);
    this.ends = queue.late(table);
    this.forgotten = queue.late(saved.table());
    this.ports = ports;
    this.nextHops = nextHops;
    this.entryLimit = limit;
    this.indices = new Indices("indices of backends", 0, capacityFor(limit), SLOT_OWNERS);
    this.mode = table.value("mode");
    this.ifindex = table.value("ifindex");
    this.flags = table.value("flags");
    this.id = table.value("id");
    this.dstMac = table.value("dst_mac");
    this.srcMac = table.value("src_mac");
    this.port = table.value("port");
    this.entropyMask = table.value("src_entropy_mask");
    this.srcAddr = table.value("src_addr");
    this.dstAddr = table.value("dst_addr");
  }

  /** Says what a server ID has counted: its backend's counter has it too. */
  void countServers(Function<ServerIds.Server, CounterValue> counts) {
    serverCounts = counts;
  }

  /** Elements of the array: server IDs and slots may name backends that have no entry yet. */
  static int capacityFor(int entries) {
    return entries + Math.max(1024, entries / 4);
  }

  /** Has a backend at an index that a map has already. */
  void claim(long backendId, int index) {
    indices.claim(index);
    byId.put(backendId, new Backend(backendId, index));
  }

  /** Forgets what was claimed and turned out to be named by nobody. */
  void dropUnnamed() {
    for (Backend backend : List.copyOf(byId.values())) {
      release(backend);
    }
  }

  /** The backend with an ID, for one more that names it. */
  Backend reference(long backendId) {
    Backend backend = byId.get(backendId);
    if (backend == null) {
      backend = create(backendId);
      fill(backend);
      write();
    }
    backend.references++;
    return backend;
  }

  private Backend create(long backendId) {
    // An index may be one that was given back, and is about to be cleared.
    if (!indices.hasFree() || !queue.hasNoLate()) {
      queue.flush();
    }
    Backend backend = new Backend(backendId, indices.take());
    byId.put(backendId, backend);
    return backend;
  }

  /** Queues what {@link #fill(Backend)} made; first of all, or else it has to wait its turn. */
  private void write() {
    writes.write(null);
    queue.changed();
  }

  /** What packets reach is changed in the order of the changes. */
  private void inOrder(Backend backend) {
    if (backend.references > 0 ? !queue.hasOnly(writes) : !queue.hasNoLate()) {
      queue.flush();
    }
  }

  void unreference(Backend backend) {
    backend.references--;
    release(backend);
  }

  private void release(Backend backend) {
    if (backend.references == 0) {
      byId.remove(backend.id);
      table.clear().at(backend.index);
      ends.write(null);
      queue.changed();
      indices.giveBack(backend.index);
    }
  }

  Entry insert(BigInteger key, ActionCall action, SavedEntry restored) {
    BackendWay way = BackendWay.of(action);
    checkPort(way);
    if (entries >= entryLimit) {
      throw Refusal.full("table backend holds %d entries", entryLimit);
    }
    long backendId = key.longValueExact();
    Backend backend = byId.get(backendId);
    boolean untouched = backend == null && !indices.areUsedAgain();
    if (backend == null) {
      backend = create(backendId);
    }
    inOrder(backend);
    backend.references++;
    backend.action = action;
    backend.way = way;
    if (restored != null) {
      backend.offset = restored.offset();
    } else if (!untouched) {
      backend.offset = Counts.minus(Counts.ZERO, counted(backend));
    }
    entries++;
    try {
      save(backend);
      fill(backend);
      write();
    } catch (RuntimeException e) {
      delete(backend);
      throw e;
    }
    return new Entry(backend);
  }

  void modify(Backend backend, ActionCall action) {
    BackendWay way = BackendWay.of(action);
    checkPort(way);
    inOrder(backend);
    backend.action = action;
    backend.way = way;
    save(backend);
    fill(backend);
    write();
  }

  void delete(Backend backend) {
    backend.action = null;
    backend.way = null;
    entries--;
    fill(backend);
    ends.write(null);
    queue.changed();
    saved.putKey(Tables.Backend.ID, key(backend));
    forgotten.remove(null);
    unreference(backend);
  }

  Serving serve(BigInteger key) {
    Backend backend = reference(key.longValueExact());
    serve(backend, true);
    return new Serving(backend);
  }

  void stopServing(Backend backend) {
    serve(backend, false);
    unreference(backend);
  }

  private void serve(Backend backend, boolean serves) {
    inOrder(backend);
    backend.serves = serves;
    fill(backend);
    write();
  }

  private void checkPort(BackendWay way) {
    if (!way.isLocal() && !ports.numbers().contains(way.port())) {
      throw Refusal.invalid(
          "port %d is none of this device's: it has %s", way.port(), ports.numbers());
    }
  }

  CounterValue counter(Backend backend) {
    return Counts.plus(counted(backend), backend.offset);
  }

  void setCounter(Backend backend, CounterValue value) {
    backend.offset = Counts.minus(value, counted(backend));
    save(backend);
  }

  /** Moves counts of a server ID that goes to another backend, or goes. */
  void addCounts(Backend backend, CounterValue counts) {
    if (backend.action != null && !counts.equals(Counts.ZERO)) {
      backend.offset = Counts.plus(backend.offset, counts);
      save(backend);
    }
  }

  private CounterValue counted(Backend backend) {
    CounterValue sum = cells.get(backend.index);
    for (ServerIds.Server server = backend.servers; server != null; server = server.next) {
      sum = Counts.plus(sum, serverCounts.apply(server));
    }
    return sum;
  }

  /**
   * The counts of the fallback and the server IDs by backend, for who wants to see what has grown.
   */
  CounterValue raw(Backend backend) {
    return counted(backend);
  }

  Iterable<Backend> all() {
    return byId.values();
  }

  private void save(Backend backend) {
    saved.write(
        new SavedEntry(
            Tables.Backend.ID,
            key(backend),
            ContractIds.action(backend.action.action()),
            backend.action.arguments(),
            backend.index,
            0,
            backend.offset));
  }

  private static List<BigInteger> key(Backend backend) {
    return List.of(BigInteger.valueOf(backend.id));
  }

  /** Writes everything again, after the table was bound to another map. */
  void writeAll() {
    for (Backend backend : byId.values()) {
      if (backend.action != null) {
        save(backend);
      }
      fill(backend);
      write();
    }
  }

  /** Writes those whose port or next hop may have changed. */
  void refresh() {
    if (!table.isBound()) {
      return;
    }
    for (Backend backend : byId.values()) {
      if (backend.way != null && !backend.way.isLocal()) {
        refresh(backend);
      }
    }
  }

  private void refresh(Backend backend) {
    table.at(backend.index).read();
    byte[] before = new byte[table.value().capacity()];
    table.value().get(0, before);
    fill(backend);
    byte[] after = new byte[before.length];
    table.value().get(0, after);
    if (!Arrays.equals(before, after)) {
      write();
    }
  }

  /** Makes the table's key and value what the map has to have. */
  private void fill(Backend backend) {
    table.clear().at(backend.index);
    id.put(table.value(), backend.id);
    flags.put(table.value(), backend.serves ? SERVES : 0);
    if (backend.way != null) {
      fill(backend.way);
    }
  }

  /** Leaves the mode 0, none, if there is no way now: what is sent there waits for it in vain. */
  private void fill(BackendWay way) {
    if (way.isLocal()) {
      mode.put(table.value(), way.mode());
      return;
    }
    int index = ports.interfaceOf(way.port()).orElse(0);
    byte[] destination = way.dstMac();
    byte[] source = way.srcMac();
    if (way.wantsNextHop()) {
      NextHops.Way found =
          nextHops.find(way.peer(), index, other -> ports.portOf(other).isPresent()).orElse(null);
      if (found == null) {
        return;
      }
      index = found.interfaceIndex();
      destination = found.destination();
      source = way.hasSrcMac() ? source : found.source();
    }
    if (index == 0) {
      return;
    }
    mode.put(table.value(), way.mode());
    ifindex.put(table.value(), index);
    dstMac.putOctets(table.value(), destination);
    srcMac.putOctets(table.value(), source);
    port.putOctets(table.value(), way.udpPort());
    entropyMask.putOctets(table.value(), way.entropyMask());
    srcAddr.putOctets(table.value(), way.srcAddr());
    dstAddr.putOctets(table.value(), way.dstAddr());
  }
}

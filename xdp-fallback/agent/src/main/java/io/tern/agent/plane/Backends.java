package io.tern.agent.plane;

import io.tern.agent.layout.Field;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.p4.contract.TernP4.Tables;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
  private final Shared shared;
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
  private int entries;

  /** Many are written: memos are told once, at the end. */
  private boolean quiet;

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
      Shared shared,
      Ports ports,
      NextHops nextHops,
      int limit) {
    this.table = table;
    this.cells = new Cells(cells);
    this.saved = saved;
    this.shared = shared;
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
      backend = new Backend(backendId, indices.take());
      byId.put(backendId, backend);
      write(backend);
    }
    backend.references++;
    return backend;
  }

  void unreference(Backend backend) {
    backend.references--;
    release(backend);
  }

  private void release(Backend backend) {
    if (backend.references == 0) {
      byId.remove(backend.id);
      table.clear().at(backend.index).write();
      if (table.isBound()) {
        shared.changed();
      }
      indices.giveBack(backend.index);
    }
  }

  Entry insert(BigInteger key, ActionCall action, SavedEntry restored) {
    BackendWay way = BackendWay.of(action);
    checkPort(way);
    if (entries >= entryLimit) {
      throw Refusal.full("table backend holds %d entries", entryLimit);
    }
    Backend backend = reference(key.longValueExact());
    backend.action = action;
    backend.way = way;
    backend.offset =
        restored != null ? restored.offset() : Counts.minus(Counts.ZERO, counted(backend));
    entries++;
    try {
      save(backend);
      write(backend);
    } catch (RuntimeException e) {
      delete(backend);
      throw e;
    }
    return new Entry(backend);
  }

  void modify(Backend backend, ActionCall action) {
    BackendWay way = BackendWay.of(action);
    checkPort(way);
    backend.action = action;
    backend.way = way;
    save(backend);
    write(backend);
  }

  void delete(Backend backend) {
    backend.action = null;
    backend.way = null;
    entries--;
    write(backend);
    saved.remove(Tables.Backend.ID, key(backend));
    unreference(backend);
  }

  Serving serve(BigInteger key) {
    Backend backend = reference(key.longValueExact());
    backend.serves = true;
    write(backend);
    return new Serving(backend);
  }

  void stopServing(Backend backend) {
    backend.serves = false;
    write(backend);
    unreference(backend);
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
      sum = Counts.plus(sum, server.counts());
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
    quiet = true;
    for (Backend backend : byId.values()) {
      if (backend.action != null) {
        save(backend);
      }
      write(backend);
    }
    quiet = false;
    shared.changed();
  }

  /** Writes those whose port or next hop may have changed. */
  void refresh() {
    quiet = true;
    boolean any = false;
    for (Backend backend : byId.values()) {
      if (backend.way != null && !backend.way.isLocal()) {
        any |= isChanged(backend);
      }
    }
    quiet = false;
    if (any) {
      shared.changed();
    }
  }

  /** Writes a backend, and says whether it was another one in the map. */
  private boolean isChanged(Backend backend) {
    if (!table.isBound()) {
      return false;
    }
    byte[] before = new byte[table.value().capacity()];
    table.at(backend.index).read();
    table.value().get(0, before);
    write(backend);
    byte[] after = new byte[before.length];
    table.value().get(0, after);
    return !java.util.Arrays.equals(before, after);
  }

  private void write(Backend backend) {
    if (!table.isBound()) {
      return;
    }
    table.clear().at(backend.index);
    id.put(table.value(), backend.id);
    flags.put(table.value(), backend.serves ? SERVES : 0);
    if (backend.way != null) {
      fill(backend.way);
    }
    table.write();
    if (!quiet) {
      shared.changed();
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

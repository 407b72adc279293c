package io.tern.agent.plane;

import static java.util.Objects.requireNonNull;

import io.tern.agent.layout.MapShape;
import io.tern.agent.layout.ObjectLayout;
import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.p4.contract.TernP4;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The contract's tables on the maps of the BPF program.
 *
 * <p>It begins without maps: what is written is kept, and {@link #activate} writes it to maps at
 * once. From then on each write is in the kernel before it is acknowledged, in an order in which a
 * packet never meets half of it, and the agent's own maps know it before the program's do: whoever
 * reads the maps after the agent was killed finds everything that was acknowledged.
 *
 * <p>Tables that mean nothing on a host are UNIMPLEMENTED, with the reason. Thread-safe.
 */
public final class BpfDataPlane implements DataPlane {
  /** What {@link #process} calls the way to the host's own network stack. */
  public static final int HOST = 509;

  /** The port that stands for the controller. */
  public static final int CPU_PORT = 255;

  /** "Table" of clone sessions among the saved entries. */
  static final int CLONE_SESSIONS = 1;

  private static final int CLONE_SESSION = 1;

  private final Map<String, Table> tables = new HashMap<>();
  private final Backends backends;
  private final ServerIds serverIds;
  private final Pools pools;
  private final CidConfigs configs;
  private final Vips vips;
  private final Map<Integer, ReturnPaths> returnPaths;
  private final Map<Integer, Echoes> echoes;
  private final Punts punts;
  private final Shared shared;
  private final WriteQueue queue;
  private final TunnelEnds tunnelEnds;
  private final ReasonCounts counts;
  private final SavedEntries saved;
  private final Cells passed;
  private final Table migrated;
  private final Ports ports;
  private TestRunner runner;
  private Restored hint;
  private int cloneLength;
  private boolean cloning;
  private boolean batching;
  private String lastTable = "";
  private int lastTableId;

  /**
   * @param layout of the program's maps
   * @param sizes of the contract's tables
   * @param cpus that the kernel has cells for
   */
  public BpfDataPlane(
      ObjectLayout layout,
      TableSizes sizes,
      Ports ports,
      NextHops nextHops,
      List<TunnelEnd> tunnels,
      int cpus) {
    this.ports = requireNonNull(ports, "ports");
    for (String name : layout.names()) {
      MapShape shape = layout.map(name);
      if (shape.keySize() > 0 && shape.valueSize() > 0) {
        tables.put(name, new Table(shape));
      }
    }
    AgentMaps.all().forEach(shape -> tables.put(shape.name(), new Table(shape)));
    this.saved = new SavedEntries(table(AgentMaps.ENTRIES.name()));
    this.counts = new ReasonCounts(table(AgentMaps.COUNTS.name()));
    this.shared = new Shared(table(Shared.MAP));
    this.queue = new WriteQueue(shared);
    this.backends =
        new Backends(
            table("backends"),
            table("backend_cells"),
            saved,
            queue,
            ports,
            nextHops,
            sizes.of(Tables.Backend.ID));
    this.serverIds =
        new ServerIds(
            table("server_id_short"),
            table("server_id"),
            table("server_cells"),
            backends,
            queue,
            sizes.of(Tables.ServerId.ID));
    this.pools =
        new Pools(
            table("fallback"),
            table(AgentMaps.POOLS.name()),
            backends,
            queue,
            TableSizes.pools(),
            sizes.of(Tables.Fallback.ID));
    this.vips =
        new Vips(
            table("vip_v4"),
            table("vip_v6"),
            table("cells"),
            saved,
            pools,
            shared,
            counts,
            sizes.of(Tables.VipV4.ID),
            sizes.of(Tables.VipV6.ID));
    this.configs =
        new CidConfigs(
            table("pools"),
            table("keys"),
            saved,
            pools,
            serverIds,
            vips,
            shared,
            sizes.maps().get("keys"),
            sizes.of(Tables.CidConfig.ID));
    vips.setConfigs(configs);
    this.returnPaths =
        Map.of(
            Tables.ReturnPathV4.ID,
            new ReturnPaths(table("return_path_v4"), shared, 4, sizes.of(Tables.ReturnPathV4.ID)),
            Tables.ReturnPathV6.ID,
            new ReturnPaths(table("return_path_v6"), shared, 16, sizes.of(Tables.ReturnPathV6.ID)));
    this.echoes =
        Map.of(
            Tables.EchoV4.ID,
            new Echoes(table("echo_v4"), 4, sizes.of(Tables.EchoV4.ID)),
            Tables.EchoV6.ID,
            new Echoes(table("echo_v6"), 16, sizes.of(Tables.EchoV6.ID)));
    this.punts = new Punts(table("samples"), saved, shared, cpus);
    this.tunnelEnds =
        new TunnelEnds(table("tunnel_end_v4"), table("tunnel_end_v6"), shared, tunnels);
    this.passed = new Cells(table("passed_cells"));
    this.migrated = table("migrated");
  }

  private Table table(String name) {
    Table table = tables.get(name);
    if (table == null) {
      throw new io.tern.agent.layout.LayoutException("the program has no map '" + name + "'");
    }
    return table;
  }

  /**
   * Says where things are in the maps that will be adopted; before the entries are inserted again.
   */
  public synchronized void claim(RestoredState state) {
    state.backends().forEach((id, index) -> backends.claim(id, index));
    for (RestoredState.PoolPlace pool : state.pools()) {
      pools.claim(pool.id(), pool.index(), pool.base(), pool.slots());
    }
    for (Restored entry : state.entries()) {
      if (entry.cell() >= 0) {
        serverIds.claimCell(entry.cell());
      }
      SavedEntry savedEntry = entry.saved();
      if (savedEntry == null) {
        continue;
      }
      switch (savedEntry.tableId()) {
        case Tables.VipV4.ID, Tables.VipV6.ID -> vips.claimRow(savedEntry.index());
        case Tables.CidConfig.ID -> {
          if (savedEntry.index() >= 0) {
            configs.claimKey(savedEntry.index());
          }
        }
        default -> {
          // Backends were claimed above; others have no index.
        }
      }
    }
  }

  /** The next insert is this entry of the maps that will be adopted; null: it is a new one. */
  public synchronized void restoring(Restored entry) {
    hint = entry;
  }

  /** Sets what an indirect counter has beyond the cells of the maps that will be adopted. */
  public synchronized void restoreCount(int cell, CounterValue offset) {
    counts.restore(cell, offset);
  }

  /**
   * Writes everything to maps, and from now on each change. If the maps are filled the entries came
   * from there, and only what a killed agent left half done is written or taken away.
   */
  public synchronized void activate(MapSource source) {
    backends.dropUnnamed();
    pools.dropUnnamed();
    hint = null;
    tables.forEach((name, table) -> table.bind(source.map(name)));
    counts.writeAll();
    if (source.isFilled()) {
      shared.adopt();
    }
    shared.write();
    backends.writeAll();
    queue.flush();
    if (source.isFilled()) {
      serverIds.writePending();
    } else {
      serverIds.writeAll();
    }
    pools.writeAll(!source.isFilled());
    queue.flush();
    configs.writeAll();
    returnPaths.values().forEach(ReturnPaths::writeAll);
    echoes.values().forEach(Echoes::writeAll);
    punts.writeAll();
    tunnelEnds.writeAll();
    vips.writeAll();
    runner = new TestRunner(source.program(), ports);
    writeInterfaces();
  }

  /** Interfaces that packets may leave by; the kernel takes away those that are gone. */
  private void writeInterfaces() {
    Table interfaces = table("interfaces");
    for (int port : ports.numbers()) {
      int index = ports.interfaceOf(port).orElse(0);
      if (index != 0) {
        interfaces.clear().at(index).value().putInt(0, index);
        interfaces.write();
      }
    }
  }

  /** Writes nothing more: another data plane has the maps now. */
  public synchronized void deactivate() {
    tables.values().forEach(table -> table.bind(null));
    runner = null;
  }

  /** Interfaces or next hops have changed. */
  public synchronized void refreshNextHops() {
    writeInterfaces();
    queue.flush();
    backends.refresh();
    queue.flush();
  }

  /** Server IDs that are there. */
  public synchronized int serverIds() {
    return serverIds.size();
  }

  /**
   * How long copies for the controller may be: octets; 0 whole; -1 if there is no clone session
   * that takes them.
   */
  public synchronized int copyLength() {
    return cloning ? cloneLength : -1;
  }

  @Override
  public synchronized boolean beginBatch() {
    batching = true;
    return true;
  }

  @Override
  public synchronized List<FailedChange> endBatch() {
    batching = false;
    queue.flush();
    return queue.takeFailures();
  }

  /** In the kernel before it is acknowledged: now, or at the end of the batch. */
  private void settle() {
    if (!batching) {
      for (FailedChange failed : endBatch()) {
        throw failed.reason();
      }
    }
  }

  @Override
  public synchronized EntryHandle insertPacked(String table, String action, byte[] octets) {
    EntryHandle entry =
        switch (tableId(table)) {
          case Tables.ServerId.ID ->
              octets.length == PackedEntry.SERVER_ID ? insertServerId(octets) : null;
          case Tables.Fallback.ID -> octets.length == PackedEntry.SLOT ? insertSlot(octets) : null;
          default -> null;
        };
    if (entry != null) {
      settle();
    }
    return entry;
  }

  private EntryHandle insertServerId(byte[] octets) {
    int cell = hint == null ? -1 : hint.cell();
    hint = null;
    return serverIds.insert(
        PackedEntry.space(octets),
        PackedEntry.sidHigh(octets),
        PackedEntry.sidLow(octets),
        PackedEntry.backendOfServerId(octets),
        cell);
  }

  private EntryHandle insertSlot(byte[] octets) {
    boolean inPlace = hint != null && hint.cell() == Restored.IN_PLACE;
    hint = null;
    return pools.insert(
        PackedEntry.pool(octets),
        PackedEntry.slot(octets),
        PackedEntry.backendOfSlot(octets),
        inPlace);
  }

  @Override
  public synchronized boolean modifyPacked(EntryHandle entry, String action, byte[] octets) {
    if (entry instanceof ServerIds.Server server && octets.length == PackedEntry.SERVER_ID) {
      serverIds.modify(server, PackedEntry.backendOfServerId(octets));
    } else if (entry instanceof Pools.Slot slot && octets.length == PackedEntry.SLOT) {
      pools.modify(slot, PackedEntry.backendOfSlot(octets));
    } else {
      return false;
    }
    settle();
    return true;
  }

  @Override
  public synchronized EntryHandle insert(
      String table, List<KeyMatch> key, int priority, ActionCall action) {
    Restored restored = hint;
    hint = null;
    SavedEntry place = restored == null ? null : restored.saved();
    List<BigInteger> numbers = numbers(key);
    int id = tableId(table);
    if (id != Tables.Backend.ID && id != Tables.ServingBackend.ID) {
      queue.flush();
    }
    EntryHandle entry =
        switch (id) {
          case Tables.VipV4.ID, Tables.VipV6.ID -> vips.insert(id, numbers, action, place);
          case Tables.CidConfig.ID -> configs.insert(numbers, action, place);
          case Tables.Backend.ID -> backends.insert(numbers.get(0), action, place);
          case Tables.ServingBackend.ID -> backends.serve(numbers.get(0));
          case Tables.ReturnPathV4.ID, Tables.ReturnPathV6.ID ->
              returnPaths.get(id).insert(numbers, action);
          case Tables.EchoV4.ID, Tables.EchoV6.ID -> echoes.get(id).insert(numbers.get(0));
          case Tables.Punt.ID -> punts.insert(numbers.get(0), action);
          default -> throw meaningless(table);
        };
    settle();
    return entry;
  }

  private int tableId(String name) {
    if (!name.equals(lastTable)) {
      lastTable = name;
      lastTableId = ContractIds.table(name);
    }
    return lastTableId;
  }

  private static DataPlaneException meaningless(String table) {
    return switch (ContractIds.table(table)) {
      case Tables.L2.ID ->
          Refusal.unimplemented(
              "table l2: what this device does not steer goes to the host's own network stack;"
                  + " it forwards nothing by MAC address");
      case Tables.Replica.ID ->
          Refusal.unimplemented(
              "table replica: an XDP program sends one packet for one, so there are no copies");
      default -> Refusal.unimplemented("this device has no table '%s'", table);
    };
  }

  private static List<BigInteger> numbers(List<KeyMatch> key) {
    List<BigInteger> numbers = new ArrayList<>(key.size());
    for (KeyMatch match : key) {
      if (!(match instanceof KeyMatch.Exact exact)) {
        throw Refusal.invalid("all tables of this device match exactly");
      }
      numbers.add(exact.value());
    }
    return numbers;
  }

  @Override
  public synchronized void modify(EntryHandle entry, ActionCall action) {
    if (entry instanceof Backends.Entry backend) {
      backends.modify(backend.backend(), action);
      settle();
      return;
    }
    queue.flush();
    if (entry instanceof Vips.Vip vip) {
      vips.modify(vip, action);
    } else if (entry instanceof CidConfigs.Config config) {
      configs.modify(config, action);
    } else if (entry instanceof ReturnPaths.Path path) {
      path.modify(action);
    } else if (entry instanceof Punts.Punt punt) {
      punts.modify(punt, action);
    }
    // The others have one action without arguments.
    settle();
  }

  @Override
  public synchronized void delete(EntryHandle entry) {
    if (entry instanceof ServerIds.Server server) {
      serverIds.delete(server);
    } else if (entry instanceof Pools.Slot slot) {
      pools.delete(slot);
    } else if (entry instanceof Backends.Entry backend) {
      backends.delete(backend.backend());
    } else if (entry instanceof Backends.Serving serving) {
      backends.stopServing(serving.backend());
    } else {
      queue.flush();
      deleteOther(entry);
    }
    settle();
  }

  private void deleteOther(EntryHandle entry) {
    if (entry instanceof Vips.Vip vip) {
      vips.delete(vip);
    } else if (entry instanceof CidConfigs.Config config) {
      configs.delete(config);
    } else if (entry instanceof ReturnPaths.Path path) {
      path.delete();
    } else if (entry instanceof Echoes.Echo echo) {
      echo.delete();
    } else if (entry instanceof Punts.Punt punt) {
      punts.delete(punt);
    }
  }

  @Override
  public synchronized void setDefaultAction(String table, ActionCall action) {
    if (ContractIds.table(table) == Tables.L2.ID && action == null) {
      return;
    }
    throw meaningless(table);
  }

  @Override
  public ActionCall defaultAction(String table) {
    return null;
  }

  @Override
  public synchronized CounterValue directCounter(EntryHandle entry) {
    queue.flush();
    if (entry instanceof Vips.Vip vip) {
      return vips.counter(vip);
    } else if (entry instanceof CidConfigs.Config config) {
      return configs.counter(config);
    } else if (entry instanceof ServerIds.Server server) {
      return serverIds.counter(server);
    } else if (entry instanceof Backends.Entry backend) {
      return backends.counter(backend.backend());
    }
    return Counts.ZERO;
  }

  @Override
  public synchronized void setDirectCounter(EntryHandle entry, CounterValue value) {
    queue.flush();
    if (entry instanceof Vips.Vip vip) {
      vips.setCounter(vip, value);
    } else if (entry instanceof CidConfigs.Config config) {
      configs.setCounter(config, value);
    } else if (entry instanceof ServerIds.Server server) {
      serverIds.setCounter(server, value);
    } else if (entry instanceof Backends.Entry backend) {
      backends.setCounter(backend.backend(), value);
    }
  }

  @Override
  public CounterValue defaultEntryCounter(String table) {
    return Counts.ZERO;
  }

  @Override
  public synchronized CounterValue counter(String counter, int index) {
    return Counts.plus(cells(counter, index), counts.get(cell(counter, index)));
  }

  @Override
  public synchronized void setCounter(String counter, int index, CounterValue value) {
    counts.add(cell(counter, index), Counts.minus(value, counter(counter, index)));
  }

  /** Adds to what an indirect counter has beyond the program's cells, while they count on. */
  public synchronized void addCount(int cell, CounterValue more) {
    counts.add(cell, more);
  }

  private CounterValue cells(String counter, int index) {
    if (isReason(counter)) {
      return Counts.plus(passed.get(index), vips.counted(index));
    }
    Pools.Pool pool = pools.find(index);
    return pool == null || !migrated.isBound()
        ? Counts.ZERO
        : new CounterValue(
            migrated.sum(pool.index, migrated.value(io.tern.agent.layout.Field.WHOLE)), 0);
  }

  private static int cell(String counter, int index) {
    return isReason(counter) ? index : AgentMaps.MIGRATED + index;
  }

  private static boolean isReason(String counter) {
    return counter.equals(TernP4.Counters.Reason.NAME);
  }

  @Override
  public synchronized void setDirectMeter(EntryHandle entry, MeterRates rates) {
    if (!(entry instanceof Punts.Punt punt)) {
      throw Refusal.unimplemented("only table punt has a meter");
    }
    punts.setMeter(punt, rates);
  }

  @Override
  public void setMulticastGroup(int id, List<Replica> replicas) {
    throw Refusal.unimplemented(
        "multicast group %d: an XDP program sends one packet for one, so there are no copies", id);
  }

  @Override
  public void deleteMulticastGroup(int id) {
    // There is none.
  }

  @Override
  public synchronized void setCloneSession(int id, List<Replica> replicas, int packetLength) {
    if (id != CLONE_SESSION || replicas.size() != 1 || replicas.get(0).egressPort() != CPU_PORT) {
      throw Refusal.unimplemented(
          "clone session %d: this device has session %d with one replica to port %d, for copies to"
              + " the controller",
          id, CLONE_SESSION, CPU_PORT);
    }
    cloning = true;
    cloneLength = packetLength;
    saved.write(
        new SavedEntry(
            CLONE_SESSIONS,
            List.of(BigInteger.valueOf(id)),
            Actions.CopyToController.ID,
            List.of(
                BigInteger.valueOf(packetLength), BigInteger.valueOf(replicas.get(0).instance())),
            0,
            0,
            Counts.ZERO));
  }

  @Override
  public synchronized void deleteCloneSession(int id) {
    if (id == CLONE_SESSION) {
      cloning = false;
      saved.remove(CLONE_SESSIONS, List.of(BigInteger.valueOf(id)));
    }
  }

  /**
   * Runs one packet through the program as the kernel's test run does it: nothing leaves the
   * machine. A packet for the host's own network stack goes to {@link #HOST}.
   */
  @Override
  public synchronized void process(
      int ingressPort, byte[] packet, int offset, int length, PacketOut out) {
    if (runner != null) {
      runner.run(ingressPort, packet, offset, length, backends, out);
    }
  }
}

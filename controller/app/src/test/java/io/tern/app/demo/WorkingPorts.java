package io.tern.app.demo;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.MacAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A QUIC server of several processes with a port each, behind an edge that forwards by NAT, is
 * restarted again and again while clients keep opening connections and transferring:
 *
 * <pre>
 *   clients, NAT ----- bridge ----- server     base port, shared: first packets
 *                        |                     working port of each process: what its CIDs name
 *                      edge                    XDP on eth0, tern agent; the server's answers pass it, too
 * </pre>
 *
 * Works inside {@link PrivateNamespaces} only.
 */
public final class WorkingPorts {
  private static final int BASE_PORT = 4433;
  private static final int FIRST_WORKING_PORT = 5001;

  /** Generations that may be there at once; their ports are given by turns. */
  private static final int PORT_SETS = 16;

  private static final int SERVER_PORT = DemoAddresses.serverPort(0, 0, 1);
  private static final Endpoint VIP = DemoAddresses.vipV6(0);
  private static final InetAddress SERVER = DemoAddresses.server(0, 0).address();
  private static final MacAddress SERVER_MAC = DemoAddresses.serverMac(0, 0);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int PATIENCE_SECONDS = 120;

  /**
   * What happens.
   *
   * @param restarts of the whole server, one after the other
   * @param workers processes of each generation
   * @param clients that have a connection at any time
   * @param draining false: backends of the old generation are deleted at once
   * @param stallAfterMillis without any progress a connection counts as lost
   * @param scratch directory of the test
   */
  record Task(
      int restarts,
      int workers,
      int clients,
      boolean draining,
      long stallAfterMillis,
      String scratch) {}

  /**
   * How it went.
   *
   * @param served connections that the processes counted, unfinished handshakes among them
   * @param backendsLeft of the processes, in the end
   * @param byReason packets that the edge counted, by reason
   */
  record Result(
      RestartClients.Outcome clients,
      int served,
      int backendsLeft,
      SortedMap<String, Long> byReason) {}

  /** A process, and the backend that it is. */
  private record Worker(ChildProcess process, String backend) {}

  private final Task task;
  private final Path scratch;
  private final Resources resources = new Resources();
  private final AtomicInteger served = new AtomicInteger();
  private final AtomicInteger backends = new AtomicInteger();
  private final List<CompletableFuture<Void>> ended = new ArrayList<>();
  private final ExecutorService waiting = Executors.newCachedThreadPool();
  private NamespaceNetwork network;
  private ControllerProcess controller;
  private DemoIntent intent;
  private String edge;
  private String pool;

  private WorkingPorts(Task task) {
    this.task = task;
    this.scratch = Path.of(task.scratch());
  }

  /** Runs it; for {@link ChildProcess}. */
  public static void main(String[] args) {
    NamespaceScenario.play(Task.class, task -> new WorkingPorts(task).run());
  }

  private Result run() throws Exception {
    try {
      SwitchCounters counters = setUp();
      List<Worker> generation = start(0);
      RestartClients.Outcome outcome;
      try (ChildProcess clients = clients()) {
        for (int restart = 1; restart <= task.restarts(); restart++) {
          List<Worker> next = start(restart);
          drain(generation);
          generation = next;
        }
        clients.write(new RestartClients.Stop(true));
        outcome = clients.read(RestartClients.Outcome.class);
      }
      drain(generation);
      for (CompletableFuture<Void> end : ended) {
        end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
      return new Result(outcome, served.get(), backends.get(), counters.read().byReason());
    } finally {
      resources.close();
    }
  }

  private SwitchCounters setUp() throws Exception {
    DemoTls.create().write(scratch);
    network = resources.add(NamespaceNetwork.bridged());
    network.addClients(DemoAddresses.NAT_PORT, DemoAddresses.NAT, DemoAddresses.SWITCH);
    InetAddress management =
        network.addEdge(DemoAddresses.EDGE_PORT, DemoAddresses.SWITCH, DemoAddresses.NAT);
    // What comes back from the server gets the VIP's address by XDP, and its way from the kernel.
    network.forward(DemoAddresses.EDGE_PORT);
    // Its way back is through the edge; of the VIPs it has nothing to know.
    network.addServer(
        SERVER_PORT,
        SERVER_MAC,
        DemoAddresses.SWITCH,
        DemoAddresses.server(0, 0),
        DemoAddresses.vipV4(1),
        DemoAddresses.vipV6(1));
    AgentProcess agent =
        resources.add(
            AgentProcess.start(network, DemoAddresses.EDGE_PORT, management, "edge", scratch));
    controller = resources.add(new ControllerProcess(scratch, NamespaceNetwork.CONTROLLER));
    controller.start();
    intent = new DemoIntent(channel(controller.address()), TIMEOUT);
    edge =
        intent.createDevice(
            "edge", agent.p4Runtime(), AgentProcess.DEVICE_ID, DemoAddresses.SWITCH, Map.of());
    pool = intent.createNatPool("pool", 1);
    intent.createCidConfig(pool, DemoAlgorithm.FOUR_PASS);
    intent.createBackend(
        pool, "base", new Endpoint(SERVER, BASE_PORT), SERVER_MAC, Map.of(edge, AgentProcess.PORT));
    intent.createVip("vip", VIP, pool, false);
    intent.awaitCidConfigActive(pool);
    return new SwitchCounters(channel(agent.p4Runtime()), AgentProcess.DEVICE_ID);
  }

  private ChildProcess clients() throws IOException {
    ChildProcess clients =
        process("the clients", "clients", DemoAddresses.NAT_PORT, RestartClients.class);
    clients.write(
        new RestartClients.Task(
            ServerProcess.Address.of(VIP),
            task.clients(),
            task.stallAfterMillis(),
            11,
            scratch.toString()));
    return clients;
  }

  /** All processes of a generation, when all of them serve: the edge knows each before it does. */
  private List<Worker> start(int generation) throws Exception {
    int set = generation % PORT_SETS;
    if (generation >= PORT_SETS) {
      // The generation whose ports these are.
      for (int i = 0; i < task.workers(); i++) {
        ended
            .get((generation - PORT_SETS) * task.workers() + i)
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    }
    List<Endpoint> ports = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < task.workers(); i++) {
      ports.add(new Endpoint(SERVER, FIRST_WORKING_PORT + set * task.workers() + i));
      names.add(
          intent.createBackend(
              pool,
              "worker-" + generation + "-" + i,
              ports.get(i),
              SERVER_MAC,
              Map.of(edge, AgentProcess.PORT),
              0));
      backends.incrementAndGet();
    }
    intent.awaitInSync(edge);
    List<Worker> workers = new ArrayList<>();
    for (int i = 0; i < task.workers(); i++) {
      ChildProcess process = process(names.get(i), "workers", SERVER_PORT, WorkingPortServer.class);
      process.write(
          new WorkingPortServer.Task(
              new ServerProcess.Address(
                  controller.address().getAddress().getHostAddress(),
                  controller.address().getPort()),
              names.get(i),
              ServerProcess.Address.of(ports.get(i)),
              new ServerProcess.Address(SERVER.getHostAddress(), BASE_PORT),
              scratch.toString(),
              task.stallAfterMillis(),
              TIMEOUT.toMillis()));
      workers.add(new Worker(process, names.get(i)));
    }
    for (Worker worker : workers) {
      worker.process().read(WorkingPortServer.Serving.class);
    }
    return workers;
  }

  /** Tells them to drain, and waits beside for the last word of each to delete its backend. */
  private void drain(List<Worker> generation) throws IOException {
    for (Worker worker : generation) {
      if (task.draining()) {
        intent.drainBackend(worker.backend());
      } else {
        delete(worker);
      }
      worker.process().write(new WorkingPortServer.Drain(true));
      ended.add(CompletableFuture.runAsync(() -> awaitEnd(worker), waiting));
    }
  }

  private void awaitEnd(Worker worker) {
    try (ChildProcess process = worker.process()) {
      served.addAndGet(process.read(WorkingPortServer.Drained.class).connections());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (task.draining()) {
      delete(worker);
    }
  }

  private void delete(Worker worker) {
    intent.deleteBackend(worker.backend());
    backends.decrementAndGet();
  }

  private ChildProcess process(String name, String log, int host, Class<?> main)
      throws IOException {
    return ChildProcess.start(
        name,
        scratch.resolve(log + ".log"),
        network.onHost(
            host, ChildJvm.command(scratch, List.of("-Xmx64m", "-Xshare:auto"), main.getName())));
  }

  private ManagedChannel channel(InetSocketAddress to) {
    ManagedChannel channel = NettyChannelBuilder.forAddress(to).usePlaintext().build();
    resources.add(channel);
    return channel;
  }
}

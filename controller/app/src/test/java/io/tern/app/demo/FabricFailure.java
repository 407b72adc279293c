package io.tern.app.demo;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.MacAddress;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.p4.contract.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A switch that Tern programs in front of three real servers that steer, and clients behind a NAT.
 * The switch is spoilt in the middle of their transfers:
 *
 * <pre>
 *   clients, NAT ----- switch ----- bridge        Tern's program; 1: clients, 2: servers
 *                                   |  |  |
 *                                 rs-1 rs-2 rs-3  XDP on eth0, tern agent, QUIC server
 * </pre>
 *
 * Works inside {@link PrivateNamespaces} only.
 */
public final class FabricFailure {
  private static final int SERVERS = 3;
  private static final String UPLINK = "uplink";
  private static final int UPLINK_PORT = DemoAddresses.EDGE_PORT;
  private static final long SWITCH_ID = 1;
  private static final String BPFFS = "/sys/fs/bpf";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** Longer than any gap while a switch is started and programmed. */
  private static final Duration STALL = Duration.ofSeconds(30);

  /** For connections that nothing can save. */
  private static final Duration WITHOUT_HOPE = Duration.ofSeconds(4);

  private static final Duration PAUSE = Duration.ofMillis(150);

  /** Where both kinds of switch listen, by turns: to the controller they are one. */
  private static final InetSocketAddress P4RUNTIME =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 9559);

  /** What runs Tern's program. */
  enum Model {
    EMBEDDED,
    BMV2
  }

  /**
   * What happens.
   *
   * @param models one after the other; the servers stay
   * @param scratch directory of the test
   */
  record Task(List<Model> models, int clients, long seed, String scratch) {
    Task {
      models = List.copyOf(models);
    }
  }

  /**
   * One failure, or none.
   *
   * @param clients how the connections fared that were there
   * @param steered packets that the servers' XDP sent to another server meanwhile
   */
  record Step(MigratingClients.Report clients, long steered) {}

  /**
   * How it went.
   *
   * @param steps by model and what was wrong with the switch
   * @param withoutXdp the same failures, with nothing on the servers, by what was wrong
   */
  record Result(Map<Model, Map<String, Step>> steps, Map<String, Step> withoutXdp) {}

  private final Task task;
  private final Path scratch;
  private final Resources resources = new Resources();
  private final List<AgentProcess> agents = new ArrayList<>();
  private final List<SwitchCounters> counters = new ArrayList<>();
  private NamespaceNetwork network;
  private NamespaceHosts hosts;
  private ControllerProcess controller;
  private int controllerStarts;
  private DemoIntent intent;
  private String device;
  private AutoCloseable running;
  private long steeredBefore;

  private FabricFailure(Task task) {
    this.task = task;
    this.scratch = Path.of(task.scratch());
  }

  /** Runs it; for {@link ChildProcess}. */
  public static void main(String[] args) {
    NamespaceScenario.play(Task.class, task -> new FabricFailure(task).run());
  }

  private Result run() throws Exception {
    try {
      resources.add(this::stopSwitch);
      setUp();
      Map<Model, Map<String, Step>> steps = new LinkedHashMap<>();
      for (Model model : task.models()) {
        stopSwitch();
        startSwitch(model);
        steps.put(model, spoilByTurns(model));
      }
      takeXdpAway();
      return new Result(steps, spoilWithoutXdp());
    } finally {
      resources.close();
    }
  }

  private void setUp() throws Exception {
    network = resources.add(NamespaceNetwork.behindUplink(UPLINK_PORT, DemoAddresses.NAT, UPLINK));
    DemoOptions options =
        new DemoOptions(
            task.clients(),
            SERVERS,
            List.of(DemoAlgorithm.FOUR_PASS),
            task.seed(),
            3,
            PAUSE,
            STALL,
            false);
    hosts = resources.add(new NamespaceHosts(options, scratch, network));
    startSwitch(task.models().get(0));
    controller = resources.add(new ControllerProcess(scratch, NamespaceNetwork.CONTROLLER));
    startController();
    intent = new DemoIntent(channel(controller.address()), TIMEOUT);
    device =
        intent.createDevice(
            "leaf",
            P4RUNTIME,
            SWITCH_ID,
            DemoAddresses.SWITCH,
            Map.of(DemoAddresses.NAT, DemoAddresses.NAT_PORT));
    List<String> realServers = new ArrayList<>();
    for (int i = 0; i < SERVERS; i++) {
      int port = DemoAddresses.serverPort(0, i, SERVERS);
      AgentProcess agent =
          resources.add(
              AgentProcess.start(network, port, hosts.management(port), name(i), scratch));
      agents.add(agent);
      counters.add(new SwitchCounters(channel(agent.p4Runtime()), AgentProcess.DEVICE_ID));
      realServers.add(
          intent.createRealServer(
              name(i), agent.p4Runtime(), AgentProcess.DEVICE_ID, DemoAddresses.serverMac(0, i)));
    }
    hosts.startServers(controller.address(), intend(realServers), vips());
  }

  /** One pool for switch and servers; each real server knows the others. */
  private List<Fabric.ServerSite> intend(List<String> realServers) {
    String pool = intent.createPool("pool", SERVERS);
    intent.createCidConfig(pool, DemoAlgorithm.FOUR_PASS);
    List<Fabric.ServerSite> sites = new ArrayList<>();
    for (int i = 0; i < SERVERS; i++) {
      Endpoint own = DemoAddresses.server(0, i);
      MacAddress mac = DemoAddresses.serverMac(0, i);
      Map<String, Integer> ports = new HashMap<>();
      ports.put(device, UPLINK_PORT);
      for (int other = 0; other < SERVERS; other++) {
        if (other != i) {
          ports.put(realServers.get(other), AgentProcess.PORT);
        }
      }
      String backend = intent.createBackend(pool, name(i), own, mac, ports);
      sites.add(new Fabric.ServerSite(0, i, backend, own, mac, UPLINK_PORT));
    }
    intent.createVip("v4", DemoAddresses.vipV4(0), pool, false);
    intent.createVip("v6", DemoAddresses.vipV6(0), pool, false);
    intent.awaitCidConfigActive(pool);
    realServers.forEach(intent::awaitInSync);
    return sites;
  }

  /** The same connections all the way; the controller is gone while somebody spoils the switch. */
  private Map<String, Step> spoilByTurns(Model model) throws Exception {
    Map<String, Step> steps = new LinkedHashMap<>();
    startController();
    intent.awaitInSync(device);
    try (ChildProcess clients = clients()) {
      steps.put("right", step(clients, MigratingClients.Move.NONE));
      steps.put("right, migrated", step(clients, MigratingClients.Move.REBINDING));
      controller.kill();
      try (ForeignController foreign = foreign()) {
        foreign.forgetCids();
        steps.put("hashes", step(clients, MigratingClients.Move.NETWORK_CHANGE));
        foreign.exchangeServers();
        steps.put("exchanged", step(clients, MigratingClients.Move.REBINDING));
      }
      startController();
      intent.awaitInSync(device);
      steps.put("repaired", step(clients, MigratingClients.Move.REBINDING));
      stopSwitch();
      clients.write(new MigratingClients.Order(MigratingClients.Move.NONE, STALL.toMillis()));
      startSwitch(model);
      steps.put("emptied, programmed again", read(clients));
      steps.put("and migrated", step(clients, MigratingClients.Move.NETWORK_CHANGE));
    }
    return steps;
  }

  private Map<String, Step> spoilWithoutXdp() throws Exception {
    Map<String, Step> steps = new LinkedHashMap<>();
    intent.awaitInSync(device);
    try (ChildProcess clients = clients()) {
      steps.put("right", step(clients, MigratingClients.Move.NONE));
      steps.put("right, migrated", step(clients, MigratingClients.Move.REBINDING));
      controller.kill();
      try (ForeignController foreign = foreign()) {
        foreign.forgetCids();
        steps.put("hashes", step(clients, MigratingClients.Move.NETWORK_CHANGE, WITHOUT_HOPE));
        foreign.exchangeServers();
        steps.put("exchanged", step(clients, MigratingClients.Move.NONE, WITHOUT_HOPE));
      }
    }
    return steps;
  }

  private ChildProcess clients() throws IOException {
    ChildProcess clients = hosts.startClients(MigratingClients.class);
    clients.write(
        new MigratingClients.Task(
            task.clients(),
            PAUSE.toMillis(),
            STALL.toMillis(),
            task.seed(),
            vips().stream().map(ServerProcess.Address::of).toList(),
            scratch.toString()));
    return clients;
  }

  private Step step(ChildProcess clients, MigratingClients.Move move) throws IOException {
    return step(clients, move, STALL);
  }

  private Step step(ChildProcess clients, MigratingClients.Move move, Duration patience)
      throws IOException {
    clients.write(new MigratingClients.Order(move, patience.toMillis()));
    return read(clients);
  }

  /** What was steered is what the counters have gained since the last step. */
  private Step read(ChildProcess clients) throws IOException {
    MigratingClients.Report report = clients.read(MigratingClients.Report.class);
    long before = steeredBefore;
    steeredBefore = 0;
    for (SwitchCounters agent : counters) {
      steeredBefore += agent.read().byReason().get(Reason.ROUTED_BY_CID.label());
    }
    return new Step(report, steeredBefore - before);
  }

  private void startController() throws IOException {
    if (!controller.isAlive()) {
      controller.start();
      controllerStarts++;
    }
  }

  /** With the election ID of the controller that was killed: it is not there to mind. */
  private ForeignController foreign() {
    return new ForeignController(channel(P4RUNTIME), SWITCH_ID, controllerStarts);
  }

  private void startSwitch(Model model) throws Exception {
    if (running != null) {
      return;
    }
    Map<Integer, String> ports = new TreeMap<>();
    ports.put(DemoAddresses.NAT_PORT, network.interfaces().get(DemoAddresses.NAT_PORT));
    ports.put(UPLINK_PORT, UPLINK);
    if (model == Model.BMV2) {
      running = Bmv2Process.start(ports, scratch.resolve("bmv2.log"));
      return;
    }
    EmbeddedSwitch.Builder builder =
        EmbeddedSwitch.builder().deviceId(SWITCH_ID).grpcAddress(P4RUNTIME);
    ports.forEach((number, name) -> builder.port(number, new InterfacePort(name)));
    running = builder.start();
  }

  private void stopSwitch() throws Exception {
    if (running != null) {
      running.close();
      running = null;
    }
  }

  /** Agents, their programs and maps: the servers are as without Tern. */
  private void takeXdpAway() throws IOException {
    agents.forEach(AgentProcess::close);
    counters.clear();
    for (int i = 0; i < SERVERS; i++) {
      try (Stream<Path> pins = Files.walk(Path.of(BPFFS, name(i)))) {
        for (Path pin : pins.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(pin);
        }
      }
    }
    steeredBefore = 0;
  }

  private static String name(int server) {
    return "rs-" + (server + 1);
  }

  private static List<Endpoint> vips() {
    return List.of(DemoAddresses.vipV4(0), DemoAddresses.vipV6(0));
  }

  private ManagedChannel channel(InetSocketAddress to) {
    ManagedChannel channel = NettyChannelBuilder.forAddress(to).usePlaintext().build();
    resources.add(channel);
    return channel;
  }
}

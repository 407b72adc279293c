package io.tern.app.demo;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.MacAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Three real servers with the VIPs on their loopback interfaces behind a director that hashes the
 * 4-tuple, and clients behind a NAT that rebinds:
 *
 * <pre>
 *   clients, NAT ----- bridge ----- director
 *                      |  |  |
 *                    rs-1 rs-2 rs-3      XDP on eth0, tern agent, QUIC server; answers straight to the NAT
 * </pre>
 *
 * Works inside {@link PrivateNamespaces} only.
 */
public final class RealServers {
  private static final int SERVERS = 3;
  private static final String DIRECTOR = "director";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /**
   * What happens.
   *
   * @param v4 VIPs that clients talk to: IPv4, IPv6, or both
   * @param steering false: real servers without Tern's XDP program
   * @param scratch directory of the test
   */
  record Task(
      DemoAlgorithm algorithm,
      int clients,
      int chunks,
      long seed,
      boolean v4,
      boolean v6,
      boolean steering,
      String scratch) {
    DemoOptions options() {
      return new DemoOptions(
          clients,
          SERVERS,
          List.of(algorithm),
          seed,
          chunks,
          Duration.ofMillis(100),
          Duration.ofSeconds(8),
          false);
    }
  }

  /**
   * How it went.
   *
   * @param flows what the director did
   * @param byReason packets that the XDP program of each real server counted, by reason
   */
  record Result(
      int survived,
      int rebindings,
      int networkChanges,
      Map<String, Integer> failures,
      List<DirectRoutingDirector.Flow> flows,
      int answersAtDirector,
      List<Map<String, Long>> byReason) {}

  private final Task task;
  private final Path scratch;
  private final Resources resources = new Resources();

  private RealServers(Task task) {
    this.task = task;
    this.scratch = Path.of(task.scratch());
  }

  /** Runs it; for {@link ChildProcess}. */
  public static void main(String[] args) {
    NamespaceScenario.play(Task.class, task -> new RealServers(task).run());
  }

  private Result run() throws Exception {
    try {
      return runWith(resources.add(NamespaceNetwork.bridged()));
    } finally {
      resources.close();
    }
  }

  private Result runWith(NamespaceNetwork network) throws Exception {
    DemoOptions options = task.options();
    network.addInterface(DemoAddresses.EDGE_PORT, DemoAddresses.SWITCH, DIRECTOR);
    NamespaceHosts hosts = resources.add(new NamespaceHosts(options, scratch, network));
    ControllerProcess controller =
        resources.add(new ControllerProcess(scratch, NamespaceNetwork.CONTROLLER));
    controller.start();
    DemoIntent intent = new DemoIntent(channel(controller.address()), TIMEOUT);

    Map<String, AgentProcess> agents = new LinkedHashMap<>();
    if (task.steering()) {
      for (int i = 0; i < SERVERS; i++) {
        int port = DemoAddresses.serverPort(0, i, SERVERS);
        String name = "rs-" + (i + 1);
        AgentProcess agent =
            resources.add(AgentProcess.start(network, port, hosts.management(port), name, scratch));
        agents.put(
            intent.createDevice(
                name,
                agent.p4Runtime(),
                AgentProcess.DEVICE_ID,
                DemoAddresses.serverMac(0, i),
                Map.of()),
            agent);
      }
    }
    List<Fabric.ServerSite> sites = intend(intent, List.copyOf(agents.keySet()));
    hosts.startServers(
        controller.address(), sites, List.of(DemoAddresses.vipV4(0), DemoAddresses.vipV6(0)));

    List<MacAddress> macs = sites.stream().map(Fabric.ServerSite::mac).toList();
    DirectRoutingDirector director =
        resources.add(new DirectRoutingDirector(DIRECTOR, DemoAddresses.SWITCH, macs));
    List<Endpoint> vips = new ArrayList<>();
    if (task.v4()) {
      vips.add(DemoAddresses.vipV4(0));
    }
    if (task.v6()) {
      vips.add(DemoAddresses.vipV6(0));
    }
    ClientRun.Result result =
        hosts.runClients(
            vips,
            status -> {},
            () -> {
              for (AgentProcess agent : agents.values()) {
                agent.checkAlive();
              }
            });
    List<Map<String, Long>> byReason = new ArrayList<>();
    for (AgentProcess agent : agents.values()) {
      byReason.add(
          new SwitchCounters(channel(agent.p4Runtime()), AgentProcess.DEVICE_ID).read().byReason());
    }
    return new Result(
        result.survived(),
        result.rebindings(),
        result.networkChanges(),
        result.failures(),
        director.flows(),
        director.answers(),
        byReason);
  }

  /** The pool, which each real server knows without itself: what names it stays there. */
  private List<Fabric.ServerSite> intend(DemoIntent intent, List<String> devices) {
    String pool = intent.createPool("pool", SERVERS);
    intent.createCidConfig(pool, task.algorithm());
    List<Fabric.ServerSite> sites = new ArrayList<>();
    for (int i = 0; i < SERVERS; i++) {
      Endpoint own = DemoAddresses.server(0, i);
      MacAddress mac = DemoAddresses.serverMac(0, i);
      Map<String, Integer> ports = new HashMap<>();
      for (int device = 0; device < devices.size(); device++) {
        if (device != i) {
          ports.put(devices.get(device), AgentProcess.PORT);
        }
      }
      String backend = intent.createBackend(pool, "rs-" + (i + 1), own, mac, ports);
      sites.add(new Fabric.ServerSite(0, i, backend, own, mac, AgentProcess.PORT));
    }
    intent.createVip("v4", DemoAddresses.vipV4(0), pool, true);
    intent.createVip("v6", DemoAddresses.vipV6(0), pool, true);
    intent.awaitCidConfigActive(pool);
    devices.forEach(intent::awaitInSync);
    return sites;
  }

  private ManagedChannel channel(InetSocketAddress to) {
    ManagedChannel channel = NettyChannelBuilder.forAddress(to).usePlaintext().build();
    resources.add(channel);
    return channel;
  }
}

package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.MacAddress;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.embedded.port.PortSelector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The main job, end to end: QUIC clients behind a NAT, the embedded switch, QUIC servers, and the
 * controller that programs the switch. Two runs with the same clients: one with CID routing, one
 * with 4-tuple hashing alone.
 */
final class Demo implements AutoCloseable {
  private static final long DEVICE_ID = 1;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final DemoOptions options;
  private final Progress progress;

  /** What has to be closed, last opened first. */
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();

  private final ControllerProcess controller;
  private final ManagedChannel northbound;
  private final DemoIntent intent;
  private final EmbeddedSwitch embeddedSwitch;
  private final SwitchCounters counters;
  private final PortSelector selector;
  private final MultiThreadIoEventLoopGroup servers;
  private final MultiThreadIoEventLoopGroup clients;
  private final ScheduledExecutorService scheduler;
  private final DemoTls tls;
  private final ClientNat nat;
  private int runs;

  /**
   * Starts switch and controller.
   *
   * @param directory for the controller's data and log; exists
   */
  Demo(DemoOptions options, Progress progress, Path directory) throws Exception {
    this.options = requireNonNull(options, "options");
    this.progress = requireNonNull(progress, "progress");
    try {
      selector = open(PortSelector.start("demo-ports"));
      nat = new ClientNat(selector, options.seed());
      embeddedSwitch =
          open(
              EmbeddedSwitch.builder()
                  .deviceId(DEVICE_ID)
                  .grpcAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                  .port(DemoAddresses.NAT_PORT, nat)
                  .start());
      controller = open(new ControllerProcess(directory));
      controller.start();
      northbound = channel(controller.address());
      intent = new DemoIntent(northbound, TIMEOUT);
      counters = new SwitchCounters(channel(p4RuntimeAddress()), DEVICE_ID);
      servers = group();
      clients = group();
      scheduler = Executors.newSingleThreadScheduledExecutor();
      resources.push(scheduler::shutdownNow);
      tls = DemoTls.create();
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  /** Both runs. */
  DemoReport run() throws Exception {
    progress.show("starting the controller and the switch");
    try {
      InetSocketAddress p4runtime = p4RuntimeAddress();
      intent.createDevice(
          p4runtime.getAddress().getHostAddress() + ":" + p4runtime.getPort(), DEVICE_ID);
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "the controller does not answer"
              + (controller.isAlive() ? "" : ": its process has ended")
              + "; its log: "
              + controller.log(),
          e);
    }
    ControllerDeath death = new ControllerDeath();
    RunResult tern = run("with Tern", "tern", true, death);
    // Before the second run gives the new process something to write.
    DemoReport.ControllerFate fate = death.fate();
    RunResult baseline = run("4-tuple only", "baseline", false, () -> {});
    return new DemoReport(tern, baseline, fate);
  }

  private RunResult run(String name, String pool, boolean cidRouting, ClientRun.Interlude halfway)
      throws Exception {
    int run = runs++;
    progress.show(name + ": programming the switch, starting " + options.backends() + " servers");
    List<Endpoint> vips = List.of(DemoAddresses.vipV4(run), DemoAddresses.vipV6(run));
    String poolName = intent.createPool(pool, options.backends());
    if (cidRouting) {
      intent.createCidConfig(poolName, options.algorithm());
    }
    Map<MacAddress, String> backends = new LinkedHashMap<>();
    for (int i = 0; i < options.backends(); i++) {
      MacAddress mac = DemoAddresses.serverMac(run, i);
      backends.put(
          mac,
          intent.createBackend(
              poolName,
              "server-" + (i + 1),
              DemoAddresses.server(run, i),
              mac,
              DemoAddresses.serverPort(run, i, options.backends())));
    }
    for (int i = 0; i < vips.size(); i++) {
      intent.createVip(pool + (i == 0 ? "-v4" : "-v6"), vips.get(i), poolName);
    }
    intent.awaitInSync();
    if (cidRouting) {
      intent.awaitCidConfigActive(poolName);
      intent.awaitInSync();
    }
    int index = 0;
    for (Map.Entry<MacAddress, String> backend : backends.entrySet()) {
      DemoServer server =
          open(
              DemoServer.start(
                  northbound,
                  backend.getValue(),
                  backend.getKey(),
                  vips,
                  servers,
                  scheduler,
                  selector,
                  tls,
                  options.stallAfter(),
                  TIMEOUT));
      embeddedSwitch.addPort(
          DemoAddresses.serverPort(run, index++, options.backends()), server.port());
    }
    SwitchCounters.Snapshot before = counters.read();
    ClientRun.Result result =
        new ClientRun(name, options, nat, clients, tls, progress).run(vips, halfway);
    return result(result, before, counters.read(), backends);
  }

  private RunResult result(
      ClientRun.Result result,
      SwitchCounters.Snapshot before,
      SwitchCounters.Snapshot after,
      Map<MacAddress, String> backends) {
    SortedMap<String, Long> byReason = new TreeMap<>();
    after
        .byReason()
        .forEach(
            (reason, packets) -> {
              long since = packets - before.byReason().getOrDefault(reason, 0L);
              if (since > 0) {
                byReason.put(reason, since);
              }
            });
    SortedMap<String, BackendPackets> byBackend = new TreeMap<>();
    backends.forEach(
        (mac, backend) ->
            byBackend.put(
                backend.substring(backend.lastIndexOf('/') + 1),
                after
                    .byBackend()
                    .getOrDefault(mac, BackendPackets.NONE)
                    .minus(before.byBackend().getOrDefault(mac, BackendPackets.NONE))));
    List<String> failures = new ArrayList<>();
    result.failures().forEach((why, many) -> failures.add(many + " x " + why));
    return new RunResult(
        options.clients(),
        result.survived(),
        result.rebindings(),
        result.networkChanges(),
        byReason,
        byBackend,
        failures);
  }

  /** Kills the controller in the middle of a run and starts it again. */
  private final class ControllerDeath implements ClientRun.Interlude {
    @Override
    public void happen() throws IOException, InterruptedException {
      if (options.killController()) {
        progress.end();
        progress.show("killing the controller (kill -9) and starting it again");
        progress.end();
        controller.kill();
        controller.start();
      }
    }

    /** Waits until the new process has compared the switch with the intent. */
    DemoReport.ControllerFate fate() {
      intent.awaitInSync();
      return new DemoReport.ControllerFate(options.killController(), intent.entitiesWritten());
    }
  }

  private InetSocketAddress p4RuntimeAddress() {
    return embeddedSwitch
        .grpcAddress()
        .orElseThrow(() -> new IllegalStateException("the switch has no network address"));
  }

  private ManagedChannel channel(InetSocketAddress to) {
    ManagedChannel channel = NettyChannelBuilder.forAddress(to).usePlaintext().build();
    resources.push(
        () -> {
          channel.shutdownNow();
          channel.awaitTermination(2, TimeUnit.SECONDS);
        });
    return channel;
  }

  private MultiThreadIoEventLoopGroup group() {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    resources.push(() -> group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly());
    return group;
  }

  private <T extends AutoCloseable> T open(T resource) {
    resources.push(resource);
    return resource;
  }

  /** Stops everything, last started first. */
  @Override
  public void close() throws Exception {
    Exception first = null;
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}

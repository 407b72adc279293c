package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.MacAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The main job, end to end: QUIC clients behind a NAT, a data plane, QUIC servers, and the
 * controller that programs the data plane. Runs with the same clients: one with CID routing for
 * each algorithm, and one with 4-tuple hashing alone.
 */
final class Demo implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final DemoOptions options;
  private final Progress progress;
  private final Fabric fabric;
  private final Resources resources = new Resources();
  private final ControllerProcess controller;
  private final DemoIntent intent;
  private final SwitchCounters counters;
  private int runs;

  /** The data plane's name at the controller. */
  private String device;

  /**
   * Starts the controller.
   *
   * @param fabric stays the caller's
   * @param directory for the controller's data and log; exists
   */
  Demo(DemoOptions options, Progress progress, Fabric fabric, Path directory) throws Exception {
    this.options = requireNonNull(options, "options");
    this.progress = requireNonNull(progress, "progress");
    this.fabric = requireNonNull(fabric, "fabric");
    try {
      controller = resources.add(new ControllerProcess(directory, fabric.controllerAddress()));
      controller.start();
      intent = new DemoIntent(channel(controller.address()), TIMEOUT);
      counters = new SwitchCounters(channel(fabric.p4Runtime()), fabric.deviceId());
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  /** All runs. */
  DemoReport run() throws Exception {
    progress.show("starting the controller for the " + fabric.dataPlane());
    try {
      device =
          intent.createDevice(
              "demo",
              fabric.p4Runtime(),
              fabric.deviceId(),
              DemoAddresses.SWITCH,
              fabric.carriesEverything()
                  ? Map.of(DemoAddresses.NAT, DemoAddresses.NAT_PORT)
                  : Map.of());
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "the controller does not answer"
              + (controller.isAlive() ? "" : ": its process has ended")
              + "; its log: "
              + controller.log(),
          e);
    }
    DemoReport.ControllerFate fate = new DemoReport.ControllerFate(false, 0);
    Map<DemoAlgorithm, RunResult> tern = new LinkedHashMap<>();
    for (DemoAlgorithm algorithm : options.algorithms()) {
      boolean first = tern.isEmpty();
      tern.put(
          algorithm,
          run(
              "with Tern, " + algorithm,
              "tern-" + algorithm,
              Optional.of(algorithm),
              first && options.killController() ? this::killController : () -> {}));
      if (first && options.killController()) {
        // Before the second run gives the new process something to write.
        intent.awaitInSync(device);
        fate = new DemoReport.ControllerFate(true, intent.entitiesWritten(device));
      }
    }
    RunResult baseline = run("4-tuple only", "baseline", Optional.empty(), () -> {});
    return new DemoReport(fabric.dataPlane(), tern, baseline, fate);
  }

  private RunResult run(
      String name, String pool, Optional<DemoAlgorithm> algorithm, RunProgress.Interlude halfway)
      throws Exception {
    int run = runs++;
    progress.show(name + ": programming the switch, starting " + options.backends() + " servers");
    List<Endpoint> vips = List.of(DemoAddresses.vipV4(run), DemoAddresses.vipV6(run));
    String poolName = intent.createPool(pool, options.backends());
    algorithm.ifPresent(a -> intent.createCidConfig(poolName, a));
    List<Fabric.ServerSite> servers = createBackends(run, poolName);
    for (int i = 0; i < vips.size(); i++) {
      intent.createVip(pool + (i == 0 ? "-v4" : "-v6"), vips.get(i), poolName, false);
    }
    intent.awaitInSync(device);
    if (algorithm.isPresent()) {
      intent.awaitCidConfigActive(poolName);
      intent.awaitInSync(device);
    }
    fabric.startServers(controller.address(), servers, vips);
    SwitchCounters.Snapshot before = counters.read();
    ClientRun.Result result =
        fabric.runClients(vips, new RunProgress(name, options.load(), progress, halfway));
    return result(result, before, counters.read(), servers);
  }

  private List<Fabric.ServerSite> createBackends(int run, String pool) {
    List<Fabric.ServerSite> servers = new ArrayList<>();
    for (int i = 0; i < options.backends(); i++) {
      Endpoint own = DemoAddresses.server(run, i);
      MacAddress mac = DemoAddresses.serverMac(run, i);
      int port = fabric.serverPort(run, i, options.backends());
      String backend =
          intent.createBackend(pool, "server-" + (i + 1), own, mac, Map.of(device, port));
      servers.add(new Fabric.ServerSite(run, i, backend, own, mac, port));
    }
    return servers;
  }

  private RunResult result(
      ClientRun.Result result,
      SwitchCounters.Snapshot before,
      SwitchCounters.Snapshot after,
      List<Fabric.ServerSite> servers) {
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
    for (Fabric.ServerSite server : servers) {
      String backend = server.backend();
      byBackend.put(
          backend.substring(backend.lastIndexOf('/') + 1),
          after
              .byBackend()
              .getOrDefault(server.mac(), BackendPackets.NONE)
              .minus(before.byBackend().getOrDefault(server.mac(), BackendPackets.NONE)));
    }
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

  private void killController() throws IOException, InterruptedException {
    progress.end();
    progress.show("killing the controller (kill -9) and starting it again");
    progress.end();
    controller.kill();
    controller.start();
  }

  private ManagedChannel channel(InetSocketAddress to) {
    ManagedChannel channel = NettyChannelBuilder.forAddress(to).usePlaintext().build();
    resources.add(channel);
    return channel;
  }

  /** Stops the controller. */
  @Override
  public void close() throws Exception {
    resources.close();
  }
}

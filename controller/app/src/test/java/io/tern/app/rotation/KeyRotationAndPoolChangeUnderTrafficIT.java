package io.tern.app.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.core.intent.Backend;
import io.tern.core.intent.BackendSpec;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.CidConfigSpec;
import io.tern.core.intent.Device;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.IntentStore;
import io.tern.core.intent.IntentStore.Change;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.PoolSpec;
import io.tern.core.intent.Vip;
import io.tern.core.oracle.Oracle;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.p4.conformance.harness.Bmv2Switch;
import io.tern.p4.conformance.harness.PacketTarget;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4;
import io.tern.southbound.CidConfigPromoter;
import io.tern.southbound.SouthboundManager;
import io.tern.southbound.codec.CounterSample;
import io.tern.southbound.session.ElectionId;
import io.tern.southbound.session.PipelineConfig;
import io.tern.store.InMemoryIntentStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * CID configurations come, are rotated and go, and so do backends, while frames of all connections
 * pass without a pause: every frame leaves once, at the backend that its CID names, or at that of
 * its 4-tuple, and the device's own counters say the same.
 */
class KeyRotationAndPoolChangeUnderTrafficIT {
  private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");
  private static final long PATIENCE_SECONDS = 60;
  private static final String DEVICE = "leaf";
  private static final String POOL = "web";
  private static final int SLOTS = 1_024;
  private static final int CLIENTS_PORT = 1;
  private static final int BACKENDS = 5;

  /** Before and after each change. */
  private static final int SETTLED_FRAMES = 300;

  /** While it is made, however fast that is. */
  private static final int LEAST_FRAMES = 600;

  private final Random random = new Random(1);
  private final DeviceCapabilities capabilities = DeviceCapabilities.ofContract();

  @TempDir private Path directory;

  private long settled;
  private long underChange;

  @Test
  void embeddedSwitchLosesNoFrame() throws Exception {
    List<Integer> ports =
        IntStream.concat(
                IntStream.of(CLIENTS_PORT), IntStream.rangeClosed(1, BACKENDS).map(n -> 10 + n))
            .boxed()
            .toList();
    try (PacketTarget device = new EmbeddedPackets(ports)) {
      rotateAndChange("embedded switch", device);
    }
  }

  @Test
  void bmv2LosesNoFrame() throws Exception {
    Optional<Path> executable = Bmv2Switch.executable();
    Assumptions.assumeTrue(executable.isPresent(), "simple_switch_grpc is not on PATH");
    try (PacketTarget device =
        Bmv2Switch.start(executable.orElseThrow(), directory.resolve("bmv2.log"))) {
      rotateAndChange("BMv2", device);
    }
  }

  private void rotateAndChange(String name, PacketTarget device) throws Exception {
    ScheduledExecutorService threads = Executors.newSingleThreadScheduledExecutor();
    try (IntentStore store = new InMemoryIntentStore();
        SouthboundManager manager =
            SouthboundManager.builder(
                    store, PipelineConfig.ofContract(), ElectionId.of(store.nextElectionId()))
                .build();
        CidConfigPromoter promoter = new CidConfigPromoter(store, manager, threads, threads)) {
      manager.start();
      promoter.start();
      Run run = new Run(store, manager, new SteadyTraffic(device, CLIENTS_PORT, random));
      run.setUp(device);
      Deque<Map.Entry<String, Change>> poolChanges = new ArrayDeque<>(poolChanges());
      int issuing = 0;
      for (QuicLbConfig next : rotation()) {
        run.change("add " + next.algorithm() + " as codepoint " + next.codepoint(), add(next));
        run.change(poolChanges.peek().getKey(), poolChanges.poll().getValue());
        CidConfigKey old = new CidConfigKey(POOL, issuing);
        assertThat(store.current().cidConfigs().get(old).state())
            .isEqualTo(CidConfig.State.RETIRING);
        run.change("delete codepoint " + issuing, i -> IntentChanges.deleteCidConfig(i, old));
        issuing = next.codepoint();
      }
      for (Map.Entry<String, Change> change : poolChanges) {
        run.change(change.getKey(), change.getValue());
      }
      System.out.printf(
          "%s: %d frames, and %d while keys and pool changed: none lost, none misrouted%n",
          name, settled, underChange);
    } finally {
      threads.shutdownNow();
    }
  }

  /** A configuration for each algorithm that the device decodes, then a codepoint once more. */
  private List<QuicLbConfig> rotation() {
    List<QuicLbConfig> rotation = new ArrayList<>();
    for (CidAlgorithm algorithm : new TreeSet<>(capabilities.algorithms())) {
      rotation.add(config(rotation.size() + 1, algorithm));
    }
    rotation.add(config(0, new TreeSet<>(capabilities.algorithms()).last()));
    return rotation;
  }

  private QuicLbConfig config(int codepoint, CidAlgorithm algorithm) {
    byte[] key = new byte[CidKey.LENGTH];
    random.nextBytes(key);
    int serverIdLength = 2 + codepoint;
    int nonceLength = algorithm == CidAlgorithm.SINGLE_PASS ? 16 - serverIdLength : 6;
    return new QuicLbConfig(
        codepoint,
        algorithm,
        serverIdLength,
        nonceLength,
        algorithm == CidAlgorithm.PLAINTEXT ? Optional.empty() : Optional.of(CidKey.of(key)),
        false);
  }

  private static Change add(QuicLbConfig config) {
    return intent -> IntentChanges.createCidConfig(intent, new CidConfigSpec(POOL, config, T0));
  }

  private static List<Map.Entry<String, Change>> poolChanges() {
    return List.of(
        Map.entry("add backend 4", addBackend(4)),
        Map.entry("drain backend 2", drain(2)),
        Map.entry("remove backend 2, which is drained", removeBackend(2)),
        Map.entry("add backend 5", addBackend(5)),
        Map.entry("remove backend 1, which is not", removeBackend(1)));
  }

  private static Change addBackend(int n) {
    return intent ->
        IntentChanges.createBackend(
            intent,
            new BackendSpec(
                POOL,
                "b" + n,
                Endpoint.of("198.51.100." + n, 4433),
                new Backend.NextHop(mac(n), Map.of(DEVICE, 10 + n)),
                Backend.DEFAULT_WEIGHT,
                T0));
  }

  private static Change drain(int n) {
    return intent ->
        IntentChanges.updateBackend(
            intent, new BackendKey(POOL, "b" + n), Backend.DEFAULT_WEIGHT, Backend.State.DRAINING);
  }

  private static Change removeBackend(int n) {
    return intent -> IntentChanges.deleteBackend(intent, new BackendKey(POOL, "b" + n));
  }

  private static MacAddress mac(int last) {
    return new MacAddress(0x02_00_00_00_00_00L + last);
  }

  /** One device's changes, one after the other. */
  private final class Run {
    private final IntentStore store;
    private final SouthboundManager manager;
    private final SteadyTraffic traffic;

    Run(IntentStore store, SouthboundManager manager, SteadyTraffic traffic) {
      this.store = store;
      this.manager = manager;
      this.traffic = traffic;
    }

    void setUp(PacketTarget device) throws Exception {
      update(
          i ->
              IntentChanges.createDevice(
                  i,
                  new Device(
                      DEVICE,
                      device.p4Runtime().authority(),
                      device.deviceId(),
                      Optional.of(mac(0xfe)),
                      Map.of(mac(0xc1), CLIENTS_PORT),
                      T0)));
      update(i -> IntentChanges.createPool(i, new PoolSpec(POOL, SLOTS, T0)));
      for (int n = 1; n <= 3; n++) {
        update(addBackend(n));
      }
      vip("v4", "192.0.2.1");
      vip("v6", "2001:db8:10::1");
      settle(update(add(config(0, CidAlgorithm.PLAINTEXT))))
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private void vip(String id, String address) {
      update(
          i -> IntentChanges.createVip(i, new Vip(id, Endpoint.of(address, 443), POOL, false, T0)));
    }

    /** Makes a change while traffic passes, and compares all that happened with the oracle. */
    void change(String what, Change change) throws Exception {
      Intent before = store.current();
      Intent preview = change.apply(before);
      List<Flow> surviving = new ArrayList<>(Flow.of(before));
      surviving.retainAll(Flow.of(preview));
      List<Flow> all = new ArrayList<>(Flow.of(preview));
      // What is no longer routed by its CID takes the fallback.
      all.addAll(Flow.of(before));
      CounterSample countersBefore = counters();

      SteadyTraffic.Stretch first =
          traffic.send(Flow.of(before), SETTLED_FRAMES, () -> {}, () -> true);
      CompletableFuture<Void> done = new CompletableFuture<>();
      SteadyTraffic.Stretch during =
          traffic.send(
              surviving,
              LEAST_FRAMES,
              () -> settle(update(change)).whenComplete((ok, failure) -> complete(done, failure)),
              done::isDone);
      done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      Intent after = store.current();
      SteadyTraffic.Stretch last = traffic.send(all, SETTLED_FRAMES, () -> {}, () -> true);

      Oracle old = Oracle.of(before, DEVICE, capabilities.algorithms());
      Oracle now = Oracle.of(after, DEVICE, capabilities.algorithms());
      Map<Reason, Long> expected = new EnumMap<>(Reason.class);
      first.check("before: " + what, old).forEach((r, n) -> expected.merge(r, n, Long::sum));
      during.check("during: " + what, old, now).forEach((r, n) -> expected.merge(r, n, Long::sum));
      last.check("after: " + what, now).forEach((r, n) -> expected.merge(r, n, Long::sum));
      assertThat(reasons(countersBefore, counters())).as("counted: " + what).isEqualTo(expected);
      assertThat(expected).containsKey(Reason.ROUTED_BY_CID);
      settled += first.frames() + last.frames();
      underChange += during.frames();
    }

    private Intent update(Change change) {
      try {
        return store.update(change);
      } catch (IntentException e) {
        throw new AssertionError(e.getMessage(), e);
      }
    }

    /**
     * Completes when the device has an intent, and every configuration of it has been activated.
     */
    private CompletableFuture<Void> settle(Intent intent) {
      CompletableFuture<Void> activated = new CompletableFuture<>();
      IntentStore.Subscription subscription =
          store.subscribe(
              next -> {
                if (next.revision() >= intent.revision()
                    && next.cidConfigs().values().stream()
                        .noneMatch(config -> config.state() == CidConfig.State.PREPARED)) {
                  activated.complete(null);
                }
              });
      return CompletableFuture.allOf(
              manager.awaitSynced(intent.revision(), Set.of(DEVICE)), activated)
          .whenComplete((ok, failure) -> subscription.close());
    }

    private CounterSample counters() throws Exception {
      return manager.readCounters(DEVICE).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  private static void complete(CompletableFuture<Void> done, Throwable failure) {
    if (failure == null) {
      done.complete(null);
    } else {
      done.completeExceptionally(failure);
    }
  }

  private static Map<Reason, Long> reasons(CounterSample before, CounterSample after) {
    Map<Reason, Long> grown = new EnumMap<>(Reason.class);
    count(after, 1, grown);
    count(before, -1, grown);
    grown.values().removeIf(packets -> packets == 0);
    return grown;
  }

  private static void count(CounterSample sample, int sign, Map<Reason, Long> into) {
    for (CounterSample.Cell cell : sample.indirect()) {
      if (cell.counterId() == TernP4.Counters.Reason.ID) {
        into.merge(Reason.ofIndex((int) cell.index()), sign * cell.packets(), Long::sum);
      }
    }
  }
}

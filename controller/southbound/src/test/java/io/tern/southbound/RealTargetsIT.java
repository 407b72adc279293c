package io.tern.southbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.CopyPolicy;
import io.tern.core.intent.Device;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Forwarding;
import io.tern.core.intent.PoolOptions;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4;
import io.tern.southbound.codec.CounterSample;
import io.tern.southbound.realtarget.Bmv2Target;
import io.tern.southbound.realtarget.EmbeddedTarget;
import io.tern.southbound.realtarget.P4RuntimeTarget;
import io.tern.southbound.reconcile.DeviceStatus;
import io.tern.southbound.reconcile.DeviceStatus.State;
import io.tern.southbound.reconcile.ReconcileOptions;
import io.tern.southbound.session.ElectionId;
import io.tern.southbound.session.PipelineConfig;
import io.tern.southbound.session.SessionOptions;
import io.tern.southbound.testing.Changes;
import io.tern.southbound.testing.ScriptedStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The control loop against real P4Runtime targets over TCP: the embedded switch always, BMv2 where
 * it is installed.
 */
class RealTargetsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ScriptedStore store = new ScriptedStore();

  static List<P4RuntimeTarget> targets() throws IOException {
    List<P4RuntimeTarget> targets = new ArrayList<>();
    targets.add(new EmbeddedTarget());
    Optional<Path> bmv2 = Bmv2Target.executable();
    if (bmv2.isPresent()) {
      Path log = Files.createTempFile("bmv2-", ".log");
      log.toFile().deleteOnExit();
      targets.add(new Bmv2Target(bmv2.get(), log));
    }
    System.out.println(
        "RealTargetsIT: embedded switch, "
            + bmv2.map(path -> "BMv2 (" + path + ")").orElse("and no BMv2: it is not on PATH"));
    return targets;
  }

  private SouthboundManager manager(SimpleMeterRegistry meters) {
    SessionOptions quick =
        new SessionOptions(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofMillis(50),
            Duration.ofMillis(500),
            500,
            4);
    return SouthboundManager.builder(
            store, PipelineConfig.ofContract(), ElectionId.of(store.nextElectionId()))
        .sessionOptions(quick)
        .reconcileOptions(
            new ReconcileOptions(
                Duration.ofSeconds(1), Duration.ofMillis(100), Duration.ofSeconds(1)))
        .meters(meters)
        .build();
  }

  private static void awaitInSync(SouthboundManager manager, long revision) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              DeviceStatus status = manager.status("leaf").orElseThrow();
              assertThat(status.state()).as(status.toString()).isEqualTo(State.IN_SYNC);
              assertThat(status.syncedRevision()).isGreaterThanOrEqualTo(revision);
            });
  }

  private static double pushed(SimpleMeterRegistry meters) {
    return meters.counter("tern.southbound.pipelines").count();
  }

  private static double checked(SimpleMeterRegistry meters) {
    return meters
        .find("tern.southbound.rpc")
        .tag("method", "Read")
        .tag("code", "OK")
        .timers()
        .stream()
        .mapToLong(timer -> timer.count())
        .sum();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void deviceIsFilledChangedRestartedAndLeftAlone(P4RuntimeTarget target) throws Exception {
    try (target) {
      target.start();
      store.apply(Changes.device("leaf", target.address(), target.deviceId()));
      store.apply(Changes.pool("web", 443));
      store.apply(Changes.backend("web", 1, "leaf"));
      store.apply(Changes.backend("web", 2, "leaf"));
      long revision = store.apply(Changes.plaintext("web", 0));

      fillAndChange(revision);
      leaveAloneWhatIsRight();
      fillAgainAfterARestart(target);
    }
  }

  /** What a target takes and gives back in another form would be written again with each check. */
  @ParameterizedTest
  @MethodSource("targets")
  void everyOptionIsReadBackAsItWasWritten(P4RuntimeTarget target) throws Exception {
    try (target) {
      target.start();
      store.apply(Changes.device("leaf", target.address(), target.deviceId()));
      store.apply(Changes.device("leaf", RealTargetsIT::withEveryOption));
      List<Forwarding> ways =
          List.of(
              new Forwarding.L2(),
              new Forwarding.IpIp(0xff),
              new Forwarding.Gue(Forwarding.Gue.DEFAULT_PORT),
              new Forwarding.Nat());
      for (int i = 0; i < ways.size(); i++) {
        String pool = "p" + i;
        store.apply(Changes.pool(pool, 440 + i));
        store.apply(Changes.backend(pool, 1, "leaf"));
        store.apply(Changes.backend(pool, 2, "leaf"));
        store.apply(Changes.options(pool, everyOption(ways.get(i))));
      }
      SimpleMeterRegistry meters = new SimpleMeterRegistry();
      try (SouthboundManager manager = manager(meters)) {
        manager.start();
        awaitInSync(manager, store.current().revision());
        assertThat(manager.status("leaf").orElseThrow().problems()).isEmpty();
      }
      leaveAloneWhatIsRight();
      takeOptionsBack();
      leaveAloneWhatIsRight();
    }
  }

  private static Device withEveryOption(Device device) {
    return device
        .withAnswerEcho(true)
        .withTunnelSources(Optional.of(Endpoint.parseAddress("192.0.2.254")), Optional.empty())
        // BMv2 reports 249 as 248.
        .withCopies(
            Map.of(
                Reason.NEIGHBOUR, new CopyPolicy(249, 10, 0),
                Reason.FALLBACK_UNKNOWN_SERVER, new CopyPolicy(1, 1, 65_535)));
  }

  private static PoolOptions everyOption(Forwarding forwarding) {
    return new PoolOptions(forwarding, false, true, Optional.of(Duration.ofSeconds(90)), true);
  }

  private void takeOptionsBack() {
    store.apply(Changes.device("leaf", device -> device.withCopies(Map.of())));
    long last = 0;
    for (String pool : store.current().pools().keySet()) {
      last = store.apply(Changes.options(pool, PoolOptions.DEFAULT));
    }
    try (SouthboundManager manager = manager(new SimpleMeterRegistry())) {
      manager.start();
      awaitInSync(manager, last);
    }
  }

  private void fillAndChange(long revision) throws Exception {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    ScheduledExecutorService threads = Executors.newSingleThreadScheduledExecutor();
    try (SouthboundManager manager = manager(meters);
        CidConfigPromoter promoter = new CidConfigPromoter(store, manager, threads, threads)) {
      manager.start();
      promoter.start();
      manager.awaitSynced(revision, Set.of("leaf")).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(pushed(meters)).isEqualTo(1);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  store.current().cidConfigs().values().iterator().next().state()
                      == CidConfig.State.ACTIVE);

      long less = store.apply(Changes.withoutBackend("web", 2));
      manager.awaitSynced(less, Set.of("leaf")).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      awaitInSync(manager, less);

      CounterSample counters =
          manager.readCounters("leaf").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(counters.direct())
          .extracting(counter -> counter.key().tableId())
          .containsExactlyInAnyOrder(
              TernP4.Tables.VipV4.ID,
              TernP4.Tables.CidConfig.ID,
              TernP4.Tables.ServerId.ID,
              TernP4.Tables.Backend.ID);
      assertThat(counters.indirect()).isNotEmpty();
    } finally {
      threads.shutdownNow();
    }
  }

  private void leaveAloneWhatIsRight() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (SouthboundManager manager = manager(meters)) {
      manager.start();
      awaitInSync(manager, store.current().revision());
      double reads = checked(meters);
      // Two periodic checks more.
      await().atMost(PATIENCE).until(() -> checked(meters) >= 3 * reads);

      DeviceStatus status = manager.status("leaf").orElseThrow();
      assertThat(status.entitiesWritten()).isZero();
      assertThat(status.problems()).isEmpty();
      assertThat(pushed(meters)).isZero();
    }
  }

  private void fillAgainAfterARestart(P4RuntimeTarget target) throws Exception {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (SouthboundManager manager = manager(meters)) {
      manager.start();
      awaitInSync(manager, store.current().revision());

      target.stop();
      await()
          .atMost(PATIENCE)
          .until(() -> manager.status("leaf").orElseThrow().state() == State.DEGRADED);
      target.start();

      await().atMost(PATIENCE).until(() -> pushed(meters) == 1);
      awaitInSync(manager, store.current().revision());
      // One group, backend, server ID, configuration, VIP and default action, 256 slots.
      assertThat(manager.status("leaf").orElseThrow().entitiesWritten()).isEqualTo(262);
    }
  }
}

package io.tern.app.serve;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tern.app.compile.Bundle;
import io.tern.app.compile.BundleException;
import io.tern.app.endpoint.MetricsServer;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.IntentStore;
import io.tern.northbound.NorthboundServer;
import io.tern.southbound.CidConfigPromoter;
import io.tern.southbound.SouthboundManager;
import io.tern.southbound.session.ElectionId;
import io.tern.southbound.session.PipelineConfig;
import io.tern.store.SqliteIntentStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole controller: store, southbound, northbound, metrics. Thread-safe.
 *
 * <p>Traffic does not depend on it: devices keep what they have while it is away, and a device that
 * is right is not written to when it comes back.
 */
final class Controller implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Controller.class);

  /** What was started, the newest first: the order in which it is closed. */
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private NorthboundServer northbound;
  private Optional<MetricsServer> metrics = Optional.empty();

  private Controller() {}

  /**
   * Starts a controller; it serves when this returns.
   *
   * @throws IOException if the store cannot be opened or an address cannot be listened on
   * @throws IntentException if the store cannot write
   * @throws BundleException if the bundle must not be used
   * @throws IllegalArgumentException if other hosts could reach the API without a certificate
   */
  static Controller start(ControllerOptions options)
      throws IOException, IntentException, BundleException {
    Controller controller = new Controller();
    try {
      controller.startParts(options);
      return controller;
    } catch (IOException | IntentException | BundleException | RuntimeException e) {
      controller.close();
      throw e;
    }
  }

  private void startParts(ControllerOptions options)
      throws IOException, IntentException, BundleException {
    PipelineConfig pipeline = pipeline(options);

    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    parts.push(registry::close);
    bindJvm(registry);

    IntentStore store = SqliteIntentStore.open(DataDirectory.storeFile(options.data()));
    parts.push(store);
    bindIntent(registry, store);

    // Fences every controller that had this store before.
    ElectionId electionId = ElectionId.of(store.nextElectionId());
    SouthboundManager.Builder sessions =
        SouthboundManager.builder(store, pipeline, electionId).meters(registry);
    if (options.deviceTls().isPresent()) {
      sessions.credentials(options.deviceTls().get().credentials());
    }
    SouthboundManager southbound = sessions.build();
    parts.push(southbound);

    ScheduledExecutorService changes =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "tern-promoter");
              thread.setDaemon(true);
              return thread;
            });
    parts.push(changes::shutdownNow);
    CidConfigPromoter promoter = new CidConfigPromoter(store, southbound, changes, changes);
    parts.push(promoter);

    NorthboundServer.Builder api =
        NorthboundServer.builder(store)
            .address(options.grpc())
            .deviceStatuses(new SouthboundStatuses(southbound))
            .intercept(new CallMetrics(registry));
    options.tls().ifPresent(api::tls);
    if (options.openToStrangers()) {
      api.openToStrangers();
    }
    northbound = api.start();
    parts.push(northbound);
    gauge(registry, "tern.northbound.streams", northbound, NorthboundServer::openStreams);

    if (options.metrics().isPresent()) {
      metrics = Optional.of(new MetricsServer(registry, options.metrics().get()));
      parts.push(metrics.get());
    }

    // Last: a controller that cannot serve must not take devices from one that can.
    southbound.start();
    promoter.start();
    log.info(
        "controller serves at revision {}, election ID {}", store.current().revision(), electionId);
  }

  private static PipelineConfig pipeline(ControllerOptions options)
      throws IOException, BundleException {
    if (options.bundle().isEmpty()) {
      return PipelineConfig.ofContract();
    }
    Bundle bundle = Bundle.read(options.bundle().get());
    log.info("devices are given the program of profile {}", bundle.name());
    return bundle.pipeline();
  }

  private void bindJvm(MeterRegistry registry) {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
  }

  private static void bindIntent(MeterRegistry registry, IntentStore store) {
    gauge(registry, "tern.intent.revision", store, s -> (double) s.current().revision());
    resources(registry, store, "pool", intent -> intent.pools().size());
    resources(registry, store, "cid_config", intent -> intent.cidConfigs().size());
    resources(registry, store, "backend", intent -> intent.backends().size());
    resources(registry, store, "vip", intent -> intent.vips().size());
    resources(registry, store, "device", intent -> intent.devices().size());
  }

  private static void resources(
      MeterRegistry registry, IntentStore store, String kind, ToDoubleFunction<Intent> count) {
    Gauge.builder("tern.intent.resources", store, s -> count.applyAsDouble(s.current()))
        .tag("kind", kind)
        .strongReference(true)
        .register(registry);
  }

  private static <T> void gauge(
      MeterRegistry registry, String name, T source, ToDoubleFunction<T> value) {
    Gauge.builder(name, source, value).strongReference(true).register(registry);
  }

  /** Port of the northbound API. */
  int port() {
    return northbound.port();
  }

  /** Where metrics are served; empty for nowhere. */
  Optional<InetSocketAddress> metricsAddress() {
    return metrics.map(MetricsServer::address);
  }

  /** Ends everything in the reverse order of its start; devices keep what they have. Idempotent. */
  @Override
  public synchronized void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        log.warn("a part of the controller did not close as it should", e);
      }
    }
  }
}

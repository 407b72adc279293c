package io.tern.southbound;

import static java.util.Objects.requireNonNull;

import io.grpc.ChannelCredentials;
import io.grpc.Deadline;
import io.grpc.SynchronizationContext;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tern.core.intent.Device;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentStore;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.core.planner.Planner;
import io.tern.southbound.codec.CounterSample;
import io.tern.southbound.metrics.SouthboundMetrics;
import io.tern.southbound.packetin.LoggedPacketIns;
import io.tern.southbound.packetin.PacketInListener;
import io.tern.southbound.packetin.PacketIns;
import io.tern.southbound.reconcile.DeviceReconciler;
import io.tern.southbound.reconcile.DeviceStatus;
import io.tern.southbound.reconcile.ReconcileOptions;
import io.tern.southbound.session.ChannelFactory;
import io.tern.southbound.session.DeviceContext;
import io.tern.southbound.session.ElectionId;
import io.tern.southbound.session.NettyChannelFactory;
import io.tern.southbound.session.P4RuntimeSession;
import io.tern.southbound.session.PipelineConfig;
import io.tern.southbound.session.SessionOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the devices of the intent: opens, replaces and closes their sessions, hands each the
 * newest intent, and says how far each is. Devices share a few threads and never wait for each
 * other. A device that leaves the intent keeps its entries: traffic does not depend on us.
 *
 * <p>Thread-safe. Nothing but {@link #close} blocks.
 */
public final class SouthboundManager implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(SouthboundManager.class);
  private static final long CLOSE_SECONDS = 5;

  private final IntentStore store;
  private final PipelineConfig pipeline;
  private final ElectionId electionId;
  private final ChannelFactory channels;
  private final SessionOptions sessionOptions;
  private final ReconcileOptions reconcileOptions;
  private final DeviceCapabilities capabilities;
  private final Planner planner = new Planner();
  private final SouthboundMetrics metrics;
  private final SharedThreads threads;
  private final Deadline.Ticker ticker;
  private final RandomGenerator random;

  private final SynchronizationContext context =
      new SynchronizationContext((thread, e) -> logger.error("a device listener threw", e));
  private final PacketIns packetIns;
  private final List<DeviceListener> listeners = new CopyOnWriteArrayList<>();
  private final Map<String, DeviceStatus> statuses = new ConcurrentHashMap<>();
  private IntentStore.Subscription subscription = () -> {};

  // What follows is confined to the context.
  private final Map<String, ManagedDevice> devices = new HashMap<>();
  private final List<Waiter> waiters = new ArrayList<>();
  private Intent intent = Intent.EMPTY;

  /** Written inside; read outside by those whose work would be dropped with the threads. */
  private volatile boolean closed;

  private record Waiter(long revision, Set<String> deviceIds, CompletableFuture<Void> synced) {}

  private SouthboundManager(Builder builder) {
    this.store = builder.store;
    this.pipeline = builder.pipeline;
    this.electionId = builder.electionId;
    this.threads = builder.threads == null ? SharedThreads.own() : builder.threads;
    this.channels =
        builder.channels == null
            ? new NettyChannelFactory(builder.credentials, threads.executor())
            : builder.channels;
    this.sessionOptions = builder.sessionOptions;
    this.reconcileOptions = builder.reconcileOptions;
    this.capabilities = builder.capabilities;
    this.metrics = new SouthboundMetrics(builder.meters);
    this.packetIns =
        new PacketIns(
            metrics,
            builder.packetIns == null ? new LoggedPacketIns(builder.ticker) : builder.packetIns);
    this.ticker = builder.ticker;
    this.random = builder.random;
    for (DeviceStatus.State state : DeviceStatus.State.values()) {
      metrics.sessions(
          state.name(),
          statuses,
          all -> all.values().stream().filter(status -> status.state() == state).count());
    }
  }

  /**
   * A manager in the making.
   *
   * @param pipeline the program that all devices run
   * @param electionId larger than that of every controller before this one
   */
  public static Builder builder(IntentStore store, PipelineConfig pipeline, ElectionId electionId) {
    return new Builder(store, pipeline, electionId);
  }

  /** Begins to follow the intent; call once. */
  public void start() {
    subscription = store.subscribe(next -> execute(() -> follow(next)));
  }

  /** How far the devices are, by ID. */
  public SortedMap<String, DeviceStatus> statuses() {
    return new TreeMap<>(statuses);
  }

  /** How far a device is; empty if the intent has no such device, or only just got it. */
  public Optional<DeviceStatus> status(String deviceId) {
    return Optional.ofNullable(statuses.get(deviceId));
  }

  /** Tells {@code listener} of each new status from now on, after those that are there. */
  public IntentStore.Subscription addListener(DeviceListener listener) {
    requireNonNull(listener, "listener");
    execute(
        () -> {
          statuses().values().forEach(listener::onStatus);
          listeners.add(listener);
        });
    return () -> execute(() -> listeners.remove(listener));
  }

  /**
   * Completes once each of the devices has had {@code revision}, or a later one, wholly; completes
   * exceptionally with a {@link NoSuchElementException} if one of them leaves the intent, and is
   * cancelled when the manager is closed. It never times out; a caller that has waited enough
   * cancels it.
   *
   * @param deviceIds devices of the intent of {@code revision}
   */
  public CompletableFuture<Void> awaitSynced(long revision, Set<String> deviceIds) {
    CompletableFuture<Void> synced = new CompletableFuture<>();
    Waiter waiter = new Waiter(revision, Set.copyOf(deviceIds), synced);
    if (closed) {
      synced.cancel(false);
      return synced;
    }
    execute(
        () -> {
          if (closed) {
            synced.cancel(false);
            return;
          }
          waiters.add(waiter);
          tellWaiters();
        });
    return synced;
  }

  /**
   * Reads the counters of a device; completes exceptionally with a {@link
   * io.grpc.StatusRuntimeException}, or with a {@link NoSuchElementException} if the intent has no
   * such device.
   */
  public CompletableFuture<CounterSample> readCounters(String deviceId) {
    CompletableFuture<CounterSample> counters = new CompletableFuture<>();
    execute(
        () -> {
          ManagedDevice device = devices.get(deviceId);
          if (device == null) {
            counters.completeExceptionally(noSuchDevice(deviceId));
          } else {
            device.readCounters(counters);
          }
        });
    return counters;
  }

  /**
   * Closes all sessions and waits for that, five seconds at most. Devices keep what they have.
   * Idempotent.
   */
  @Override
  public void close() {
    subscription.close();
    CompletableFuture<Void> done = new CompletableFuture<>();
    execute(
        () -> {
          closed = true;
          CompletableFuture<?>[] closing =
              devices.values().stream().map(ManagedDevice::close).toArray(CompletableFuture[]::new);
          devices.clear();
          waiters.forEach(waiter -> waiter.synced.cancel(false));
          waiters.clear();
          var unused =
              CompletableFuture.allOf(closing).whenComplete((all, error) -> done.complete(null));
        });
    // What is left after that time is dropped with the threads.
    done.completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS).join();
    threads.close();
  }

  private void execute(Runnable task) {
    // Queued before the hop: the executor's threads overtake each other.
    context.executeLater(task);
    threads.executor().execute(context::drain);
  }

  private void follow(Intent next) {
    if (closed || next.revision() < intent.revision()) {
      return;
    }
    intent = next;
    for (String deviceId : List.copyOf(devices.keySet())) {
      if (!next.devices().containsKey(deviceId)) {
        logger.info("{}: left the intent; its session is closed", deviceId);
        remove(deviceId);
        statuses.remove(deviceId);
        listeners.forEach(listener -> listener.onRemoved(deviceId));
      }
    }
    next.devices().values().forEach(this::follow);
    tellWaiters();
  }

  private void follow(Device device) {
    ManagedDevice managed = devices.get(device.id());
    if (managed != null && managed.isReachedAs(device)) {
      managed.onIntent(intent);
      return;
    }
    if (managed != null) {
      logger.info("{}: is reached in another way now; its session is replaced", device.id());
      remove(device.id());
    }
    ManagedDevice fresh = new ManagedDevice(device);
    devices.put(device.id(), fresh);
    onStatus(fresh, DeviceStatus.initial(device.id()));
    fresh.start();
  }

  private void remove(String deviceId) {
    var unused = devices.remove(deviceId).close();
  }

  private void onStatus(ManagedDevice from, DeviceStatus status) {
    // A session that was replaced may have had this under way.
    if (devices.get(status.deviceId()) == from) {
      statuses.put(status.deviceId(), status);
      tellWaiters();
      listeners.forEach(listener -> listener.onStatus(status));
    }
  }

  private void tellWaiters() {
    waiters.removeIf(
        waiter -> {
          if (waiter.synced.isDone()) {
            return true; // Its caller gave up.
          }
          if (intent.revision() >= waiter.revision) {
            for (String deviceId : waiter.deviceIds) {
              if (!intent.devices().containsKey(deviceId)) {
                waiter.synced.completeExceptionally(noSuchDevice(deviceId));
                return true;
              }
            }
          }
          boolean synced =
              waiter.deviceIds.stream()
                  .map(statuses::get)
                  .allMatch(s -> s != null && s.syncedRevision() >= waiter.revision);
          return synced && waiter.synced.complete(null);
        });
  }

  private static NoSuchElementException noSuchDevice(String deviceId) {
    return new NoSuchElementException("the intent has no device \"" + deviceId + "\"");
  }

  /** One device with its context; created inside the manager's. */
  private final class ManagedDevice {
    private final Device device;
    private final DeviceContext own;
    private final DeviceReconciler reconciler;

    ManagedDevice(Device device) {
      this.device = device;
      this.own = new DeviceContext(threads.executor(), threads.timer(), ticker, this::onUncaught);
      this.reconciler =
          new DeviceReconciler(
              device.id(),
              own,
              this::session,
              pipeline,
              planner,
              capabilities,
              intent,
              reconcileOptions,
              random,
              metrics,
              status -> execute(() -> onStatus(this, status)));
    }

    private P4RuntimeSession session(P4RuntimeSession.Listener listener) {
      return new P4RuntimeSession(
          own,
          channels,
          device.target(),
          device.deviceId(),
          electionId,
          sessionOptions,
          random,
          metrics,
          listener,
          packet -> packetIns.onPacketIn(device.id(), packet));
    }

    private void onUncaught(Throwable error) {
      reconciler.onDefect(error);
    }

    boolean isReachedAs(Device other) {
      return device.target().equals(other.target()) && device.deviceId() == other.deviceId();
    }

    void start() {
      own.execute(reconciler::start);
    }

    void onIntent(Intent next) {
      own.execute(() -> reconciler.onIntent(next));
    }

    void readCounters(CompletableFuture<CounterSample> counters) {
      own.execute(
          () ->
              own.whenDone(
                  reconciler.readCounters(),
                  (sample, error) -> {
                    if (error == null) {
                      counters.complete(sample);
                    } else {
                      counters.completeExceptionally(error);
                    }
                  }));
    }

    CompletableFuture<Void> close() {
      CompletableFuture<Void> done = new CompletableFuture<>();
      own.execute(
          () -> {
            reconciler.close();
            done.complete(null);
          });
      return done;
    }
  }

  /** Collects what a manager is made of; what is not set has a default. Not thread-safe. */
  public static final class Builder {
    private final IntentStore store;
    private final PipelineConfig pipeline;
    private final ElectionId electionId;
    private ChannelFactory channels;
    private ChannelCredentials credentials = NettyChannelFactory.plaintext();
    private SharedThreads threads;
    private SessionOptions sessionOptions = SessionOptions.DEFAULT;
    private ReconcileOptions reconcileOptions = ReconcileOptions.DEFAULT;
    private DeviceCapabilities capabilities;
    private PacketInListener packetIns;
    private MeterRegistry meters = new SimpleMeterRegistry();
    private Deadline.Ticker ticker = Deadline.getSystemTicker();
    private RandomGenerator random = new Random();

    private Builder(IntentStore store, PipelineConfig pipeline, ElectionId electionId) {
      this.store = requireNonNull(store, "store");
      this.pipeline = requireNonNull(pipeline, "pipeline");
      this.electionId = requireNonNull(electionId, "electionId");
      this.capabilities = pipeline.capabilities();
    }

    /**
     * For channels over TCP: clear text unless set, see {@link NettyChannelFactory}. Without effect
     * if {@link #channels} is set.
     */
    public Builder credentials(ChannelCredentials credentials) {
      this.credentials = requireNonNull(credentials, "credentials");
      return this;
    }

    /** How devices are reached; over TCP unless set. */
    public Builder channels(ChannelFactory channels) {
      this.channels = requireNonNull(channels, "channels");
      return this;
    }

    /** Threads of the caller, who shuts them down after the manager; a few own ones unless set. */
    public Builder threads(Executor executor, ScheduledExecutorService timer) {
      this.threads = SharedThreads.borrowed(executor, timer);
      return this;
    }

    /** Times and sizes of the sessions. */
    public Builder sessionOptions(SessionOptions options) {
      this.sessionOptions = requireNonNull(options, "options");
      return this;
    }

    /** Times of the control loop. */
    public Builder reconcileOptions(ReconcileOptions options) {
      this.reconcileOptions = requireNonNull(options, "options");
      return this;
    }

    /** What the devices can do; what the program has unless set. */
    public Builder capabilities(DeviceCapabilities capabilities) {
      this.capabilities = requireNonNull(capabilities, "capabilities");
      return this;
    }

    /** Told of packets that devices copy to the controller; unless set, a few are logged. */
    public Builder packetIns(PacketInListener listener) {
      this.packetIns = requireNonNull(listener, "listener");
      return this;
    }

    /** Where meters are registered, see {@link SouthboundMetrics}. */
    public Builder meters(MeterRegistry meters) {
      this.meters = requireNonNull(meters, "meters");
      return this;
    }

    /** The time that deadlines and latencies are measured by. */
    public Builder ticker(Deadline.Ticker ticker) {
      this.ticker = requireNonNull(ticker, "ticker");
      return this;
    }

    /** For the jitter of delays; thread-safe. */
    public Builder random(RandomGenerator random) {
      this.random = requireNonNull(random, "random");
      return this;
    }

    /** The manager; it does nothing before {@link SouthboundManager#start}. */
    public SouthboundManager build() {
      return new SouthboundManager(this);
    }
  }
}

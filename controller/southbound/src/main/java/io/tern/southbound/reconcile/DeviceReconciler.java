package io.tern.southbound.reconcile;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.tern.core.intent.Intent;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.core.planner.DevicePlan;
import io.tern.core.planner.DeviceState;
import io.tern.core.planner.Difference;
import io.tern.core.planner.Planner;
import io.tern.core.planner.Unsupported;
import io.tern.southbound.codec.CounterSample;
import io.tern.southbound.metrics.SouthboundMetrics;
import io.tern.southbound.reconcile.DeviceStatus.State;
import io.tern.southbound.session.DeviceContext;
import io.tern.southbound.session.ExponentialBackoff;
import io.tern.southbound.session.P4RuntimeSession;
import io.tern.southbound.session.PipelineConfig;
import io.tern.southbound.session.StatusText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one device have what the newest intent says, and keeps it so.
 *
 * <p>The loop: see to the program, read back, write the difference; then write the differences of
 * later intents against a mirror of what the device acknowledged. The device is read back again
 * after each connection, after a write that failed in part or wholly, and periodically. Intents
 * that arrive while the device is busy are not queued: only the newest counts.
 *
 * <p>Confined to the {@link DeviceContext}.
 */
public final class DeviceReconciler implements P4RuntimeSession.Listener {
  private static final Logger logger = LoggerFactory.getLogger(DeviceReconciler.class);

  /** Makes the session of a device, given what listens to it. */
  @FunctionalInterface
  public interface SessionFactory {
    P4RuntimeSession create(P4RuntimeSession.Listener listener);
  }

  /** Our program on the device, and what of it the device refuses. */
  private record Program(P4RuntimeSession.PipelineChange change, Set<Integer> unavailableIds) {}

  private final String deviceId;
  private final DeviceContext context;
  private final P4RuntimeSession session;
  private final PipelineConfig pipeline;
  private final Planner planner;

  /** What devices with our program can do, and what this one can: it may refuse some of it. */
  private final DeviceCapabilities programCapabilities;

  private DeviceCapabilities capabilities;
  private final EntityNames names;
  private final DeviceReader reader;
  private final ReconcileOptions options;
  private final ExponentialBackoff retryBackoff;
  private final SouthboundMetrics metrics;
  private final Consumer<DeviceStatus> onStatus;

  private Intent desired;
  private DeviceStatus status;
  private boolean primary;
  private boolean busy;
  private boolean closed;

  /** Grows with each loss of the connection or mastership: answers from before are void. */
  private int epoch;

  private boolean programRight;
  private boolean tellsCookie;
  private boolean readDue;
  private boolean planDue;

  /** What the device has: as it told, or as it acknowledged the whole of a plan. */
  private DeviceState mirror = DeviceState.EMPTY;

  private List<ForeignEntity> foreign = List.of();
  private DeviceContext.Timer retry;
  private DeviceContext.Timer check;

  /**
   * @param deviceId a device of {@code desired}
   * @param desired what the device should have
   * @param onStatus told, inside the context, of each new status
   */
  public DeviceReconciler(
      String deviceId,
      DeviceContext context,
      SessionFactory sessions,
      PipelineConfig pipeline,
      Planner planner,
      DeviceCapabilities capabilities,
      Intent desired,
      ReconcileOptions options,
      RandomGenerator random,
      SouthboundMetrics metrics,
      Consumer<DeviceStatus> onStatus) {
    this.deviceId = requireNonNull(deviceId, "deviceId");
    this.context = requireNonNull(context, "context");
    this.pipeline = requireNonNull(pipeline, "pipeline");
    this.planner = requireNonNull(planner, "planner");
    this.programCapabilities = requireNonNull(capabilities, "capabilities");
    this.capabilities = capabilities;
    this.desired = requireNonNull(desired, "desired");
    this.options = requireNonNull(options, "options");
    this.metrics = requireNonNull(metrics, "metrics");
    this.onStatus = requireNonNull(onStatus, "onStatus");
    this.names = new EntityNames(pipeline.p4Info());
    this.retryBackoff = new ExponentialBackoff(options.initialRetry(), options.maxRetry(), random);
    this.status = DeviceStatus.initial(deviceId);
    this.session = sessions.create(this);
    this.reader = new DeviceReader(session, pipeline.p4Info());
  }

  /** Begins; call once. */
  public void start() {
    session.start();
  }

  /** Ends the session and leaves the device as it is. Idempotent. */
  public void close() {
    context.throwIfNotInside();
    closed = true;
    forgetConnection();
    session.close();
  }

  /** Takes the newest intent, which has the device; older ones are dropped. */
  public void onIntent(Intent intent) {
    context.throwIfNotInside();
    if (closed || intent.revision() <= desired.revision()) {
      return;
    }
    desired = intent;
    planDue = true;
    step();
  }

  /** Reads the counters of the device; fails with a {@link io.grpc.StatusRuntimeException}. */
  public CompletableFuture<CounterSample> readCounters() {
    return reader.readCounters();
  }

  /** A task of the context threw: a defect here. Begins anew with the device. */
  public void onDefect(Throwable error) {
    logger.error("{}: the session is reset after an internal error", deviceId, error);
    if (!closed) {
      session.reconnect("internal error: " + error);
    }
  }

  @Override
  public void onPrimary() {
    if (closed || primary) {
      return;
    }
    logger.info("{}: this controller is the primary", deviceId);
    primary = true;
    readDue = true;
    planDue = true;
    context.whenDone(
        session.apiVersion(),
        (version, error) -> {
          if (error == null) {
            setStatus(status.withApiVersion(version));
          }
        });
    setStatus(status.with(State.SYNCING, status.problems()));
    step();
  }

  @Override
  public void onBackup(String reason) {
    if (!closed) {
      logger.warn("{}: this controller is not the primary: {}", deviceId, reason);
      forgetConnection();
      degrade("this controller is not the primary: " + reason);
    }
  }

  @Override
  public void onDisconnected(String reason, Duration retryIn) {
    if (!closed) {
      String problem = "not connected: " + reason;
      forgetConnection();
      if (status.problems().contains(problem)) {
        logger.debug("{}: still {}; next attempt in {}", deviceId, problem, retryIn);
      } else {
        logger.warn("{}: {}; next attempt in {}", deviceId, problem, retryIn);
      }
      degrade(problem);
    }
  }

  @Override
  public void onCookie(OptionalLong cookie) {
    if (closed || !primary || busy) {
      return;
    }
    tellsCookie |= cookie.isPresent();
    boolean right = cookie.isPresent() ? cookie.getAsLong() == pipeline.cookie() : !tellsCookie;
    if (programRight && !right) {
      logger.warn("{}: the device does not run our program any more", deviceId);
      programRight = false;
      readDue = true;
      planDue = true;
      setStatus(status.with(State.SYNCING, status.problems()));
      step();
    }
  }

  private void forgetConnection() {
    epoch++;
    primary = false;
    busy = false;
    programRight = false;
    retry = cancel(retry);
    check = cancel(check);
  }

  private static DeviceContext.Timer cancel(DeviceContext.Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
    return null;
  }

  /** Does what is next, if nothing is under way. */
  private void step() {
    if (closed || !primary || busy) {
      return;
    }
    if (!programRight) {
      busy = true;
      follow(
          session
              .ensurePipeline(pipeline)
              .thenCompose(
                  change -> session.unavailableIds().thenApply(ids -> new Program(change, ids))),
          "seeing to the program",
          program -> {
            programRight = true;
            tellsCookie |= program.change() == P4RuntimeSession.PipelineChange.NONE;
            capabilities = programCapabilities.without(program.unavailableIds());
            step();
          });
    } else if (readDue) {
      busy = true;
      follow(reader.readBack(), "reading back", this::compare);
    } else if (planDue) {
      reconcile(false);
    }
  }

  private void compare(DeviceReader.ReadBack readBack) {
    boolean nothingNew = !planDue && status.state() == State.IN_SYNC;
    mirror = readBack.state();
    foreign = readBack.foreign();
    readDue = false;
    check = cancel(check);
    check = context.schedule(options.checkInterval(), this::checkNow);
    reconcile(nothingNew);
  }

  private void checkNow() {
    check = null;
    readDue = true;
    step();
  }

  /**
   * Writes what the mirror lacks.
   *
   * @param nothingNew a difference means that somebody else wrote to the device
   */
  private void reconcile(boolean nothingNew) {
    Intent intent = desired;
    planDue = false;
    DevicePlan plan;
    Difference difference;
    try {
      plan = planner.plan(intent, deviceId, capabilities);
      difference = plan.diff(mirror);
    } catch (IllegalArgumentException | IllegalStateException e) {
      // A function of the intent: only another intent helps. The device stays as it is.
      logger.error("{}: revision {} cannot be planned", deviceId, intent.revision(), e);
      degrade("revision " + intent.revision() + " cannot be planned: " + e.getMessage());
      return;
    }
    if (difference.isEmpty() && foreign.isEmpty()) {
      inSync(intent, plan);
      return;
    }
    if (nothingNew) {
      int entities = difference.operations().size() + foreign.size();
      logger.warn("{}: {} entities are not as they were left", deviceId, entities);
      metrics.drift(entities);
    }
    foreign.forEach(f -> logger.warn("{}: removing foreign {}", deviceId, f.description()));
    setStatus(status.with(State.SYNCING, status.problems()));
    busy = true;
    int begun = epoch;
    RolloutWriter writer =
        new RolloutWriter(session, difference, names, this::written, () -> begun == epoch);
    follow(writer.write(foreign), "writing", result -> finish(intent, plan, result));
  }

  private void written(long updates) {
    setStatus(status.withWritten(updates));
  }

  private void finish(Intent intent, DevicePlan plan, RolloutWriter.Result result) {
    if (result.broken().isPresent()) {
      failed("writing", result.broken().get());
    } else if (result.isComplete()) {
      foreign = List.of();
      mirror = mirror.after(plan);
      inSync(intent, plan);
      step();
    } else {
      logger.warn(
          "{}: revision {} is not wholly applied; {} operations failed, the first: {}",
          deviceId,
          intent.revision(),
          result.failed().size(),
          result.problems().get(0));
      setStatus(
          status.withAttempt(
              State.DEGRADED,
              intent.revision(),
              newestFirst(result.problems(), leftOut(plan)),
              CidConfigCoverage.missing(intent, plan, result.failed())));
      retryLater();
      if (planDue) {
        step();
      }
    }
  }

  private void inSync(Intent intent, DevicePlan plan) {
    retry = cancel(retry);
    retryBackoff.reset();
    setStatus(
        status.withAttempt(
            State.IN_SYNC,
            intent.revision(),
            newestFirst(leftOut(plan), List.of()),
            CidConfigCoverage.missing(intent, plan, List.of())));
  }

  private static List<String> leftOut(DevicePlan plan) {
    return plan.unsupported().stream().map(Unsupported::message).toList();
  }

  /** The device did not do what it was asked as a whole; what it has is not known now. */
  private void failed(String doing, Status why) {
    logger.warn("{}: {} failed: {}", deviceId, doing, StatusText.of(why));
    if (why.getCode() == Status.Code.FAILED_PRECONDITION) {
      // That is how targets say that they run no program.
      programRight = false;
    }
    degrade(doing + " failed: " + StatusText.of(why));
    retryLater();
  }

  private void retryLater() {
    // Whatever comes first, the retry or a new intent, must not rely on the mirror.
    readDue = true;
    retry = cancel(retry);
    retry =
        context.schedule(
            retryBackoff.next(),
            () -> {
              retry = null;
              planDue = true;
              step();
            });
  }

  private void degrade(String problem) {
    setStatus(status.with(State.DEGRADED, newestFirst(List.of(problem), status.problems())));
  }

  private static List<String> newestFirst(List<String> newer, List<String> older) {
    List<String> all = new ArrayList<>();
    for (List<String> some : List.of(newer, older)) {
      for (String problem : some) {
        if (all.size() < DeviceStatus.MAX_PROBLEMS && !all.contains(problem)) {
          all.add(problem);
        }
      }
    }
    return all;
  }

  private void setStatus(DeviceStatus next) {
    if (!closed && !next.equals(status)) {
      status = next;
      onStatus.accept(next);
    }
  }

  /** Goes on with a result unless the connection was lost meanwhile. */
  private <T> void follow(CompletableFuture<T> future, String doing, Consumer<T> then) {
    int begun = epoch;
    context.whenDone(
        future,
        (result, error) -> {
          if (begun != epoch) {
            return;
          }
          busy = false;
          if (error == null) {
            then.accept(result);
          } else {
            failed(doing, Status.fromThrowable(error));
          }
        });
  }
}

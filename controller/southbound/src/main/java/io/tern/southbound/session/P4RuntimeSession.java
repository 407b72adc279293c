package io.tern.southbound.session;

import static java.util.Objects.requireNonNull;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.MasterArbitrationUpdate;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.PacketIn;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest.Action;
import io.tern.proto.p4.v1.StreamMessageRequest;
import io.tern.proto.p4.v1.StreamMessageResponse;
import io.tern.proto.p4.v1.Update;
import io.tern.southbound.metrics.SouthboundMetrics;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lasting session with one P4Runtime device: keeps a connection, asks for mastership on each,
 * notices when the device is gone and connects again after a delay.
 *
 * <p>Confined to the {@link DeviceContext}: every method is called inside it, the listener is
 * called inside it, and every returned future completes inside it. Nothing blocks. Each connection
 * has a channel of its own, so that nothing of a lost one (name resolution, backoff, buffered
 * calls) lives on in the next.
 */
public final class P4RuntimeSession {
  private static final Logger logger = LoggerFactory.getLogger(P4RuntimeSession.class);

  /** Told what becomes of the session. */
  public interface Listener {
    /** The device takes our writes from now on. */
    void onPrimary();

    /** The device is there, but does not take our writes. */
    void onBackup(String reason);

    /** The device is gone; a new connection is tried after {@code retryIn}. */
    void onDisconnected(String reason, Duration retryIn);

    /** A heartbeat: the cookie of the program that the device runs, if it tells. */
    void onCookie(OptionalLong cookie);
  }

  /** What {@link #ensurePipeline} did. */
  public enum PipelineChange {
    /** The device runs the program already; nothing was written. */
    NONE,
    /** The program was pushed, with what the device could keep kept. */
    RECONCILED,
    /** The program was pushed; the device has nothing but what the program brings. */
    COMMITTED
  }

  private final DeviceContext context;
  private final ChannelFactory channels;
  private final String target;
  private final long deviceId;
  private final ElectionId electionId;
  private final SessionOptions options;
  private final SouthboundMetrics metrics;
  private final Listener listener;
  private final Consumer<PacketIn> onPacketIn;
  private final ExponentialBackoff backoff;
  private Connection connection;
  private DeviceContext.Timer reconnection;
  private boolean started;

  /**
   * @param target where the device's P4Runtime server listens
   * @param deviceId P4Runtime device_id, unsigned
   * @param electionId the same for the life of the process, larger than that of every process
   *     before it
   * @param random for the jitter of the backoff
   * @param onPacketIn given each packet that the device sends; must not throw
   */
  public P4RuntimeSession(
      DeviceContext context,
      ChannelFactory channels,
      String target,
      long deviceId,
      ElectionId electionId,
      SessionOptions options,
      RandomGenerator random,
      SouthboundMetrics metrics,
      Listener listener,
      Consumer<PacketIn> onPacketIn) {
    this.context = requireNonNull(context, "context");
    this.channels = requireNonNull(channels, "channels");
    this.target = requireNonNull(target, "target");
    this.deviceId = deviceId;
    this.electionId = requireNonNull(electionId, "electionId");
    this.options = requireNonNull(options, "options");
    this.metrics = requireNonNull(metrics, "metrics");
    this.listener = requireNonNull(listener, "listener");
    this.onPacketIn = requireNonNull(onPacketIn, "onPacketIn");
    this.backoff = new ExponentialBackoff(options.initialBackoff(), options.maxBackoff(), random);
  }

  /** Begins to connect; call once. */
  public void start() {
    context.throwIfNotInside();
    if (started) {
      throw new IllegalStateException("session with " + target + " was started before");
    }
    started = true;
    connect();
  }

  /** Ends the session for good; the listener is not called any more. Idempotent. */
  public void close() {
    context.throwIfNotInside();
    if (reconnection != null) {
      reconnection.cancel();
    }
    if (connection != null) {
      connection.close();
      connection = null;
    }
  }

  /** Drops the connection, as if the device had, and connects again after the usual delay. */
  public void reconnect(String reason) {
    context.throwIfNotInside();
    if (connection != null) {
      connection.lost(reason);
    }
  }

  /**
   * Writes updates in batches; order among them is free. Completes normally whatever the device
   * says, see {@link WriteOutcome}.
   *
   * @param updates does not change until the write is complete; each is asked for when its batch is
   *     sent, and again if it must be sent once more
   */
  public CompletableFuture<WriteOutcome> write(List<Update> updates) {
    return isConnected()
        ? new BatchWriter(context, connection.calls, updates, options, metrics).start()
        : notConnected();
  }

  /** Reads what matches {@code query}; fails with a {@link io.grpc.StatusRuntimeException}. */
  public CompletableFuture<List<Entity>> read(List<Entity> query) {
    return isConnected() ? connection.calls.read(query) : notConnected();
  }

  /** The version of P4Runtime that the device says it speaks, or "". */
  public CompletableFuture<String> apiVersion() {
    return isConnected() ? connection.calls.apiVersion() : notConnected();
  }

  /**
   * IDs of tables and actions that the device refuses although its P4Info has them; fails with a
   * {@link io.grpc.StatusRuntimeException}.
   */
  public CompletableFuture<Set<Integer>> unavailableIds() {
    return isConnected() ? connection.calls.unavailableIds() : notConnected();
  }

  /**
   * Sees to it that the device runs {@code pipeline}. A device whose cookie is right is left alone.
   * One that runs another program is asked to keep what it can of its entries
   * (RECONCILE_AND_COMMIT); if it cannot, or has no program at all, it begins without any
   * (VERIFY_AND_COMMIT). Fails with a {@link io.grpc.StatusRuntimeException}.
   */
  public CompletableFuture<PipelineChange> ensurePipeline(PipelineConfig pipeline) {
    if (!isConnected()) {
      return notConnected();
    }
    P4RuntimeCalls calls = connection.calls;
    return calls
        .cookie()
        .thenCompose(
            cookie -> {
              if (cookie.isPresent() && cookie.getAsLong() == pipeline.cookie()) {
                return CompletableFuture.completedFuture(PipelineChange.NONE);
              }
              logger.info(
                  "{}: pushing the program; its cookie is {}, the device's {}",
                  target,
                  Long.toHexString(pipeline.cookie()),
                  cookie.isPresent() ? Long.toHexString(cookie.getAsLong()) : "not there");
              // There are targets that crash when they have nothing to reconcile.
              return (cookie.isPresent() ? reconcile(calls, pipeline) : commit(calls, pipeline))
                  .thenApply(
                      change -> {
                        metrics.pipelinePushed();
                        return change;
                      });
            });
  }

  private CompletableFuture<PipelineChange> reconcile(
      P4RuntimeCalls calls, PipelineConfig pipeline) {
    return calls
        .setPipeline(pipeline, Action.RECONCILE_AND_COMMIT)
        .thenApply(ok -> PipelineChange.RECONCILED)
        .exceptionallyCompose(
            error -> {
              Status status = Status.fromThrowable(error);
              return switch (status.getCode()) {
                // The target never reconciles, or not these two programs.
                case UNIMPLEMENTED, FAILED_PRECONDITION, INVALID_ARGUMENT, UNKNOWN -> {
                  logger.info("{}: cannot reconcile: {}", target, StatusText.of(status));
                  yield commit(calls, pipeline);
                }
                default -> CompletableFuture.failedFuture(status.asRuntimeException());
              };
            });
  }

  private static CompletableFuture<PipelineChange> commit(
      P4RuntimeCalls calls, PipelineConfig pipeline) {
    return calls
        .setPipeline(pipeline, Action.VERIFY_AND_COMMIT)
        .thenApply(ok -> PipelineChange.COMMITTED);
  }

  private boolean isConnected() {
    context.throwIfNotInside();
    return connection != null;
  }

  private <T> CompletableFuture<T> notConnected() {
    return CompletableFuture.failedFuture(
        Status.UNAVAILABLE.withDescription("no connection to " + target).asRuntimeException());
  }

  private void connect() {
    reconnection = null;
    ManagedChannel channel;
    try {
      channel = channels.open(target);
    } catch (IllegalArgumentException e) {
      reconnectLater("\"" + target + "\" is no target for a channel: " + e.getMessage());
      return;
    }
    connection = new Connection(channel);
    connection.open();
  }

  private void reconnectLater(String reason) {
    Duration delay = backoff.next();
    reconnection = context.schedule(delay, this::connect);
    listener.onDisconnected(reason, delay);
  }

  /** One channel with its stream; never used again once it is closed. */
  private final class Connection
      implements ClientResponseObserver<StreamMessageRequest, StreamMessageResponse> {
    private final ManagedChannel channel;
    private final P4RuntimeCalls calls;
    private ClientCallStreamObserver<StreamMessageRequest> stream;
    private DeviceContext.Timer timer;
    private boolean arbitrated;
    private boolean dead;

    Connection(ManagedChannel channel) {
      this.channel = channel;
      this.calls = new P4RuntimeCalls(context, channel, deviceId, electionId, options, metrics);
    }

    void open() {
      timer =
          context.schedule(
              options.arbitrationTimeout(),
              () ->
                  lost(
                      "no answer to the election ID within "
                          + options.arbitrationTimeout().toMillis()
                          + " ms"));
      ClientCalls.asyncBidiStreamingCall(
          channel.newCall(P4RuntimeGrpc.getStreamChannelMethod(), CallOptions.DEFAULT), this);
      stream.onNext(
          StreamMessageRequest.newBuilder()
              .setArbitration(
                  MasterArbitrationUpdate.newBuilder()
                      .setDeviceId(deviceId)
                      .setElectionId(electionId.toProto()))
              .build());
    }

    void close() {
      dead = true;
      timer.cancel();
      stream.cancel("session closed", null);
      channel.shutdownNow();
    }

    void lost(String reason) {
      if (dead) {
        return;
      }
      close();
      connection = null;
      reconnectLater(reason);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<StreamMessageRequest> requestStream) {
      // Called on the thread that opens the call, before anything else of it.
      stream = requestStream;
    }

    @Override
    public void onNext(StreamMessageResponse message) {
      context.executeHere(
          () -> {
            if (dead) {
              return;
            }
            switch (message.getUpdateCase()) {
              case ARBITRATION -> onArbitration(message.getArbitration());
              case ERROR ->
                  logger.warn(
                      "{}: the device reports on its stream: {}",
                      target,
                      message.getError().getMessage());
              case PACKET -> onPacketIn.accept(message.getPacket());
              // Digests and time-outs are for other roles than this one.
              case DIGEST, IDLE_TIMEOUT_NOTIFICATION, OTHER, UPDATE_NOT_SET -> {}
            }
          });
    }

    @Override
    public void onError(Throwable error) {
      context.executeHere(() -> lost(StatusText.of(Status.fromThrowable(error))));
    }

    @Override
    public void onCompleted() {
      context.executeHere(() -> lost("the device closed its stream"));
    }

    private void onArbitration(MasterArbitrationUpdate update) {
      if (!arbitrated) {
        arbitrated = true;
        timer.cancel();
        awaitHeartbeat();
      }
      Status status = Status.fromCodeValue(update.getStatus().getCode());
      if (status.isOk()) {
        listener.onPrimary();
        return;
      }
      String primary =
          status.getCode() == Status.Code.NOT_FOUND
              ? "there is no primary, and the device has seen a larger one than ours"
              : "the primary has " + ElectionId.describe(update.getElectionId());
      listener.onBackup("our election ID is " + electionId + "; " + primary);
    }

    private void awaitHeartbeat() {
      timer = context.schedule(options.heartbeatInterval(), this::heartbeat);
    }

    private void heartbeat() {
      if (calls.outstanding() > 0) {
        // Whatever is under way has a deadline of its own; a busy device may be slow with more.
        awaitHeartbeat();
        return;
      }
      context.whenDone(
          calls.cookie(),
          (cookie, error) -> {
            if (dead) {
              return;
            }
            if (error == null) {
              backoff.reset();
              awaitHeartbeat();
              listener.onCookie(cookie);
              return;
            }
            Status status = Status.fromThrowable(error);
            switch (status.getCode()) {
              case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED ->
                  lost("no heartbeat: " + StatusText.of(status));
              default -> awaitHeartbeat();
            }
          });
    }
  }
}

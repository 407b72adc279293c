package io.tern.quicserver;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.tern.proto.v1.QuicServerConfig;
import io.tern.proto.v1.QuicServerServiceGrpc;
import io.tern.proto.v1.StreamQuicServerConfigRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subscription of one QUIC server to its own configuration. Thread-safe.
 *
 * <p>The last legal configuration stays in force whatever happens: when the stream breaks, the
 * client connects again after 0.05 to 5 seconds, for as long as it takes, and a message that breaks
 * a rule is refused without ending the stream. Along one stream revisions do not fall; a controller
 * that was restored from an older store may start a new stream below the last revision.
 *
 * <p>Channel and scheduler are the caller's and are not shut down. Give the channel keep-alive
 * (within what the controller permits): a controller whose machine vanishes ends no stream.
 * Messages carry keys: outside of tests the channel has TLS with a client certificate.
 */
public final class QuicServerConfigClient implements AutoCloseable {
  /** The controller sends the current configuration at once: a stream that does not is given up. */
  static final Duration FIRST_MESSAGE_TIMEOUT = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(QuicServerConfigClient.class);

  private final Channel channel;
  private final StreamQuicServerConfigRequest request;
  private final ScheduledExecutorService scheduler;
  private final CompletableFuture<ServerConfig> first = new CompletableFuture<>();
  private final SynchronizationContext context =
      new SynchronizationContext(
          (thread, e) -> log.error("configuration client of {} failed", backend(), e));

  private volatile ServerConfig current;

  // All of these are touched inside `context` only.
  private final ReconnectBackoff backoff;
  private final List<ServerConfigListener> listeners = new ArrayList<>();
  private Subscription subscription;
  private SynchronizationContext.ScheduledHandle timer;
  private boolean started;
  private boolean closed;

  /**
   * A client that does nothing until {@link #start}.
   *
   * @param backend "pools/{pool}/backends/{backend}"
   * @param scheduler runs time-outs and reconnections
   */
  public QuicServerConfigClient(
      Channel channel, String backend, ScheduledExecutorService scheduler) {
    this(channel, backend, scheduler, () -> ThreadLocalRandom.current().nextDouble());
  }

  /** A client with this source of jitter, 0 (inclusive) to 1. */
  QuicServerConfigClient(
      Channel channel, String backend, ScheduledExecutorService scheduler, DoubleSupplier jitter) {
    this.channel = requireNonNull(channel, "channel");
    this.request =
        StreamQuicServerConfigRequest.newBuilder()
            .setBackend(requireNonNull(backend, "backend"))
            .build();
    this.scheduler = requireNonNull(scheduler, "scheduler");
    this.backoff = new ReconnectBackoff(jitter);
  }

  /**
   * Opens the stream. A second call, or one after {@link #close}, has no effect.
   *
   * @return this
   */
  @CanIgnoreReturnValue
  public QuicServerConfigClient start() {
    context.execute(
        () -> {
          if (!started && !closed) {
            started = true;
            subscribe();
          }
        });
    return this;
  }

  /** The last legal configuration; empty until the first one came. */
  public Optional<ServerConfig> current() {
    return Optional.ofNullable(current);
  }

  /**
   * The first legal configuration, after all listeners of that time have heard of it. Fails with a
   * {@link CancellationException} as the cause if the client is closed before it came.
   */
  public CompletableFuture<ServerConfig> first() {
    return first.copy();
  }

  /** Adds a listener; it hears the current configuration first, if there is one. */
  public void addListener(ServerConfigListener listener) {
    requireNonNull(listener, "listener");
    context.execute(
        () -> {
          listeners.add(listener);
          if (current != null) {
            tell(listener, l -> l.onConfig(current));
          }
        });
  }

  /** Ends the stream; listeners hear nothing more. The last configuration can still be read. */
  @Override
  public void close() {
    context.execute(
        () -> {
          closed = true;
          stopTimer();
          listeners.clear();
          if (subscription != null) {
            Subscription last = subscription;
            subscription = null;
            last.cancel("the QUIC server closed its configuration client");
          }
          first.completeExceptionally(
              new CancellationException("closed before the first configuration came"));
        });
  }

  private void subscribe() {
    Subscription next = new Subscription();
    subscription = next;
    timer = after(FIRST_MESSAGE_TIMEOUT, next::giveUp);
    QuicServerServiceGrpc.newStub(channel).streamQuicServerConfig(request, next);
  }

  private void resubscribe() {
    // A channel backs off on its own, up to two minutes, and fails calls meanwhile.
    if (channel instanceof ManagedChannel managed) {
      managed.resetConnectBackoff();
    }
    subscribe();
  }

  /**
   * Code, description and first cause in one line: a status with its stack traces fills a screen.
   */
  private static String reason(Status status) {
    String code = status.getCode().toString();
    String text = status.getDescription() == null ? code : code + ": " + status.getDescription();
    return status.getCause() == null ? text : text + " (" + status.getCause().getMessage() + ")";
  }

  private void ended(Status status) {
    stopTimer();
    subscription = null;
    Duration delay = backoff.next();
    log.warn(
        "configuration stream of {} broke: {}; next attempt in {} ms, {}",
        backend(),
        reason(status),
        delay.toMillis(),
        current == null
            ? "no configuration yet"
            : "revision " + current.revision() + " stays in force");
    timer = after(delay, this::resubscribe);
    tellAll(listener -> listener.onDisconnected(status, delay));
  }

  private void adopt(ServerConfig config) {
    ServerConfig previous = current;
    if (previous != null && config.revision() < previous.revision()) {
      log.warn(
          "controller of {} went back from revision {} to {}",
          backend(),
          previous.revision(),
          config.revision());
    }
    current = config;
    log.info(
        "{} has configuration revision {}: {} CID configurations, issues {}",
        backend(),
        config.revision(),
        config.cids().size(),
        config
            .issue()
            .map(cid -> "codepoint " + cid.config().codepoint())
            .orElse("unroutable CIDs"));
    tellAll(listener -> listener.onConfig(config));
    first.complete(config);
  }

  private void refuse(InvalidServerConfigException reason) {
    log.error(
        "configuration of {} is refused, the last one stays: {}", backend(), reason.getMessage());
    tellAll(listener -> listener.onRefused(reason));
  }

  private void tellAll(Consumer<ServerConfigListener> event) {
    // A listener may close the client, which clears the list.
    for (ServerConfigListener listener : List.copyOf(listeners)) {
      tell(listener, event);
    }
  }

  private void tell(ServerConfigListener listener, Consumer<ServerConfigListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      log.error("listener of the configuration of {} failed: {}", backend(), e.getMessage(), e);
    }
  }

  private SynchronizationContext.ScheduledHandle after(Duration delay, Runnable task) {
    return context.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS, scheduler);
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private String backend() {
    return request.getBackend();
  }

  /** One stream. What it says counts only while it is the current one. */
  private final class Subscription
      implements ClientResponseObserver<StreamQuicServerConfigRequest, QuicServerConfig> {
    private ClientCallStreamObserver<StreamQuicServerConfigRequest> call;
    private long lastRevision = -1;

    @Override
    public void beforeStart(ClientCallStreamObserver<StreamQuicServerConfigRequest> started) {
      call = started;
    }

    @Override
    public void onNext(QuicServerConfig message) {
      ifCurrent(() -> received(message));
    }

    @Override
    public void onError(Throwable error) {
      ifCurrent(() -> ended(Status.fromThrowable(error)));
    }

    @Override
    public void onCompleted() {
      ifCurrent(
          () -> ended(Status.UNAVAILABLE.withDescription("the controller completed the stream")));
    }

    private void received(QuicServerConfig message) {
      stopTimer();
      try {
        ServerConfig config = ServerConfigReader.read(message);
        if (config.revision() < lastRevision) {
          throw new InvalidServerConfigException(
              "revision "
                  + config.revision()
                  + " came after revision "
                  + lastRevision
                  + "; it must not fall along a stream");
        }
        lastRevision = config.revision();
        backoff.reset();
        adopt(config);
      } catch (InvalidServerConfigException e) {
        refuse(e);
      }
    }

    private void giveUp() {
      if (this == subscription) {
        String reason =
            "no configuration came within "
                + FIRST_MESSAGE_TIMEOUT.toSeconds()
                + " s after the stream was opened";
        ended(Status.DEADLINE_EXCEEDED.withDescription(reason));
        cancel(reason);
      }
    }

    private void cancel(String reason) {
      call.cancel(reason, null);
    }

    private void ifCurrent(Runnable event) {
      context.execute(
          () -> {
            if (this == subscription) {
              event.run();
            }
          });
    }
  }
}

package io.tern.northbound.stream;

import static java.util.Objects.requireNonNull;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tern.core.intent.IntentStore;
import io.tern.core.intent.IntentStore.Subscription;
import io.tern.northbound.error.ApiErrors;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * The open streams of a server. Thread-safe.
 *
 * <p>A stream never holds up the store or another stream; see {@link IntentStream}.
 */
public final class IntentStreams {
  /** Intents that may wait for the reader of a stream that is to see each change. */
  public static final int EACH_CHANGE = 64;

  /** For a stream whose reader wants the newest state and nothing else. */
  public static final int NEWEST_ONLY = 1;

  private final IntentStore store;
  private final Executor executor;
  private final Set<IntentStream<?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param executor runs what streams send; never the thread of a caller
   */
  public IntentStreams(IntentStore store, Executor executor) {
    this.store = requireNonNull(store, "store");
    this.executor = requireNonNull(executor, "executor");
  }

  /**
   * Serves a stream until its reader leaves, its projection ends it, or {@link #close()}. Must be
   * called within the service method that was given the observer.
   *
   * @param capacity {@link #EACH_CHANGE} or {@link #NEWEST_ONLY}
   */
  public <M> void serve(StreamObserver<M> observer, Projection<M> projection, int capacity) {
    serve(observer, projection, capacity, refresh -> () -> {});
  }

  /**
   * As above, for a projection that shows more than the intent.
   *
   * @param moreChanges is given what to call when something else than the intent has changed
   */
  public <M> void serve(
      StreamObserver<M> observer,
      Projection<M> projection,
      int capacity,
      Function<Runnable, Subscription> moreChanges) {
    // So that the handler of its end can name it.
    IntentStream<?>[] self = new IntentStream<?>[1];
    IntentStream<M> stream =
        new IntentStream<>(
            (ServerCallStreamObserver<M>) observer,
            projection,
            executor,
            capacity,
            () -> open.remove(self[0]));
    self[0] = stream;
    open.add(stream);
    if (closed) {
      stream.end(goingAway());
      return;
    }
    stream.own(moreChanges.apply(stream::refresh));
    stream.own(store.subscribe(stream::offer));
  }

  /** Number of open streams. */
  public int count() {
    return open.size();
  }

  /** Ends all streams with UNAVAILABLE: their readers connect again, to whoever serves then. */
  public void close() {
    closed = true;
    open.forEach(stream -> stream.end(goingAway()));
  }

  private static StatusRuntimeException goingAway() {
    return ApiErrors.unavailable(
        "SHUTTING_DOWN", "the controller is shutting down; connect again for the newest state");
  }
}

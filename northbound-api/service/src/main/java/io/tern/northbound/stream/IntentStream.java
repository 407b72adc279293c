package io.tern.northbound.stream;

import static java.util.Objects.requireNonNull;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentStore.Subscription;
import io.tern.northbound.error.Incidents;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server stream that follows the intent. Thread-safe.
 *
 * <p>It sends as fast as its reader takes (HTTP/2 flow control) and never holds up anyone else:
 * intents wait in a bounded queue. When that is full, all that wait are dropped for the newest one;
 * the reader then gets the sum of their changes, resource by resource. So a slow reader costs
 * bounded memory, may miss what came and went in between, and always ends up with the newest state.
 *
 * <p>The work is done on an executor, by one thread at a time.
 */
final class IntentStream<M> {
  private static final Logger log = LoggerFactory.getLogger(IntentStream.class);

  private final ServerCallStreamObserver<M> observer; // Used by the one thread that drains.
  private final Projection<M> projection; // Likewise.
  private final Executor executor;
  private final int capacity;
  private final Runnable onEnd;

  /** Calls of {@link #schedule} that {@link #drain} has not answered; 0: nobody drains. */
  private final AtomicInteger wanted = new AtomicInteger();

  private Iterator<M> messages = Collections.emptyIterator(); // Used by the thread that drains.

  private final Object lock = new Object();
  private final Queue<Intent> waiting = new ArrayDeque<>(); // Under lock.
  private Intent newest; // Under lock.
  private StatusRuntimeException end; // Under lock; the stream is to be ended with it.
  private boolean ended; // Under lock.
  private Subscription subscription; // Under lock.

  /**
   * @param capacity intents that may wait
   * @param onEnd called once when the stream has ended, whoever ended it
   */
  IntentStream(
      ServerCallStreamObserver<M> observer,
      Projection<M> projection,
      Executor executor,
      int capacity,
      Runnable onEnd) {
    this.observer = requireNonNull(observer, "observer");
    this.projection = requireNonNull(projection, "projection");
    this.executor = requireNonNull(executor, "executor");
    this.capacity = capacity;
    this.onEnd = requireNonNull(onEnd, "onEnd");
    // gRPC takes these only until the method returns that was called with the observer.
    observer.setOnReadyHandler(this::schedule);
    observer.setOnCancelHandler(this::finish);
  }

  /** Gives it what to close when it ends. */
  void own(Subscription subscription) {
    synchronized (lock) {
      if (!ended) {
        Subscription before = this.subscription;
        this.subscription =
            before == null
                ? subscription
                : () -> {
                  before.close();
                  subscription.close();
                };
        return;
      }
    }
    subscription.close();
  }

  /** Offers a new intent; never blocks. */
  void offer(Intent intent) {
    synchronized (lock) {
      if (ended) {
        return;
      }
      if (waiting.size() == capacity) {
        waiting.clear();
      }
      waiting.add(intent);
      newest = intent;
    }
    schedule();
  }

  /** Asks for another look at the newest intent, because something beside it has changed. */
  void refresh() {
    synchronized (lock) {
      // An intent that waits will be looked at anyway.
      if (ended || newest == null || !waiting.isEmpty()) {
        return;
      }
      waiting.add(newest);
    }
    schedule();
  }

  /** Ends the stream with an error as soon as the thread that drains sees it; never blocks. */
  void end(StatusRuntimeException status) {
    synchronized (lock) {
      if (ended || end != null) {
        return;
      }
      end = status;
    }
    schedule();
  }

  private void schedule() {
    if (wanted.getAndIncrement() == 0) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException e) {
        log.debug("the server has ended: its streams are not served any more");
      }
    }
  }

  private void drain() {
    int seen = wanted.get();
    do {
      try {
        sendWhileReady();
      } catch (RuntimeException e) {
        fail(Incidents.toStatus(e, "a stream of the intent"));
      }
      seen = wanted.addAndGet(-seen);
    } while (seen != 0);
  }

  private void sendWhileReady() {
    while (true) {
      Intent next = null;
      StatusRuntimeException failure;
      synchronized (lock) {
        if (ended) {
          return;
        }
        failure = end;
        if (failure == null && observer.isReady() && !messages.hasNext()) {
          next = waiting.poll();
        }
      }
      if (failure != null) {
        fail(failure);
        return;
      }
      if (!observer.isReady()) {
        return; // The ready handler schedules again.
      }
      if (next != null) {
        messages = projection.messages(next);
      } else if (messages.hasNext()) {
        observer.onNext(messages.next());
      } else {
        return;
      }
    }
  }

  private void fail(StatusRuntimeException status) {
    if (finish()) {
      observer.onError(status);
    }
  }

  /** Returns true if the stream had not ended before. */
  private boolean finish() {
    Subscription owned;
    synchronized (lock) {
      if (ended) {
        return false;
      }
      ended = true;
      waiting.clear();
      newest = null;
      owned = subscription;
    }
    if (owned != null) {
      owned.close();
    }
    onEnd.run();
    return true;
  }
}

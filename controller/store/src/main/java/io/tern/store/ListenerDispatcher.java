package io.tern.store;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentStore.Listener;
import io.tern.core.intent.IntentStore.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls listeners on one thread of its own, in the order of the calls of {@link #publish} and
 * {@link #add}. These never wait for a listener, so a slow one delays other listeners, never a
 * writer. A listener that throws is logged and stays subscribed.
 */
final class ListenerDispatcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ListenerDispatcher.class);
  private static final int BACKLOG_WORTH_A_WARNING = 1_000;
  private static final long CLOSE_TIMEOUT_SECONDS = 5;

  private final LinkedBlockingQueue<Runnable> backlog = new LinkedBlockingQueue<>();
  private final ExecutorService executor =
      new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, backlog, ListenerDispatcher::newThread);
  private final List<Entry> entries = new CopyOnWriteArrayList<>();

  /** The thread on which listeners run, while they do. */
  private volatile Thread delivering;

  private static final class Entry implements Subscription {
    final Listener listener;
    volatile boolean closed;

    Entry(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "tern-intent-listeners");
    thread.setDaemon(true);
    return thread;
  }

  /** Tells {@code listener} of {@code current}, and then of all that is published after this. */
  Subscription add(Listener listener, Intent current) {
    Entry entry = new Entry(requireNonNull(listener, "listener"));
    enqueue(
        () -> {
          entries.add(entry);
          deliver(entry, current);
        });
    return entry;
  }

  void publish(Intent intent) {
    enqueue(() -> entries.forEach(entry -> deliver(entry, intent)));
    int waiting = backlog.size();
    if (waiting >= BACKLOG_WORTH_A_WARNING && waiting % BACKLOG_WORTH_A_WARNING == 0) {
      log.warn("{} revisions wait for a slow intent listener", waiting);
    }
  }

  private void enqueue(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("store is closed: listeners are not told");
    }
  }

  private void deliver(Entry entry, Intent intent) {
    if (entry.closed) {
      entries.remove(entry);
      return;
    }
    delivering = Thread.currentThread();
    try {
      entry.listener.onIntent(intent);
    } catch (RuntimeException e) {
      log.error("intent listener failed on revision {}", intent.revision(), e);
    } finally {
      delivering = null;
    }
  }

  /** Delivers what is queued, for a bounded time, and ends. */
  @Override
  public void close() {
    executor.shutdown();
    if (delivering == Thread.currentThread()) {
      return; // A listener closes its store: it cannot wait for itself.
    }
    try {
      if (!executor.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        log.warn(
            "an intent listener is still busy after {} s; {} revisions are not delivered",
            CLOSE_TIMEOUT_SECONDS,
            executor.shutdownNow().size());
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}

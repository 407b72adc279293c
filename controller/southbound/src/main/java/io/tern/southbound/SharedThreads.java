package io.tern.southbound;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The few threads that all devices share: an executor for work and a timer that only hands work
 * over. Work that comes after {@link #close} is dropped.
 */
final class SharedThreads implements AutoCloseable {
  private final Executor executor;
  private final ScheduledExecutorService timer;
  private final Runnable shutdown;

  private SharedThreads(Executor executor, ScheduledExecutorService timer, Runnable shutdown) {
    this.executor = requireNonNull(executor, "executor");
    this.timer = requireNonNull(timer, "timer");
    this.shutdown = shutdown;
  }

  /** Threads of somebody else, who shuts them down. */
  static SharedThreads borrowed(Executor executor, ScheduledExecutorService timer) {
    return new SharedThreads(executor, timer, () -> {});
  }

  /** As many workers as processors, two at least, and a timer; none keeps the JVM alive. */
  static SharedThreads own() {
    int workers = Math.max(2, Runtime.getRuntime().availableProcessors());
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            workers,
            workers,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            daemons("tern-southbound-"),
            new ThreadPoolExecutor.DiscardPolicy());
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, daemons("tern-southbound-timer-"), new ThreadPoolExecutor.DiscardPolicy());
    timer.setRemoveOnCancelPolicy(true);
    return new SharedThreads(
        executor,
        timer,
        () -> {
          timer.shutdownNow();
          executor.shutdown();
        });
  }

  private static ThreadFactory daemons(String prefix) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  Executor executor() {
    return executor;
  }

  ScheduledExecutorService timer() {
    return timer;
  }

  @Override
  public void close() {
    shutdown.run();
  }
}

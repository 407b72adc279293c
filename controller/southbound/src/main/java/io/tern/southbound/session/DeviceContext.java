package io.tern.southbound.session;

import static java.util.Objects.requireNonNull;

import io.grpc.Deadline;
import io.grpc.SynchronizationContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Confines the state of one device: everything submitted runs one after the other, never two at
 * once, in the order of submission. Devices share the executor and the timer, so no device owns a
 * thread.
 *
 * <p>Thread-safe. Timers only submit; work runs on the executor, so that a long computation for one
 * device does not delay the timers of others.
 */
public final class DeviceContext {
  private final SynchronizationContext context;
  private final Executor executor;
  private final ScheduledExecutorService timer;
  private final Deadline.Ticker ticker;

  /**
   * @param executor runs the work; shared by all devices
   * @param timer submits delayed work; shared by all devices
   * @param ticker the time that deadlines are measured by
   * @param onUncaught told, inside this context, of what a task throws
   */
  public DeviceContext(
      Executor executor,
      ScheduledExecutorService timer,
      Deadline.Ticker ticker,
      Consumer<Throwable> onUncaught) {
    this.executor = requireNonNull(executor, "executor");
    this.timer = requireNonNull(timer, "timer");
    this.ticker = requireNonNull(ticker, "ticker");
    requireNonNull(onUncaught, "onUncaught");
    this.context = new SynchronizationContext((thread, e) -> onUncaught.accept(e));
  }

  /** Delayed work. */
  public final class Timer {
    private final ScheduledFuture<?> future;
    private boolean cancelled;

    private Timer(Duration delay, Runnable task) {
      Runnable unlessCancelled =
          () -> {
            if (!cancelled) {
              task.run();
            }
          };
      this.future =
          timer.schedule(() -> execute(unlessCancelled), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** From inside the context: the work will not run. */
    public void cancel() {
      throwIfNotInside();
      cancelled = true;
      future.cancel(false);
    }
  }

  /** Runs {@code task} inside, on a thread of the executor. */
  public void execute(Runnable task) {
    // Queued before the hop: the executor's threads overtake each other.
    context.executeLater(task);
    executor.execute(context::drain);
  }

  /** Runs {@code task} inside, maybe on this thread, which must be one of the executor's. */
  void executeHere(Runnable task) {
    context.execute(task);
  }

  /** Runs {@code task} inside after {@code delay}. */
  public Timer schedule(Duration delay, Runnable task) {
    return new Timer(delay, task);
  }

  /**
   * States that the caller is inside.
   *
   * @throws IllegalStateException if it is not
   */
  public void throwIfNotInside() {
    context.throwIfNotInThisSynchronizationContext();
  }

  /**
   * Runs {@code action} inside once {@code future} is done; what it throws is not swallowed, as a
   * future would.
   */
  public <T> void whenDone(
      CompletableFuture<T> future, BiConsumer<? super T, ? super Throwable> action) {
    var unused =
        future.whenComplete((result, error) -> context.execute(() -> action.accept(result, error)));
  }

  Deadline deadlineAfter(Duration duration) {
    return Deadline.after(duration.toNanos(), TimeUnit.NANOSECONDS, ticker);
  }

  /** Monotonic nanoseconds. */
  public long nanoTime() {
    return ticker.nanoTime();
  }
}

package io.tern.app.endpoint;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * The end of a command that serves until it is told to stop: by SIGTERM, by SIGINT, or by {@link
 * #now}. Thread-safe.
 */
public final class ServiceEnd {
  /** Long enough for streams to end, and no longer: whoever sent SIGTERM waits. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final CountDownLatch end = new CountDownLatch(1);

  /** Ends the command as a signal does. */
  public void now() {
    end.countDown();
  }

  /**
   * Waits for the end, and then keeps the process alive until the calling thread is done, for some
   * seconds.
   *
   * @param ending run first when it is the process that ends
   */
  public void await(String command, Runnable ending) throws InterruptedException {
    requireNonNull(ending, "ending");
    Thread main = Thread.currentThread();
    Thread hook =
        new Thread(
            () -> {
              end.countDown();
              try {
                main.join(GRACE.toMillis());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            command + " shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    end.await();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, and the hook waits for this thread.
      ending.run();
    }
  }
}

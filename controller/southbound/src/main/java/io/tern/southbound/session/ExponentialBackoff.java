package io.tern.southbound.session;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Delays that double up to a bound. Each is drawn evenly from the upper half of its range, so that
 * many devices that were lost together do not come back together. Not thread-safe.
 */
public final class ExponentialBackoff {
  private final long initialNanos;
  private final long maxNanos;
  private final RandomGenerator random;
  private long rangeNanos;

  /**
   * @param initial range of the first delay, positive
   * @param max bound of every delay, at least {@code initial}
   */
  public ExponentialBackoff(Duration initial, Duration max, RandomGenerator random) {
    this.initialNanos = initial.toNanos();
    this.maxNanos = max.toNanos();
    this.random = requireNonNull(random, "random");
    if (initialNanos <= 0 || maxNanos < initialNanos) {
      throw new IllegalArgumentException(
          "backoff goes from " + initial + " to " + max + "; it must be positive and grow");
    }
    this.rangeNanos = initialNanos;
  }

  /** The next delay: from half of the range up to all of it. */
  public Duration next() {
    long half = rangeNanos / 2;
    long delay = half + random.nextLong(rangeNanos - half + 1);
    rangeNanos = rangeNanos > maxNanos / 2 ? maxNanos : rangeNanos * 2;
    return Duration.ofNanos(delay);
  }

  /** Begins again with the first delay. */
  public void reset() {
    rangeNanos = initialNanos;
  }
}

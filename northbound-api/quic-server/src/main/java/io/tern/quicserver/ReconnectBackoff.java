package io.tern.quicserver;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Delays between attempts: they double from 100 ms to 5 s, and each is drawn from the upper half of
 * its range, so that servers that lost their controller together do not come back together. Not
 * thread-safe.
 */
final class ReconnectBackoff {
  static final Duration FIRST = Duration.ofMillis(100);
  static final Duration MAX = Duration.ofSeconds(5);

  private final DoubleSupplier random;
  private Duration range = FIRST;

  /**
   * A backoff in its initial state.
   *
   * @param random 0 (inclusive) to 1
   */
  ReconnectBackoff(DoubleSupplier random) {
    this.random = requireNonNull(random, "random");
  }

  /** The delay before the next attempt. */
  Duration next() {
    long half = range.toNanos() / 2;
    Duration delay = Duration.ofNanos(half + (long) (half * random.getAsDouble()));
    Duration doubled = range.multipliedBy(2);
    range = doubled.compareTo(MAX) < 0 ? doubled : MAX;
    return delay;
  }

  /** An attempt succeeded. */
  void reset() {
    range = FIRST;
  }
}

package io.tern.southbound.reconcile;

import java.time.Duration;

/**
 * Times of the control loop.
 *
 * @param checkInterval how often a device that is right is read back, in case somebody else wrote
 *     to it
 * @param initialRetry first delay before what a device refused is tried again
 * @param maxRetry largest such delay
 */
public record ReconcileOptions(Duration checkInterval, Duration initialRetry, Duration maxRetry) {
  public static final ReconcileOptions DEFAULT =
      new ReconcileOptions(Duration.ofSeconds(60), Duration.ofSeconds(1), Duration.ofSeconds(60));

  public ReconcileOptions {
    if (checkInterval.isNegative() || checkInterval.isZero()) {
      throw new IllegalArgumentException(
          "check interval is " + checkInterval + "; it must be positive");
    }
  }
}

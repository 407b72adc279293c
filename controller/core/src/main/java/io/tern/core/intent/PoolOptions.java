package io.tern.core.intent;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * What a pool wants of the data planes beyond routing by CID. Immutable.
 *
 * @param forwarding how packets get to the backends
 * @param countMigrated whether devices count the packets that a balancer without CIDs would have
 *     sent to another backend; it costs them a look-up more for each routed packet
 * @param replicateIcmpErrors whether an ICMP error that names no backend goes to all of them;
 *     otherwise it goes where the quoted packet's answers go
 * @param stateTimeout how long after its last packet a device remembers where an unroutable DCID
 *     and a 4-tuple went: 1 second to 1 day in whole microseconds; empty: not at all
 * @param checkCidLength whether a CID is routable only if the length that its first octet describes
 *     is its configuration's; every configuration of the pool must self-describe then
 */
public record PoolOptions(
    Forwarding forwarding,
    boolean countMigrated,
    boolean replicateIcmpErrors,
    Optional<Duration> stateTimeout,
    boolean checkCidLength) {
  public static final Duration MIN_STATE_TIMEOUT = Duration.ofSeconds(1);
  public static final Duration MAX_STATE_TIMEOUT = Duration.ofDays(1);

  /** L2, migrations counted, and nothing else. */
  public static final PoolOptions DEFAULT =
      new PoolOptions(new Forwarding.L2(), true, false, Optional.empty(), false);

  public PoolOptions {
    requireNonNull(forwarding, "forwarding");
    requireNonNull(stateTimeout, "stateTimeout");
    stateTimeout.ifPresent(PoolOptions::checkStateTimeout);
  }

  /**
   * Returns {@code timeout} if it may be a state time-out.
   *
   * @throws IllegalArgumentException if not
   */
  public static Duration checkStateTimeout(Duration timeout) {
    if (timeout.compareTo(MIN_STATE_TIMEOUT) < 0
        || timeout.compareTo(MAX_STATE_TIMEOUT) > 0
        || !timeout.equals(timeout.truncatedTo(ChronoUnit.MICROS))) {
      throw new IllegalArgumentException(
          "state time-out is "
              + timeout
              + "; it must be 1 second to 1 day (86400 s), in whole microseconds");
    }
    return timeout;
  }

  /** True if packets leave translated. */
  public boolean isNat() {
    return forwarding instanceof Forwarding.Nat;
  }

  /** The same options with another way to the backends. */
  public PoolOptions withForwarding(Forwarding forwarding) {
    return new PoolOptions(
        forwarding, countMigrated, replicateIcmpErrors, stateTimeout, checkCidLength);
  }

  /** The same options, migrations counted or not. */
  public PoolOptions withCountMigrated(boolean countMigrated) {
    return new PoolOptions(
        forwarding, countMigrated, replicateIcmpErrors, stateTimeout, checkCidLength);
  }

  /** The same options, ICMP errors replicated or not. */
  public PoolOptions withReplicateIcmpErrors(boolean replicateIcmpErrors) {
    return new PoolOptions(
        forwarding, countMigrated, replicateIcmpErrors, stateTimeout, checkCidLength);
  }

  /** The same options with another state time-out. */
  public PoolOptions withStateTimeout(Optional<Duration> stateTimeout) {
    return new PoolOptions(
        forwarding, countMigrated, replicateIcmpErrors, stateTimeout, checkCidLength);
  }

  /** The same options, lengths of CIDs checked or not. */
  public PoolOptions withCheckCidLength(boolean checkCidLength) {
    return new PoolOptions(
        forwarding, countMigrated, replicateIcmpErrors, stateTimeout, checkCidLength);
  }
}

package io.tern.embedded.engine;

import io.tern.embedded.engine.DataPlane.MeterRates;

/**
 * A two-rate three-colour marker without pre-colour, RFC 2698. Packet thread only.
 *
 * <p>Tokens are whole, as simple_switch counts them, and no part of one is lost between packets:
 * how often the meter is asked does not change what it lets through.
 */
final class Meter {
  static final int GREEN = 0;
  static final int YELLOW = 1;
  static final int RED = 2;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final Bucket committed;
  private final Bucket peak;
  private long last;

  /** With full buckets. */
  Meter(MeterRates rates, long nanoTime) {
    this.committed = new Bucket(rates.committedRate(), rates.committedBurst());
    this.peak = new Bucket(rates.peakRate(), rates.peakBurst());
    this.last = nanoTime;
  }

  /**
   * @param size of the packet: its octets, or 1 for a meter of packets
   */
  int colour(long size, long nanoTime) {
    long elapsed = Math.max(0, nanoTime - last);
    last = nanoTime;
    committed.fill(elapsed);
    peak.fill(elapsed);
    if (!peak.take(size)) {
      return RED;
    }
    return committed.take(size) ? GREEN : YELLOW;
  }

  private static final class Bucket {
    private final long rate;
    private final long size;
    private long tokens;

    /** What has been earned of the next token, in 1 / {@link #NANOS_PER_SECOND}. */
    private long fraction;

    Bucket(long rate, long size) {
      this.rate = rate;
      this.size = size;
      this.tokens = size;
    }

    boolean take(long n) {
      if (tokens < n) {
        return false;
      }
      tokens -= n;
      return true;
    }

    void fill(long nanos) {
      long room = size - tokens;
      long seconds = nanos / NANOS_PER_SECOND;
      if (seconds > 0 && rate > room / seconds) {
        full();
        return;
      }
      // Below: seconds * rate <= room, and each product fits.
      long rest = nanos % NANOS_PER_SECOND;
      long parts = rest * (rate % NANOS_PER_SECOND) + fraction;
      long whole = rest * (rate / NANOS_PER_SECOND) + parts / NANOS_PER_SECOND;
      long earned = seconds * rate + whole;
      if (earned < 0 || earned >= room) {
        full();
      } else {
        tokens += earned;
        fraction = parts % NANOS_PER_SECOND;
      }
    }

    private void full() {
      tokens = size;
      fraction = 0;
    }
  }
}

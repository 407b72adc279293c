package io.tern.embedded.engine;

import io.tern.embedded.engine.DataPlane.MeterRates;

/** A two-rate three-colour marker without pre-colour, RFC 2698. Packet thread only. */
final class Meter {
  static final int GREEN = 0;
  static final int YELLOW = 1;
  static final int RED = 2;

  private final MeterRates rates;
  private double committed;
  private double peak;
  private long last;

  /** With full buckets. */
  Meter(MeterRates rates, long nanoTime) {
    this.rates = rates;
    this.committed = rates.committedBurst();
    this.peak = rates.peakBurst();
    this.last = nanoTime;
  }

  /**
   * @param size of the packet: its octets, or 1 for a meter of packets
   */
  int colour(long size, long nanoTime) {
    double seconds = Math.max(0, nanoTime - last) / 1e9;
    last = nanoTime;
    committed =
        Math.min((double) rates.committedBurst(), committed + seconds * rates.committedRate());
    peak = Math.min((double) rates.peakBurst(), peak + seconds * rates.peakRate());
    if (peak < size) {
      return RED;
    }
    peak -= size;
    if (committed < size) {
      return YELLOW;
    }
    committed -= size;
    return GREEN;
  }
}

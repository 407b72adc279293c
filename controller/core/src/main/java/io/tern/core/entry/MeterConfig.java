package io.tern.core.entry;

/**
 * Rates and bursts of a meter (RFC 2698), in packets.
 *
 * @param committedRate packets a second
 * @param committedBurst packets
 * @param peakRate packets a second
 * @param peakBurst packets
 */
public record MeterConfig(long committedRate, long committedBurst, long peakRate, long peakBurst) {

  /** A meter of two colours: green up to the rate, red beyond. */
  public static MeterConfig singleRate(long rate, long burst) {
    return new MeterConfig(rate, burst, rate, burst);
  }

  /**
   * Whether a target that was given the one would report the other. Targets that keep a rate in
   * floating point, as BMv2 does, report some of them one too low.
   */
  public boolean isReportedAs(MeterConfig reported) {
    return committedBurst == reported.committedBurst
        && peakBurst == reported.peakBurst
        && Math.abs(committedRate - reported.committedRate) <= 1
        && Math.abs(peakRate - reported.peakRate) <= 1;
  }
}

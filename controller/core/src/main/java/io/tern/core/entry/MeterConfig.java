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
  private static final double MICROSECONDS = 1_000_000.0;

  /** A meter of two colours: green up to the rate, red beyond. */
  public static MeterConfig singleRate(long rate, long burst) {
    return new MeterConfig(rate, burst, rate, burst);
  }

  /**
   * Whether a target that was given the one would report the other: the same, or rates as BMv2
   * reads them back. It keeps packets a microsecond in a double and cuts the fraction off what it
   * reports, so that some rates come back one too low (249 as 248). A target that was really given
   * 248 cannot be told from one that was given 249; every other two rates can.
   */
  public boolean isReportedAs(MeterConfig reported) {
    return committedBurst == reported.committedBurst
        && peakBurst == reported.peakBurst
        && isReportedAs(committedRate, reported.committedRate)
        && isReportedAs(peakRate, reported.peakRate);
  }

  private static boolean isReportedAs(long rate, long reported) {
    return reported == rate || reported == (long) (rate / MICROSECONDS * MICROSECONDS);
  }
}

package io.tern.benchmark.xdp;

import io.tern.benchmark.JsonLine;
import io.tern.benchmark.Samples;
import java.util.List;
import java.util.Locale;

/**
 * What a case came to over the wire. Figures are of the calm rounds alone: those whose reference
 * was nearly the fastest.
 *
 * @param what the case
 * @param reference its name
 * @param rounds at least one
 * @param sent packets that Tern's program was to have, in all rounds
 * @param received those that arrived where they are wanted
 */
record LiveResult(XdpCase what, String reference, List<Round> rounds, long sent, long received) {
  private static final double CALM = 0.9;
  private static final double NANOS = 1e9;

  /**
   * Packets/s in one round.
   *
   * @param reference by the empty program
   * @param tern by Tern's
   */
  record Round(double reference, double tern) {}

  LiveResult {
    rounds = List.copyOf(rounds);
    if (rounds.isEmpty()) {
      throw new IllegalArgumentException("no round of " + what.words());
    }
  }

  static final String HEADER =
      String.format(
          Locale.ROOT,
          "%-36s %10s %7s %14s %8s %6s %9s %5s",
          "live, over veth",
          "packets/s",
          "ratio",
          "quartiles",
          "ns more",
          "calm",
          "lost",
          "of");

  List<Round> calm() {
    double best = rounds.stream().mapToDouble(Round::reference).max().orElseThrow();
    return rounds.stream().filter(round -> round.reference() >= best * CALM).toList();
  }

  long lost() {
    return sent - received;
  }

  /** Median of what Tern's program makes of the reference's packets/s. */
  Samples ratios() {
    return samples(true).over(samples(false));
  }

  private Samples samples(boolean tern) {
    Samples samples = new Samples();
    calm().forEach(round -> samples.add(tern ? round.tern() : round.reference()));
    return samples;
  }

  /** What a packet takes longer than in the reference. */
  private double nanosMore() {
    Samples more = new Samples();
    calm().forEach(round -> more.add(NANOS / round.tern() - NANOS / round.reference()));
    return more.median();
  }

  private double quartile(int number) {
    double[] sorted = ratios().values().stream().mapToDouble(v -> v).sorted().toArray();
    return sorted[Math.min(sorted.length * number / 4, sorted.length - 1)];
  }

  /** A line of the table under {@link #HEADER}. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%-36s %,10.0f %7.2f %6.2f to %5.2f %8.0f %6d %9d %,d; %s: %,.0f/s",
        what.words(),
        samples(true).median(),
        ratios().median(),
        quartile(1),
        quartile(3),
        nanosMore(),
        calm().size(),
        lost(),
        sent,
        reference,
        samples(false).median());
  }

  JsonLine json() {
    return new JsonLine()
        .put("pps", samples(true).median())
        .put("reference", reference)
        .put("reference_pps", samples(false).median())
        .put("ratio", ratios().median())
        .put("ratio_low", quartile(1))
        .put("ratio_high", quartile(3))
        .put("ns_more", nanosMore())
        .put("calm_rounds", calm().size())
        .put("sent", sent)
        .put("lost", lost());
  }
}

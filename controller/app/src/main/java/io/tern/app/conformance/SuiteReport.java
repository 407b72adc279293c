package io.tern.app.conformance;

import io.tern.p4.conformance.harness.Suite;
import io.tern.p4.conformance.harness.Suite.Verdict;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What the command says of the rows: those that fail as they do, the rest by number. */
final class SuiteReport {
  private final PrintWriter out;
  private final boolean everyRow;
  private final Map<Verdict, Integer> rows = new EnumMap<>(Verdict.class);
  private final Map<String, Integer> notApplicable = new TreeMap<>();

  SuiteReport(PrintWriter out, boolean everyRow) {
    this.out = out;
    this.everyRow = everyRow;
    for (Verdict verdict : Verdict.values()) {
      rows.put(verdict, 0);
    }
  }

  void add(Suite.Result result) {
    rows.merge(result.verdict(), 1, Integer::sum);
    if (result.verdict() == Verdict.NOT_APPLICABLE) {
      result.details().forEach(detail -> notApplicable.merge(detail, 1, Integer::sum));
    }
    if (everyRow || result.verdict() == Verdict.FAILED) {
      out.printf("%-6s %s%n", word(result.verdict()), result.row().description());
      result.details().forEach(detail -> out.println("         " + detail));
      out.flush();
    }
  }

  /** Says how many, and why some do not apply. */
  void end(long seconds) {
    out.printf(
        "tern conformance: %,d rows passed, %,d failed, %,d not applicable, %d s%n",
        rows.get(Verdict.PASSED),
        rows.get(Verdict.FAILED),
        rows.get(Verdict.NOT_APPLICABLE),
        seconds);
    notApplicable.forEach(
        (why, count) ->
            out.printf("  %,d %s not applicable: %s%n", count, count == 1 ? "row" : "rows", why));
    if (rows.get(Verdict.PASSED) == 0) {
      out.println(
          "tern conformance: no row passed: nothing has been shown of this device, so this is a failure");
    }
    out.flush();
  }

  /** Whether rows passed and none failed; a device that no row is for has shown nothing. */
  boolean isSuccess() {
    return rows.get(Verdict.PASSED) > 0 && rows.get(Verdict.FAILED) == 0;
  }

  private static String word(Verdict verdict) {
    return switch (verdict) {
      case PASSED -> "passed";
      case FAILED -> "FAILED";
      case NOT_APPLICABLE -> "n/a";
    };
  }
}

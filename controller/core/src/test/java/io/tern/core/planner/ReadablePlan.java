package io.tern.core.planner;

import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import io.tern.p4.contract.TernP4;
import io.tern.p4.contract.TernP4.Tables;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Plans as lines of text, to compare by equality. */
final class ReadablePlan {
  private ReadablePlan() {}

  /** "table(match) -> action(parameters)", numbers in decimal, without the fallback. */
  static List<String> readable(DevicePlan plan) {
    return plan.entries().values().stream()
        .filter(entry -> entry.key().tableId() != Tables.Fallback.ID)
        .map(ReadablePlan::line)
        .toList();
  }

  /** The lines of some tables. */
  static List<String> readable(DevicePlan plan, String... tables) {
    return readable(plan).stream()
        .filter(line -> Set.of(tables).contains(line.substring(0, line.indexOf('('))))
        .toList();
  }

  private static String line(TableEntry entry) {
    return TernP4.nameOf(entry.key().tableId())
        + numbers(entry.key().match())
        + " -> "
        + TernP4.nameOf(entry.action().actionId())
        + numbers(entry.action().params())
        + entry
            .meter()
            .map(
                meter ->
                    " metered "
                        + meter.committedRate()
                        + "/"
                        + meter.committedBurst()
                        + ", "
                        + meter.peakRate()
                        + "/"
                        + meter.peakBurst())
            .orElse("");
  }

  static String numbers(List<Bits> values) {
    return values.stream()
        .map(value -> value.toByteArray().length > 3 ? value.toString() : "" + value.toBigInteger())
        .collect(Collectors.joining(", ", "(", ")"));
  }
}

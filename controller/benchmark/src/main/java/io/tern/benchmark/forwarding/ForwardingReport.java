package io.tern.benchmark.forwarding;

import io.tern.benchmark.JsonLine;
import io.tern.benchmark.Samples;
import java.io.PrintWriter;

/** What came out, as a table for each program and as JSON. */
final class ForwardingReport {
  private ForwardingReport() {}

  /** Prints the table of a program. */
  static void print(PrintWriter out, MeasuredProgram program) {
    out.printf(
        "%n%s%n%-36s %10s %10s %10s %8s  %-14s %10s %8s%n",
        program.title(),
        "",
        "packets/s",
        "min",
        "max",
        "ratio",
        "of each round",
        "CPU us",
        "ratio");
    line(out, "reference (L2)", program.reference(), program.reference());
    program.outcomes().forEach((c, outcome) -> line(out, c.name(), outcome, program.reference()));
  }

  /** The same as an object: reference and cases by their names. */
  static JsonLine object(MeasuredProgram program) {
    JsonLine cases =
        new JsonLine().put("reference", object(program.reference(), program.reference()));
    program
        .outcomes()
        .forEach((c, outcome) -> cases.put(c.name(), object(outcome, program.reference())));
    return cases;
  }

  private static void line(PrintWriter out, String name, Outcome outcome, Outcome reference) {
    Samples values = outcome.packetsPerSecond();
    Samples ratios = values.over(reference.packetsPerSecond());
    out.printf(
        "%-36s %,10.0f %,10.0f %,10.0f %8.2f  %.2f to %.2f   %10.1f %8.2f%n",
        name,
        values.median(),
        values.min(),
        values.max(),
        ratios.median(),
        ratios.min(),
        ratios.max(),
        outcome.cpuMicros().median(),
        reference.cpuMicros().over(outcome.cpuMicros()).median());
  }

  private static JsonLine object(Outcome outcome, Outcome reference) {
    Samples values = outcome.packetsPerSecond();
    Samples ratios = values.over(reference.packetsPerSecond());
    return new JsonLine()
        .put("packets_per_second", values.median())
        .put("ratio", ratios.median())
        .put("samples", values)
        .put("ratios", ratios)
        .put("cpu_us", outcome.cpuMicros().median())
        .put("cpu_ratio", reference.cpuMicros().over(outcome.cpuMicros()).median());
  }
}

package io.tern.embedded.engine;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.openjdk.jmh.profile.JavaFlightRecorderProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * What the interpreter's time goes to: runs cases of {@link InterpreterBenchmark} with Flight
 * Recorder and prints which share of its execution samples was in which stage of the pipeline, and
 * in which methods.
 *
 * <p>{@code ./tern bench embedded -Dbench.main=io.tern.embedded.engine.InterpreterProfile}
 */
public final class InterpreterProfile {
  private static final List<String> CASES = List.of("loadBalancer", "fourPass");
  private static final String ENGINE = "io.tern.embedded.engine.";
  private static final int METHODS = 12;

  /** By the beginning of a class's name; the innermost frame that has a stage decides. */
  private static final Map<String, String> STAGES =
      Map.ofEntries(
          Map.entry("CompiledParser", "parser"),
          Map.entry("ParserCompiler", "parser"),
          Map.entry("CompiledDeparser", "deparser"),
          Map.entry("ExactTable", "tables, look-up"),
          Map.entry("ExactIndex", "tables, look-up"),
          Map.entry("KeyLayout", "tables, look-up"),
          Map.entry("TableEntry", "tables, look-up"),
          Map.entry("MatchTable", "tables, the rest"),
          Map.entry("CompiledAction", "actions"),
          Map.entry("PrimitiveCompiler", "actions"),
          Map.entry("StraightLine", "actions"),
          Map.entry("CompiledCalculation", "hashes and checksums"),
          Map.entry("CompiledChecksums", "hashes and checksums"),
          Map.entry("HashFunction", "hashes and checksums"),
          Map.entry("ControlNode$BranchNode", "conditions"),
          Map.entry("ConditionCompiler", "conditions"),
          Map.entry("ControlNode", "control flow"),
          Map.entry("EntryCounter", "counters"),
          Map.entry("CounterCells", "counters"),
          Map.entry("InterpretedDataPlane", "taking and giving back the packet's context"),
          Map.entry("Interpreter", "passes"));

  private InterpreterProfile() {}

  public static void main(String[] args) throws RunnerException, IOException {
    Path recordings = Files.createTempDirectory("tern-profile-");
    try {
      for (String each : CASES) {
        Path folder = Files.createDirectory(recordings.resolve(each));
        record(each, folder);
        summarize(each, folder);
      }
    } finally {
      try (Stream<Path> files = Files.walk(recordings)) {
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
  }

  private static void record(String benchmark, Path folder) throws RunnerException {
    new Runner(
            new OptionsBuilder()
                .include(InterpreterBenchmark.class.getSimpleName() + "." + benchmark + "$")
                .forks(1)
                .measurementIterations(12)
                .measurementTime(TimeValue.seconds(4))
                // Without these a sample counts for the nearest safepoint, often another method's.
                .jvmArgsAppend("-XX:+UnlockDiagnosticVMOptions", "-XX:+DebugNonSafepoints")
                .addProfiler(JavaFlightRecorderProfiler.class, "dir=" + folder)
                .build())
        .run();
  }

  private static void summarize(String benchmark, Path folder) throws IOException {
    Map<String, Integer> stages = new HashMap<>();
    Map<String, Integer> methods = new HashMap<>();
    int samples = 0;
    for (RecordedEvent event : RecordingFile.readAllEvents(recording(folder))) {
      if (!event.getEventType().getName().equals("jdk.ExecutionSample")) {
        continue;
      }
      List<RecordedFrame> frames = event.getStackTrace().getFrames();
      // The JVM's and JMH's own threads.
      if (frames.stream().noneMatch(frame -> type(frame).startsWith(ENGINE))) {
        continue;
      }
      samples++;
      stages.merge(stage(frames), 1, Integer::sum);
      methods.merge(method(frames.get(0)), 1, Integer::sum);
    }
    System.out.printf("%n%s: %,d execution samples%n", benchmark, samples);
    print(stages, stages.size(), samples);
    System.out.println("the methods with the most:");
    print(methods, METHODS, samples);
  }

  private static Path recording(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".jfr"))
          .findFirst()
          .orElseThrow(() -> new IOException("JMH has left no recording in " + folder));
    }
  }

  private static String stage(List<RecordedFrame> frames) {
    for (RecordedFrame frame : frames) {
      String type = type(frame);
      if (type.startsWith(ENGINE)) {
        String name = type.substring(ENGINE.length());
        // Of "ControlNode$BranchNode" and "ControlNode" the longer one says more.
        String known =
            STAGES.keySet().stream()
                .filter(name::startsWith)
                .max(Comparator.comparingInt(String::length))
                .orElse(null);
        if (known != null) {
          return STAGES.get(known);
        }
      }
    }
    return "the benchmark";
  }

  private static String type(RecordedFrame frame) {
    return frame.getMethod().getType().getName();
  }

  /** Hidden classes and lambdas without the numbers that each JVM gives them anew. */
  private static String method(RecordedFrame frame) {
    return type(frame).replace(ENGINE, "").replaceFirst("\\+0x.*", "")
        + "."
        + frame.getMethod().getName();
  }

  private static void print(Map<String, Integer> counts, int most, int samples) {
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .limit(most)
        .forEach(
            entry ->
                System.out.printf(
                    Locale.ROOT,
                    "%6.1f%%  %s%n",
                    100.0 * entry.getValue() / samples,
                    entry.getKey()));
  }
}

package io.tern.benchmark.forwarding;

import io.tern.app.compile.Bundle;
import io.tern.app.compile.BundleException;
import io.tern.benchmark.JsonLine;
import io.tern.benchmark.device.Bmv2Device;
import io.tern.core.intent.IntentException;
import io.tern.southbound.session.PipelineConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Runs variants of Tern's program and the reference in turns, each on a BMv2 of its own that is
 * idle while another one forwards. Every case checks by the program's own counters that it measured
 * what it says.
 */
@Command(
    name = "p4",
    mixinStandardHelpOptions = true,
    description =
        "Packets a second of Tern's program on BMv2, beside a minimal L2 forwarder. Root.")
public final class ForwardingCommand implements Callable<Integer> {
  /** Beside the window, which may be under way when the counter is read. */
  private static final double COUNTED = 0.999;

  @Spec private CommandSpec spec;

  @Option(names = "--rounds", defaultValue = "9", description = "Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--millis",
      defaultValue = "1000",
      description = "Measured time of each case and round. Default: ${DEFAULT-VALUE}.")
  private long millis;

  @Option(
      names = "--window",
      defaultValue = "32",
      description =
          "Frames in flight; over 1,000 overrun the capture ring. Default: ${DEFAULT-VALUE}.")
  private int window;

  @Option(
      names = "--case",
      paramLabel = "NAME",
      description = "Only cases whose names contain this, beside the reference; repeatable.")
  private List<String> wanted = List.of();

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description =
          "Measure this bundle of \"tern compile\", too, beside the default program and the"
              + " reference; repeatable.")
  private List<Path> bundles = List.of();

  @Option(names = "--reference", required = true, hidden = true)
  private Path reference;

  @Option(names = "--load-generator", required = true, hidden = true)
  private Path loadGenerator;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  /**
   * A program that is to be measured.
   *
   * @param bundle where it comes from; null: it is the default one
   */
  private record Variant(Path bundle, String title, PipelineConfig pipeline) {}

  @Override
  public Integer call() throws Exception {
    if (rounds < 1) {
      throw usage("--rounds " + rounds + ": expected at least 1");
    }
    List<Variant> variants = variants();
    Path files = Files.createTempDirectory("tern-bench-");
    Map<Variant, MeasuredProgram> programs = new LinkedHashMap<>();
    VethLoad.up("lo");
    try (VethLoad load = new VethLoad(loadGenerator);
        L2Reference forwarder = new L2Reference(reference, load, files)) {
      for (Variant variant : variants) {
        programs.put(
            variant,
            new MeasuredProgram(
                variant.title(),
                variant.pipeline(),
                load,
                programs.isEmpty() ? "tern" : "bundle" + programs.size() + "-",
                wanted,
                files));
      }
      measure(load, forwarder, programs);
    } finally {
      programs.values().forEach(MeasuredProgram::close);
      delete(files);
    }
    return 0;
  }

  /** All that can be wrong with them is found before a switch is started. */
  private List<Variant> variants() throws BundleException, IOException, IntentException {
    List<Variant> variants = new ArrayList<>();
    variants.add(new Variant(null, "default program", PipelineConfig.ofContract()));
    for (Path directory : bundles) {
      if (variants.stream().anyMatch(v -> directory.equals(v.bundle()))) {
        throw usage("--bundle " + directory + ": is there twice");
      }
      Bundle bundle = Bundle.read(directory);
      variants.add(
          new Variant(
              directory, "bundle " + directory + ", profile " + bundle.name(), bundle.pipeline()));
    }
    for (Variant variant : variants) {
      try {
        MeasuredProgram.cases(variant.title(), variant.pipeline(), wanted);
      } catch (IllegalArgumentException e) {
        throw usage(e.getMessage());
      }
    }
    return variants;
  }

  private void measure(VethLoad load, L2Reference forwarder, Map<Variant, MeasuredProgram> programs)
      throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    out.println("BMv2 " + Bmv2Device.describe());
    out.printf(
        "%d rounds of %d ms for each case, frames of %d octets, %d in flight%n",
        rounds, millis, Frames.OCTETS, window);
    out.flush();
    long lost = 0;
    for (int round = 0; round < rounds; round++) {
      for (MeasuredProgram program : programs.values()) {
        lost += round(load, forwarder, program);
      }
    }
    programs.values().forEach(program -> ForwardingReport.print(out, program));
    if (lost > 0) {
      out.printf("%d frames were lost%n", lost);
    }
    if (json) {
      out.println(object(programs, lost));
    }
    out.flush();
  }

  /** The reference, then each case of a program. */
  private long round(VethLoad load, L2Reference forwarder, MeasuredProgram program)
      throws Exception {
    // The reference reads nothing behind the Ethernet header: the frames of any case do.
    Path any = program.frames().values().iterator().next();
    long lost =
        run(load, forwarder.device(), L2Reference.TX, L2Reference.RX, any, program.reference())
            .lost();
    for (Map.Entry<Workload.Case, Path> frames : program.frames().entrySet()) {
      Workload.Case c = frames.getKey();
      long before = program.counted(c);
      VethLoad.Result result =
          run(
              load,
              program.device(),
              program.tx(),
              program.rx(),
              frames.getValue(),
              program.outcomes().get(c));
      long more = program.counted(c) - before;
      if (more + window < COUNTED * result.sent()) {
        throw new IllegalStateException(
            program.title()
                + ", "
                + c.name()
                + ": "
                + result.sent()
                + " packets were sent, but the program counted only "
                + more
                + " of them as "
                + c.reason());
      }
      lost += result.lost();
    }
    return lost;
  }

  private VethLoad.Result run(
      VethLoad load, Bmv2Device device, String tx, String rx, Path frames, Outcome outcome)
      throws IOException {
    Duration before = device.cpuTime();
    VethLoad.Result result = load.run(tx, rx, frames, millis / 5, millis, window);
    outcome.add(result, device.cpuTime().minus(before));
    return result;
  }

  private JsonLine object(Map<Variant, MeasuredProgram> programs, long lost) throws IOException {
    JsonLine object =
        new JsonLine()
            .put("benchmark", "p4")
            .put("bmv2", Bmv2Device.describe())
            .put("rounds", rounds)
            .put("millis", millis)
            .put("window", window)
            .put("lost", lost);
    JsonLine ofBundles = new JsonLine();
    programs.forEach(
        (variant, program) -> {
          JsonLine cases = ForwardingReport.object(program);
          if (variant.bundle() == null) {
            object.put("cases", cases);
          } else {
            ofBundles.put(variant.bundle().toString(), cases);
          }
        });
    return bundles.isEmpty() ? object : object.put("bundles", ofBundles);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static void delete(Path folder) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (var files = Files.walk(folder)) {
      files.forEach(paths::add);
    }
    for (int i = paths.size() - 1; i >= 0; i--) {
      Files.deleteIfExists(paths.get(i));
    }
  }
}

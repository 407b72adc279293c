package io.tern.app.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tern demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "QUIC clients behind a NAT keep a transfer going through a switch while the NAT rebinds and"
          + " their network changes; then the same without CID routing.",
      "Exit status 0 only if every connection survived with Tern. The embedded switch needs no"
          + " privileges; BMv2 and XDP need root, and network namespaces that nobody else sees."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int MAX_CLIENTS = 1_000;
  private static final int MAX_BACKENDS = 64;
  private static final int MIN_CHUNKS = 3;

  /** Each backend of each run is a process. */
  private static final int MAX_BACKENDS_IN_NAMESPACES = 16;

  private static final PrivateNamespaces.Tool BMV2 =
      new PrivateNamespaces.Tool(
          Bmv2Process.PROGRAM,
          "BMv2 with P4Runtime: the package p4lang-bmv2 of P4.org, or a build of"
              + " github.com/p4lang/behavioral-model");

  /** What the packets pass through. */
  enum DataPlane {
    /** In this JVM. */
    embedded,
    /** simple_switch_grpc between network namespaces. */
    bmv2,
    /** The kernel's XDP in a network namespace, programmed by tern agent. */
    xdp
  }

  /** One algorithm, by its own name, or all. */
  enum Algorithms {
    PLAINTEXT,
    SINGLE_PASS,
    FOUR_PASS,
    ALL;

    List<DemoAlgorithm> list() {
      return this == ALL ? List.of(DemoAlgorithm.values()) : List.of(DemoAlgorithm.valueOf(name()));
    }

    @Override
    public String toString() {
      return this == ALL ? "all" : DemoAlgorithm.valueOf(name()).toString();
    }
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--data-plane",
      paramLabel = "NAME",
      defaultValue = "embedded",
      description = "What the packets pass through: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private DataPlane dataPlane;

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "50",
      description = "QUIC clients of each run, 1 to " + MAX_CLIENTS + " (${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--backends",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "QUIC servers of each run, 2 to "
              + MAX_BACKENDS
              + ", with BMv2 and XDP to "
              + MAX_BACKENDS_IN_NAMESPACES
              + " (${DEFAULT-VALUE}).")
  private int backends;

  @Option(
      names = "--algorithm",
      paramLabel = "NAME",
      defaultValue = "plaintext",
      description =
          "CID algorithm: ${COMPLETION-CANDIDATES}; a run with Tern for each (${DEFAULT-VALUE}).")
  private Algorithms algorithm;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Decides addresses, contents and the moments of migration (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--chunks",
      paramLabel = "N",
      defaultValue = "40",
      description = "Chunks of 2 KiB that each client transfers, at least 3 (${DEFAULT-VALUE}).")
  private int chunks;

  @Option(
      names = "--kill-controller",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Kill the controller (kill -9) in the middle of the first run and start it again"
              + " (default).")
  private boolean killController;

  @Option(names = "--json", description = "The last line of standard output is one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    check("--clients", clients, 1, MAX_CLIENTS);
    boolean inNamespaces = dataPlane != DataPlane.embedded;
    check("--backends", backends, 2, inNamespaces ? MAX_BACKENDS_IN_NAMESPACES : MAX_BACKENDS);
    check("--chunks", chunks, MIN_CHUNKS, 1_000_000);
    Optional<Path> inside = PrivateNamespaces.entered();
    if (inNamespaces && inside.isEmpty()) {
      return runInNamespaces();
    }
    inside.ifPresent(PrivateNamespaces::endWithParent);
    Path directory = inside.isPresent() ? inside.get() : DemoDirectory.create();
    quiet();
    PrintStream err = System.err;
    DemoReport report;
    DemoOptions options = options();
    try (Fabric fabric = fabric(options, directory);
        Demo demo =
            new Demo(
                options,
                new Progress(err, Boolean.getBoolean("tern.terminal")),
                fabric,
                directory)) {
      report = demo.run();
    } catch (Exception e) {
      err.println();
      err.println("what the demo left behind: " + directory);
      throw e;
    }
    DemoDirectory.delete(directory);
    spec.commandLine().getOut().println(json ? report.json() : report.text());
    return report.success() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private DemoOptions options() {
    return new DemoOptions(
        clients,
        backends,
        algorithm.list(),
        seed,
        chunks,
        Duration.ofMillis(100),
        Duration.ofSeconds(8),
        killController);
  }

  private Fabric fabric(DemoOptions options, Path directory) throws Exception {
    return switch (dataPlane) {
      case embedded -> new EmbeddedFabric(options);
      case bmv2 -> Bmv2Fabric.start(options, directory);
      case xdp -> XdpFabric.start(options, directory);
    };
  }

  private int runInNamespaces() throws IOException, InterruptedException {
    boolean xdp = dataPlane == DataPlane.xdp;
    List<PrivateNamespaces.Tool> tools = new ArrayList<>(PrivateNamespaces.tools());
    if (!xdp) {
      tools.add(BMV2);
    }
    PrivateNamespaces.Pins pins =
        xdp ? PrivateNamespaces.Pins.PRIVATE : PrivateNamespaces.Pins.NONE;
    List<String> obstacles = PrivateNamespaces.obstacles(tools, pins);
    if (!obstacles.isEmpty()) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--data-plane " + dataPlane + " needs " + String.join(", and ", obstacles));
    }
    return PrivateNamespaces.run(
        spec.root().commandLine().getParseResult().originalArgs(), DemoDirectory.create(), pins);
  }

  /** The servers' warnings about the killed controller would only bury the progress. */
  private static void quiet() {
    if (System.getenv("TERN_LOG") == null
        && LoggerFactory.getLogger("io.tern") instanceof Logger logger) {
      logger.setLevel(Level.ERROR);
    }
  }

  private void check(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), option + " is " + value + "; it must be " + min + " to " + max);
    }
  }
}

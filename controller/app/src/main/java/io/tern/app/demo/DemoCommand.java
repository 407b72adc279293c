package io.tern.app.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.tern.proto.v1.CidAlgorithm;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
      "QUIC clients behind a NAT keep a transfer going through the embedded switch while the NAT"
          + " rebinds and their network changes; then the same without CID routing.",
      "Exit status 0 only if every connection survived with Tern. No privileges needed."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int MAX_CLIENTS = 1_000;
  private static final int MAX_BACKENDS = 64;
  private static final int MIN_CHUNKS = 3;

  /** CID algorithms that the embedded switch's program decodes. */
  enum Algorithm {
    plaintext(CidAlgorithm.CID_ALGORITHM_PLAINTEXT);

    private final CidAlgorithm inApi;

    Algorithm(CidAlgorithm inApi) {
      this.inApi = inApi;
    }
  }

  @Spec private CommandSpec spec;

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
      description = "QUIC servers of each run, 2 to " + MAX_BACKENDS + " (${DEFAULT-VALUE}).")
  private int backends;

  @Option(
      names = "--algorithm",
      paramLabel = "NAME",
      defaultValue = "plaintext",
      description = "CID algorithm: ${COMPLETION-CANDIDATES}.")
  private Algorithm algorithm;

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
    check("--backends", backends, 2, MAX_BACKENDS);
    check("--chunks", chunks, MIN_CHUNKS, 1_000_000);
    DemoOptions options =
        new DemoOptions(
            clients,
            backends,
            algorithm.inApi,
            seed,
            chunks,
            Duration.ofMillis(100),
            Duration.ofSeconds(8),
            killController);
    quiet();
    PrintStream err = System.err;
    Path directory = Files.createTempDirectory("tern-demo-");
    DemoReport report;
    try (Demo demo =
        new Demo(options, new Progress(err, Boolean.getBoolean("tern.terminal")), directory)) {
      report = demo.run();
    } catch (Exception e) {
      err.println();
      err.println("what the demo left behind: " + directory);
      throw e;
    }
    delete(directory);
    spec.commandLine().getOut().println(json ? report.json() : report.text());
    return report.success() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
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

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException("cannot delete " + file, e);
                }
              });
    }
  }
}

package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo through real BMv2, as the command runs it. Wants root and BMv2, and says so where it has
 * not got them.
 */
class Bmv2DemoIT {
  private static final int CLIENTS = 10;
  private static final int ALGORITHMS = 3;

  @TempDir private Path directory;

  @BeforeEach
  void needsRootAndBmv2() throws Exception {
    List<PrivateNamespaces.Tool> tools = new ArrayList<>(PrivateNamespaces.tools());
    tools.add(new PrivateNamespaces.Tool(Bmv2Process.PROGRAM, "BMv2"));
    List<String> obstacles = PrivateNamespaces.obstacles(tools, PrivateNamespaces.Pins.NONE);
    if (!obstacles.isEmpty()) {
      System.out.println("NOT RUN: the demo through BMv2; it would need " + obstacles);
    }
    assumeTrue(obstacles.isEmpty(), () -> "not run; it would need " + obstacles);
  }

  @Test
  void everyConnectionSurvivesInClearTextAndEncryptedAndNothingIsLeftBehind() throws Exception {
    Path out = directory.resolve("out");
    Process demo = start(out);
    assertThat(demo.waitFor(240, TimeUnit.SECONDS)).as("ends in time").isTrue();
    assertThat(demo.exitValue()).as(Files.readString(directory.resolve("err"))).isZero();

    JsonNode report = new ObjectMapper().readTree(Files.readString(out));
    assertThat(report.at("/dataPlane").asText()).startsWith("BMv2 ");
    PromisedReport.checkIn(report, ALGORITHMS, CLIENTS);
    assertThat(files()).isEmpty();
  }

  @Test
  void aDemoThatIsKilledTakesItsProcessesWithIt() throws Exception {
    Path err = directory.resolve("err");
    Process demo = start(directory.resolve("out"));
    while (!Files.readString(err).contains("programming the switch")) {
      assertThat(demo.waitFor(50, TimeUnit.MILLISECONDS)).as(Files.readString(err)).isFalse();
    }
    List<ProcessHandle> processes = demo.descendants().toList();
    assertThat(processes).as("controller, switch, ...").hasSizeGreaterThan(3);

    demo.destroyForcibly().waitFor();

    for (ProcessHandle process : processes) {
      process.onExit().get(30, TimeUnit.SECONDS);
    }
    assertThat(files()).isEmpty();
  }

  private Process start(Path out) throws IOException {
    return new ProcessBuilder(
            ChildJvm.command(
                directory,
                List.of("-Xmx128m"),
                "io.tern.app.Tern",
                "demo",
                "--data-plane=bmv2",
                "--algorithm=all",
                "--clients=" + CLIENTS,
                "--chunks=12",
                "--json"))
        .redirectInput(ProcessBuilder.Redirect.PIPE)
        .redirectOutput(out.toFile())
        .redirectError(directory.resolve("err").toFile())
        .start();
  }

  /** What the demo has left in its temporary directory. */
  private Set<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("tern-demo"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}

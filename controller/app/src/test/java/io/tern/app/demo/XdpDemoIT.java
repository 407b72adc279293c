package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo through the kernel's XDP, as the command runs it. Wants root, and says so. */
class XdpDemoIT {
  private static final int CLIENTS = 10;
  private static final int ALGORITHMS = 3;

  @TempDir private Path directory;

  @BeforeEach
  void needsRoot() throws Exception {
    List<String> obstacles =
        PrivateNamespaces.obstacles(PrivateNamespaces.tools(), PrivateNamespaces.Pins.PRIVATE);
    if (!obstacles.isEmpty()) {
      System.out.println("NOT RUN: the demo through XDP; it would need " + obstacles);
    }
    assumeTrue(obstacles.isEmpty(), () -> "not run; it would need " + obstacles);
  }

  @Test
  void everyConnectionSurvivesInClearTextAndEncryptedAndNothingIsLeftBehind() throws Exception {
    Path out = directory.resolve("out");
    Process demo =
        new ProcessBuilder(
                ChildJvm.command(
                    directory,
                    List.of("-Xmx128m"),
                    "io.tern.app.Tern",
                    "demo",
                    "--data-plane=xdp",
                    "--algorithm=all",
                    "--clients=" + CLIENTS,
                    "--chunks=12",
                    "--json"))
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .redirectOutput(out.toFile())
            .redirectError(directory.resolve("err").toFile())
            .start();
    assertThat(demo.waitFor(240, TimeUnit.SECONDS)).as("ends in time").isTrue();
    assertThat(demo.exitValue()).as(Files.readString(directory.resolve("err"))).isZero();

    JsonNode report = new ObjectMapper().readTree(Files.readString(out));
    assertThat(report.at("/dataPlane").asText()).startsWith("XDP ");
    PromisedReport.checkIn(report, ALGORITHMS, CLIENTS);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("tern-demo"));
    }
    assertThat(Path.of("/sys/fs/bpf/edge")).doesNotExist();
  }
}

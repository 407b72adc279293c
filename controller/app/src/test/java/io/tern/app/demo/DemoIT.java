package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job with everything real: controller process, embedded switch, QUIC both ways. */
class DemoIT {
  private static final int CLIENTS = 12;

  @TempDir private Path directory;

  @Test
  void everyConnectionSurvivesRebindingAndNetworkChangeWhileTheControllerIsKilled()
      throws Exception {
    DemoOptions options =
        new DemoOptions(
            CLIENTS,
            3,
            List.of(DemoAlgorithm.PLAINTEXT),
            42,
            12,
            Duration.ofMillis(20),
            Duration.ofSeconds(6),
            true);
    ByteArrayOutputStream progress = new ByteArrayOutputStream();
    DemoReport report;
    try (Fabric fabric = new EmbeddedFabric(options);
        Demo demo =
            new Demo(
                options,
                new Progress(new PrintStream(progress, true, StandardCharsets.UTF_8), false),
                fabric,
                directory)) {
      report = demo.run();
    }

    RunResult tern = report.tern().get(DemoAlgorithm.PLAINTEXT);
    assertThat(tern.failures()).isEmpty();
    assertThat(tern.survived()).isEqualTo(CLIENTS);
    assertThat(tern.rebindings()).isEqualTo(CLIENTS);
    assertThat(tern.networkChanges()).isEqualTo(CLIENTS);
    assertThat(tern.packetsByReason().get("routed_by_cid")).isPositive();
    assertThat(report.controller()).isEqualTo(new DemoReport.ControllerFate(true, 0));

    // Each migration goes astray with probability 2/3: that a quarter stays dead is certain enough.
    assertThat(report.baseline().survived()).isLessThanOrEqualTo(CLIENTS * 3 / 4);
    assertThat(report.baseline().packetsByReason()).doesNotContainKey("routed_by_cid");
    assertThat(progress.toString(StandardCharsets.UTF_8)).contains("with Tern, plaintext: ");
  }
}

package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.proto.v1.CidAlgorithm;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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
            CidAlgorithm.CID_ALGORITHM_PLAINTEXT,
            42,
            12,
            Duration.ofMillis(20),
            Duration.ofSeconds(6),
            true);
    ByteArrayOutputStream progress = new ByteArrayOutputStream();
    DemoReport report;
    try (Demo demo =
        new Demo(
            options,
            new Progress(new PrintStream(progress, true, StandardCharsets.UTF_8), false),
            directory)) {
      report = demo.run();
    }

    assertThat(report.tern().failures()).isEmpty();
    assertThat(report.tern().survived()).isEqualTo(CLIENTS);
    assertThat(report.tern().rebindings()).isEqualTo(CLIENTS);
    assertThat(report.tern().networkChanges()).isEqualTo(CLIENTS);
    assertThat(report.tern().packetsByReason().get("routed_by_cid")).isPositive();
    assertThat(report.controller()).isEqualTo(new DemoReport.ControllerFate(true, 0));

    // Each migration goes astray with probability 2/3: that a quarter stays dead is certain enough.
    assertThat(report.baseline().survived()).isLessThanOrEqualTo(CLIENTS * 3 / 4);
    assertThat(report.baseline().packetsByReason()).doesNotContainKey("routed_by_cid");
    assertThat(progress.toString(StandardCharsets.UTF_8)).contains("with Tern: ");
  }
}

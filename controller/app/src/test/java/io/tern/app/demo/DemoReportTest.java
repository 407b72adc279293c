package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DemoReportTest {
  private static final DemoReport.ControllerFate LEFT_ALONE =
      new DemoReport.ControllerFate(true, 0);

  @Test
  void theJsonHasConnectionsAndSurvivorsOfBothRuns() {
    assertThat(report(run(50, 50), run(50, 7), LEFT_ALONE).json())
        .startsWith("{\"dataPlane\":\"a switch\",\"tern\":{\"connections\":50,\"survived\":50,")
        .contains("\"baseline\":{\"connections\":50,\"survived\":7,")
        .contains("\"server-1\":{\"byCid\":480,\"byFallback\":20}")
        .contains("\"entitiesWrittenAfterRestart\":0")
        .doesNotContain("\n");
  }

  @Test
  void oneLostConnectionIsAFailure() {
    DemoReport report = report(run(50, 49), run(50, 7), LEFT_ALONE);
    assertThat(report.success()).isFalse();
    assertThat(report.text()).contains("FAILED: 1 of 50 connections were lost with Tern");
  }

  @Test
  void aRestartedControllerThatWroteToARightSwitchIsAFailure() {
    DemoReport report = report(run(50, 50), run(50, 7), new DemoReport.ControllerFate(true, 3));
    assertThat(report.success()).isFalse();
    assertThat(report.text()).contains("it wrote 3 entities to the switch");
  }

  @Test
  void lossesOfTheBaselineAreNoFailure() {
    DemoReport report = report(run(50, 50), run(50, 0), LEFT_ALONE);
    assertThat(report.success()).isTrue();
    assertThat(report.text()).contains("Every connection survived with Tern.");
  }

  @Test
  void severalAlgorithmsStandSideBySideAndTheJsonHasTheirSum() {
    DemoReport report =
        new DemoReport(
            "a switch",
            new TreeMap<>(
                Map.of(DemoAlgorithm.PLAINTEXT, run(50, 50), DemoAlgorithm.FOUR_PASS, run(50, 48))),
            run(50, 7),
            LEFT_ALONE);
    assertThat(report.success()).isFalse();
    assertThat(report.text())
        .contains("data plane: a switch")
        .containsPattern("Tern, plaintext +Tern, four-pass +4-tuple hashing")
        .containsPattern("survived +50 +48 +7\\R")
        .contains("FAILED: 2 of 100 connections were lost with Tern");
    assertThat(report.json())
        .contains("\"tern\":{\"connections\":100,\"survived\":98,")
        .contains("\"algorithms\":{\"plaintext\":{\"connections\":50,\"survived\":50,")
        .contains("\"four-pass\":{\"connections\":50,\"survived\":48,")
        .contains("\"server-2\":{\"byCid\":900,\"byFallback\":100}");
  }

  private static DemoReport report(
      RunResult tern, RunResult baseline, DemoReport.ControllerFate fate) {
    return new DemoReport("a switch", Map.of(DemoAlgorithm.PLAINTEXT, tern), baseline, fate);
  }

  private static RunResult run(int connections, int survived) {
    return new RunResult(
        connections,
        survived,
        connections,
        connections,
        new TreeMap<>(Map.of("routed_by_cid", 1_000L)),
        new TreeMap<>(
            Map.of(
                "server-1", new BackendPackets(480, 20), "server-2", new BackendPackets(450, 50))),
        List.of());
  }
}

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
    assertThat(new DemoReport(run(50, 50), run(50, 7), LEFT_ALONE).json())
        .startsWith("{\"tern\":{\"connections\":50,\"survived\":50,")
        .contains("\"baseline\":{\"connections\":50,\"survived\":7,")
        .contains("\"server-1\":{\"byCid\":480,\"byFallback\":20}")
        .contains("\"entitiesWrittenAfterRestart\":0")
        .doesNotContain("\n");
  }

  @Test
  void oneLostConnectionIsAFailure() {
    DemoReport report = new DemoReport(run(50, 49), run(50, 7), LEFT_ALONE);
    assertThat(report.success()).isFalse();
    assertThat(report.text()).contains("FAILED: 1 of 50 connections were lost with Tern");
  }

  @Test
  void aRestartedControllerThatWroteToARightSwitchIsAFailure() {
    DemoReport report =
        new DemoReport(run(50, 50), run(50, 7), new DemoReport.ControllerFate(true, 3));
    assertThat(report.success()).isFalse();
    assertThat(report.text()).contains("it wrote 3 entities to the switch");
  }

  @Test
  void lossesOfTheBaselineAreNoFailure() {
    DemoReport report = new DemoReport(run(50, 50), run(50, 0), LEFT_ALONE);
    assertThat(report.success()).isTrue();
    assertThat(report.text()).contains("Every connection survived with Tern.");
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

package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

/** What a demo's report in JSON has to say, whatever the data plane. */
final class PromisedReport {
  private PromisedReport() {}

  /**
   * Every connection of every algorithm survived, by its CID, and a killed controller; hashing the
   * 4-tuple lost some.
   */
  static void checkIn(JsonNode report, int algorithms, int clients) {
    assertThat(report.at("/algorithms")).hasSize(algorithms);
    for (JsonNode algorithm : report.at("/algorithms")) {
      assertThat(algorithm.at("/packetsByReason/routed_by_cid").asInt()).isPositive();
    }
    int connections = algorithms * clients;
    assertThat(report.at("/tern/connections").asInt()).isEqualTo(connections);
    assertThat(report.at("/tern/survived").asInt()).isEqualTo(connections);
    assertThat(report.at("/tern/rebindings").asInt()).isEqualTo(connections);
    assertThat(report.at("/tern/networkChanges").asInt()).isEqualTo(connections);
    assertThat(report.at("/baseline/survived").asInt()).isLessThan(clients);
    assertThat(report.at("/baseline/packetsByReason").has("routed_by_cid")).isFalse();
    assertThat(report.at("/controller/entitiesWrittenAfterRestart").asInt()).isZero();
  }
}

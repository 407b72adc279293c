package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * XDP on real servers behind a balancer that knows nothing of QUIC (see {@link RealServers}). Wants
 * root, and says so where it is not.
 */
class RealServersIT {
  private static final int CLIENTS = 20;

  @TempDir private Path directory;

  @BeforeEach
  void needsRoot() throws Exception {
    NamespaceScenario.assumePossible("XDP on real servers");
  }

  /**
   * One client, step by step. First flow: the director sends the client's Initial to a real server,
   * which answers straight to the NAT; all packets of this path stay there. Second flow: the
   * client's port, then its address, are others; the director sends its packets to other real
   * servers, whose XDP program sends each of them on, and on the one that the CID names it leaves
   * them alone.
   */
  @ParameterizedTest
  @CsvSource({"FOUR_PASS, true, 11", "PLAINTEXT, false, 13"})
  void aConnectionStaysWithItsServerWhereverTheDirectorSendsIt(
      DemoAlgorithm algorithm, boolean v4, long seed) throws Exception {
    JsonNode result = run(algorithm, 1, 30, seed, v4, !v4, true);

    assertThat(result.get("failures")).as("%s; %s", result, scenario().logs()).isEmpty();
    assertThat(result.get("survived").asInt()).isEqualTo(1);
    assertThat(result.get("rebindings").asInt()).isEqualTo(1);
    assertThat(result.get("networkChanges").asInt()).isEqualTo(1);

    JsonNode flows = result.get("flows");
    assertThat(flows).as("the client's three paths").hasSize(3);
    int owner = flows.get(0).get("realServer").asInt();
    Set<Integer> chosen = new HashSet<>();
    long atOthers = 0;
    long all = 0;
    for (JsonNode flow : flows) {
      chosen.add(flow.get("realServer").asInt());
      all += flow.get("packets").asInt();
      atOthers += flow.get("realServer").asInt() == owner ? 0 : flow.get("packets").asInt();
    }
    assertThat(chosen).as("the director changed its mind: %s", flows).hasSizeGreaterThan(1);
    assertThat(atOthers).as("packets after the migration").isGreaterThan(10);

    long steered = 0;
    for (int i = 0; i < 3; i++) {
      JsonNode reasons = result.get("byReason").get(i);
      long byCid = reasons.path("routed_by_cid").asLong();
      long local = reasons.path("steer_local").asLong();
      steered += byCid;
      if (i == owner) {
        assertThat(byCid).as("the owner sends nothing on: %s", result).isZero();
        // From the director, and from its neighbours.
        assertThat(local).as("%s", result).isEqualTo(all);
      } else {
        assertThat(local).as("nothing else stays anywhere: %s", result).isZero();
      }
    }
    assertThat(steered).as("%s", result).isEqualTo(atOthers);
    assertThat(result.get("answersAtDirector").asInt()).as("answers do not pass it").isZero();
  }

  @Test
  void everyConnectionSurvivesWithXdpOnTheRealServers() throws Exception {
    JsonNode result = run(DemoAlgorithm.SINGLE_PASS, CLIENTS, 20, 1, true, true, true);

    assertThat(result.get("failures")).as("%s; %s", result, scenario().logs()).isEmpty();
    assertThat(result.get("survived").asInt()).isEqualTo(CLIENTS);
    assertThat(result.get("rebindings").asInt()).isEqualTo(CLIENTS);
    assertThat(result.get("networkChanges").asInt()).isEqualTo(CLIENTS);
    for (JsonNode reasons : result.get("byReason")) {
      assertThat(reasons.path("routed_by_cid").asLong()).as("%s", result).isPositive();
      assertThat(reasons.path("steer_local").asLong()).as("%s", result).isPositive();
      assertThat(reasons.path("ttl_expired").asLong()).as("%s", result).isZero();
    }
  }

  /** What the test above would see without Tern. */
  @Test
  void withoutItMostDie() throws Exception {
    JsonNode result = run(DemoAlgorithm.SINGLE_PASS, CLIENTS, 20, 1, true, true, false);

    assertThat(result.get("survived").asInt()).as("%s", result).isLessThan(CLIENTS / 2);
  }

  private JsonNode run(
      DemoAlgorithm algorithm,
      int clients,
      int chunks,
      long seed,
      boolean v4,
      boolean v6,
      boolean steering)
      throws IOException {
    return scenario()
        .run(
            new RealServers.Task(
                algorithm, clients, chunks, seed, v4, v6, steering, directory.toString()));
  }

  private NamespaceScenario scenario() {
    return new NamespaceScenario(directory, RealServers.class);
  }
}

package io.tern.agent.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tern.agent.TestAgents;
import io.tern.p4.conformance.fixture.Fixtures;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.harness.Conformance;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rows that every data plane has to pass, against the agent and the kernel. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostConformanceIT {
  private final Map<String, Integer> notApplicable = new TreeMap<>();
  private HostTarget target;
  private Conformance conformance;

  @BeforeAll
  void start() throws IOException {
    TestAgents.requireRoot(getClass());
    target = new HostTarget();
    conformance = new Conformance(target);
  }

  @AfterAll
  void stop() {
    notApplicable.forEach(
        (why, rows) -> System.out.println("Not for a host, " + rows + " rows: " + why));
    if (conformance != null) {
      conformance.close();
    }
    if (target != null) {
      target.close();
    }
  }

  static List<Row> rows() {
    return Fixtures.rows();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void row(Row row) {
    Optional<String> obstacle = target.obstacleFor(row);
    obstacle.ifPresent(why -> notApplicable.merge(why, 1, Integer::sum));
    assumeTrue(obstacle.isEmpty(), () -> "wants " + obstacle.orElseThrow());
    assertThat(conformance.differencesFrom(row)).as("%s", row).isEmpty();
  }
}

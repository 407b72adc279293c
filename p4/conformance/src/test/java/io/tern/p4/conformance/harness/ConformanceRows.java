package io.tern.p4.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tern.p4.conformance.fixture.Fixtures;
import io.tern.p4.conformance.fixture.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the fixtures, against the device of a subclass. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ConformanceRows {
  /** Rows that the device cannot be asked, by what they want. */
  private final Map<String, Integer> notApplicable = new TreeMap<>();

  private PacketTarget target;
  private Conformance conformance;

  /** The device; {@code log} may get what it says. */
  abstract PacketTarget start(Path log) throws IOException;

  /** For devices that have a client before they have ports. */
  Conformance conformance(PacketTarget device) {
    return new Conformance(device);
  }

  @BeforeAll
  void startDevice() throws IOException {
    Path log = Path.of("target", getClass().getSimpleName() + ".log");
    Files.createDirectories(log.getParent());
    target = start(log);
    conformance = conformance(target);
  }

  @AfterAll
  void stopDevice() {
    notApplicable.forEach(
        (why, rows) -> System.out.println("Not run, " + rows + " rows want " + why));
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

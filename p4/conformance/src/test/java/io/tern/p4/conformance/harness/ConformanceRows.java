package io.tern.p4.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Fixtures;
import io.tern.p4.conformance.fixture.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the fixtures, against the device of a subclass. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ConformanceRows {
  private PacketTarget target;
  private Conformance conformance;

  /** The device; {@code log} may get what it says. */
  abstract PacketTarget start(Path log) throws IOException;

  @BeforeAll
  void startDevice() throws IOException {
    Path log = Path.of("target", getClass().getSimpleName() + ".log");
    Files.createDirectories(log.getParent());
    target = start(log);
    conformance = new Conformance(target);
  }

  @AfterAll
  void stopDevice() {
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
    assertThat(conformance.observe(row).differencesFrom(row)).as("%s", row).isEmpty();
  }

  @Test
  void aPacketCountsAtEveryEntryThatItHits() {
    Row routed = rowNamed("long header of version 0x00000001");
    Row unknownServer = rowNamed("server ID of no backend, short header");
    assertThat(routed.state()).isEqualTo(unknownServer.state());
    // Fresh entries: the counters begin at zero.
    conformance.write(DeviceState.EMPTY);

    conformance.observe(routed);
    conformance.observe(unknownServer);

    long octets = octets(routed);
    long more = octets(unknownServer);
    assertThat(hits(DeviceEntry.Vip.class)).containsExactly("0/0", "2/" + (octets + more));
    assertThat(hits(DeviceEntry.CidConfig.class)).containsExactly("2/" + (octets + more));
    assertThat(hits(DeviceEntry.ServerId.class)).containsExactly("0/0", "1/" + octets);
    assertThat(hits(DeviceEntry.Backend.class)).contains("1/" + octets, "1/" + more);
  }

  /** Packets and octets of the standard state's entries of a kind, sorted. */
  private List<String> hits(Class<? extends DeviceEntry> kind) {
    return rowNamed("long header of version 0x00000001").state().entries().stream()
        .filter(kind::isInstance)
        .map(conformance::hits)
        .map(data -> data.getPacketCount() + "/" + data.getByteCount())
        .sorted()
        .toList();
  }

  private static long octets(Row row) {
    return ((Row.Input.Arrives) row.input()).frame().length();
  }

  private static Row rowNamed(String description) {
    return rows().stream()
        .filter(row -> row.description().equals(description))
        .findFirst()
        .orElseThrow();
  }
}

package io.tern.core.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.conformance.fixture.Fixtures;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.fixture.Row.Input;
import io.tern.p4.conformance.fixture.Row.Output;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The rows of {@code p4/conformance}, which every data plane has to pass, were written by hand; the
 * oracle must give the same answers. It reads their entries by {@link RowView}.
 */
class OracleSaysWhatTheRowsSayTest {
  private static final long MICROS_BETWEEN_STEPS = 1_000;

  @Test
  void inEveryRow() {
    List<String> differences = new ArrayList<>();
    int same = 0;
    for (Row row : Fixtures.rows()) {
      List<String> found = differencesFrom(row);
      found.forEach(difference -> differences.add(row + ": " + difference));
      same += found.isEmpty() ? 1 : 0;
    }
    System.out.println("oracle = rows: " + same + " of " + Fixtures.rows().size());

    assertThat(differences).isEmpty();
  }

  private static List<String> differencesFrom(Row row) {
    FlowState remembered = new FlowState();
    List<String> differences = new ArrayList<>();
    long micros = 0;
    for (Row.Step step : row.steps()) {
      micros += MICROS_BETWEEN_STEPS;
      RowView view = new RowView(step.state());
      Oracle oracle = new Oracle(view);
      Decision decision =
          step.input() instanceof Input.Arrives in
              ? oracle.route(in.port(), frame(in.frame()), remembered, micros)
              : packetOut(oracle, (Input.PacketOut) step.input());
      differences.addAll(differences(step, view, decision));
    }
    return differences;
  }

  private static Decision packetOut(Oracle oracle, Input.PacketOut out) {
    return oracle.packetOut(out.egressPort(), frame(out.frame()));
  }

  private static List<String> differences(Row.Step step, RowView view, Decision decision) {
    List<String> differences = new ArrayList<>();
    differ(differences, "reason", step.reason(), decision.reason());
    List<Output> said = new ArrayList<>();
    for (Decision.Output output : decision.outputs()) {
      Octets frame = Octets.of(output.frame().toByteArray());
      said.add(
          output.port() == RowView.CPU_PORT
              ? packetIn(step.input(), decision, frame)
              : new Output.Leaves(output.port(), frame));
    }
    if (decision.copy() != Decision.Copy.NEVER) {
      Output copy = packetIn(step.input(), decision, ((Input.Arrives) step.input()).frame());
      if (decision.copy() == Decision.Copy.ALWAYS || step.outputs().contains(copy)) {
        said.add(copy);
      }
    }
    differ(differences, "outputs", sorted(step.outputs()), sorted(said));
    if (step.counts().checked()) {
      differ(
          differences,
          "direct counters",
          new HashSet<DeviceEntry>(step.counts().direct()),
          view.counting(decision.hits()));
      differ(
          differences,
          "migrated",
          step.counts().migrated(),
          decision.migratedPool().map(Integer::valueOf).stream().toList());
    }
    return differences;
  }

  private static Output packetIn(Input input, Decision decision, Octets frame) {
    return new Output.PacketIn(((Input.Arrives) input).port(), decision.reason(), frame);
  }

  private static Frame frame(Octets octets) {
    return Frame.of(octets.toByteArray());
  }

  private static void differ(List<String> differences, String what, Object row, Object oracle) {
    if (!row.equals(oracle)) {
      differences.add(what + ": row " + row + ", oracle " + oracle);
    }
  }

  private static List<String> sorted(List<Output> outputs) {
    return outputs.stream().map(Output::toString).sorted().toList();
  }
}

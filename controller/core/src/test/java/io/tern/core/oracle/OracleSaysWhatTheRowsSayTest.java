package io.tern.core.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.core.oracle.RowView.NotOfAnIntent;
import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.conformance.fixture.Fixtures;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.fixture.Row.Input;
import io.tern.p4.conformance.fixture.Row.Output;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The rows of {@code p4/conformance}, which every data plane has to pass, were written by hand; the
 * oracle must give the same answers. It reads their entries by {@link RowView}.
 */
class OracleSaysWhatTheRowsSayTest {
  private static final long MICROS_BETWEEN_STEPS = 1_000;

  /** A new row of this kind, or an old one that is not any more, is to be noticed. */
  private static final Map<String, Integer> NOT_OF_AN_INTENT =
      Map.of(
          "a CID configuration that QUIC-LB does not allow", 32,
          "a packet-out, which the controller answers for", 5,
          "copies that have no clone session to the controller", 1);

  @Test
  void inEveryRowThatAnIntentCanAskFor() {
    List<String> differences = new ArrayList<>();
    Map<String, List<String>> notOfAnIntent = new TreeMap<>();
    int same = 0;
    for (Row row : Fixtures.rows()) {
      try {
        List<String> found = differencesFrom(row);
        found.forEach(difference -> differences.add(row + ": " + difference));
        same += found.isEmpty() ? 1 : 0;
      } catch (NotOfAnIntent e) {
        notOfAnIntent
            .computeIfAbsent(e.getMessage(), reason -> new ArrayList<>())
            .add(row.description());
      }
    }
    System.out.println(
        "oracle = rows: "
            + same
            + " of "
            + Fixtures.rows().size()
            + "; no intent asks for the others:");
    notOfAnIntent.forEach(
        (reason, rows) -> System.out.println("  " + rows.size() + " x " + reason + ": " + rows));

    assertThat(differences).isEmpty();
    Map<String, Integer> counts = new TreeMap<>();
    notOfAnIntent.forEach((reason, rows) -> counts.put(reason, rows.size()));
    assertThat(counts).isEqualTo(NOT_OF_AN_INTENT);
  }

  private static List<String> differencesFrom(Row row) {
    FlowState remembered = new FlowState();
    List<String> differences = new ArrayList<>();
    long micros = 0;
    for (Row.Step step : row.steps()) {
      micros += MICROS_BETWEEN_STEPS;
      if (!(step.input() instanceof Input.Arrives arrives)) {
        throw new NotOfAnIntent("a packet-out, which the controller answers for");
      }
      RowView view = new RowView(step.state());
      Decision decision =
          new Oracle(view)
              .route(arrives.port(), Frame.of(arrives.frame().toByteArray()), remembered, micros);
      differences.addAll(differences(step, arrives, view, decision));
    }
    return differences;
  }

  private static List<String> differences(
      Row.Step step, Input.Arrives arrives, RowView view, Decision decision) {
    List<String> differences = new ArrayList<>();
    differ(differences, "reason", step.reason(), decision.reason());
    List<Output> said = new ArrayList<>();
    for (Decision.Output output : decision.outputs()) {
      Octets frame = Octets.of(output.frame().toByteArray());
      said.add(
          output.port() == RowView.CPU_PORT
              ? new Output.PacketIn(arrives.port(), decision.reason(), frame)
              : new Output.Leaves(output.port(), frame));
    }
    Output copy = new Output.PacketIn(arrives.port(), decision.reason(), arrives.frame());
    boolean sampled = decision.copy() == Decision.Copy.MAYBE && step.outputs().contains(copy);
    if (sampled || decision.copy() == Decision.Copy.ALWAYS) {
      said.add(copy);
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

  private static void differ(List<String> differences, String what, Object row, Object oracle) {
    if (!row.equals(oracle)) {
      differences.add(what + ": row " + row + ", oracle " + oracle);
    }
  }

  private static List<String> sorted(List<Output> outputs) {
    return outputs.stream().map(Output::toString).sorted().toList();
  }
}

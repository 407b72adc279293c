package io.tern.p4.conformance.harness;

import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.fixture.Row.Output;
import io.tern.p4.contract.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a device did with the input of a row's step.
 *
 * @param outputs everything that it sent
 * @param packets by how much each cell of the reason counter grew, without those that did not
 * @param octets the same in octets
 */
public record Observation(
    List<Output> outputs, Map<Reason, Long> packets, Map<Reason, Long> octets) {

  public Observation {
    outputs = List.copyOf(outputs);
    packets = Map.copyOf(packets);
    octets = Map.copyOf(octets);
  }

  /** Where this differs from what the step wants, a line each; empty if it does not. */
  public List<String> differencesFrom(Row.Step step) {
    List<String> differences = new ArrayList<>();
    List<Output> unexpected = new ArrayList<>(outputs);
    for (Output expected : step.outputs()) {
      if (!unexpected.remove(expected)) {
        differences.add("missing:    " + expected);
      }
    }
    unexpected.forEach(output -> differences.add("unexpected: " + output));
    if (!packets.equals(Map.of(step.reason(), 1L))) {
      differences.add("counted:    " + packets + " packets; wanted 1 of " + step.reason());
    }
    // A packet-out has a header of its own, which some devices count and others do not.
    if (step.input() instanceof Row.Input.Arrives arrives
        && !octets.equals(Map.of(step.reason(), (long) arrives.frame().length()))) {
      differences.add(
          "counted:    " + octets + " octets; the frame has " + arrives.frame().length());
    }
    return differences;
  }
}

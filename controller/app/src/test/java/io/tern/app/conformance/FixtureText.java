package io.tern.app.conformance;

import io.tern.app.conformance.FuzzCase.Arrival;
import io.tern.core.entry.Bits;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.oracle.Decision;
import io.tern.core.planner.DevicePlan;
import io.tern.p4.contract.TernP4;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** Writes a case as a row of the conformance suite, for its fixtures: what the oracle says. */
final class FixtureText {
  private FixtureText() {}

  /** Java source of a {@code Row}; {@code decisions} are those of the arrivals. */
  static String row(
      String description, DevicePlan plan, List<Arrival> arrivals, List<Decision> decisions) {
    StringJoiner steps = new StringJoiner(",\n", "        List.of(\n", ")");
    for (int i = 0; i < arrivals.size(); i++) {
      steps.add(step(arrivals.get(i), decisions.get(i)));
    }
    return "DeviceState state =\n    "
        + state(plan)
        + ";\nrows.add(\n    new Row(\n        \""
        + description
        + "\",\n"
        + steps
        + "));";
  }

  private static String step(Arrival arrival, Decision decision) {
    String outputs =
        decision.outputs().stream()
            .map(out -> "new Output.Leaves(%d, %s)".formatted(out.port(), hex(out.frame())))
            .collect(Collectors.joining(", "));
    if (decision.copy() == Decision.Copy.ALWAYS) {
      outputs +=
          "%snew Output.PacketIn(%d, Reason.%s, %s)"
              .formatted(
                  outputs.isEmpty() ? "" : ", ",
                  arrival.port(),
                  decision.reason(),
                  hex(arrival.frame()));
    }
    return """
                    new Step(
                        state,
                        new Input.Arrives(%d, %s),
                        List.of(%s),
                        Reason.%s)"""
        .formatted(arrival.port(), hex(arrival.frame()), outputs, decision.reason());
  }

  private static String state(DevicePlan plan) {
    String entries =
        plan.entries().values().stream()
            .map(FixtureText::entry)
            .collect(Collectors.joining(",\n            "));
    String groups =
        plan.groups().stream().map(FixtureText::group).collect(Collectors.joining(", "));
    String sessions =
        plan.cloneSessions().stream()
            .map(
                session ->
                    session.id()
                        + ", List.of("
                        + session.replicas().stream()
                            .map(replica -> Integer.toString(replica.port()))
                            .collect(Collectors.joining(", "))
                        + ")")
            .collect(Collectors.joining(", "));
    return "new DeviceState(\n        List.of(\n            %s),\n        Map.of(%s),\n        Map.of(%s),\n        %s)"
        .formatted(entries, groups, sessions, unknownMacs(plan));
  }

  private static String unknownMacs(DevicePlan plan) {
    TableEntry.Action action = plan.defaultActions().get(Tables.L2.ID);
    return action.actionId() == Actions.L2Flood.ID
        ? action.params().get(0).toBigInteger().toString()
        : "0";
  }

  private static String group(MulticastGroup group) {
    return group.id()
        + ", List.of("
        + group.replicas().stream()
            .map(replica -> "new Copy(%d, %d)".formatted(replica.port(), replica.instance()))
            .collect(Collectors.joining(", "))
        + ")";
  }

  private static String entry(TableEntry entry) {
    String rate =
        entry
            .meter()
            .map(
                m ->
                    "Optional.of(new Rate(%d, %d))"
                        .formatted(m.committedRate(), m.committedBurst()))
            .orElse("Optional.empty()");
    return "/* %s, %s */ new DeviceEntry(0x%08x, List.of(%s), 0x%08x, List.of(%s), %s)"
        .formatted(
            TernP4.nameOf(entry.key().tableId()),
            TernP4.nameOf(entry.action().actionId()),
            entry.key().tableId(),
            octets(entry.key().match()),
            entry.action().actionId(),
            octets(entry.action().params()),
            rate);
  }

  private static String octets(List<Bits> values) {
    return values.stream()
        .map(bits -> hex(bits.toString().replaceFirst("^0x", "")))
        .collect(Collectors.joining(", "));
  }

  private static String hex(Object octets) {
    return "Octets.hex(\"" + octets + "\")";
  }
}

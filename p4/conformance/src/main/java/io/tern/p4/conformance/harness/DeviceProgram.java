package io.tern.p4.conformance.harness;

import static java.util.Objects.requireNonNull;

import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.config.v1.P4Info;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a device's P4Info says that it can do: profiles leave tables and actions out. */
public final class DeviceProgram {
  private final Set<Integer> ids;

  public DeviceProgram(P4Info p4Info) {
    requireNonNull(p4Info, "p4Info");
    ids =
        Stream.of(
                p4Info.getTablesList().stream().map(table -> table.getPreamble().getId()),
                p4Info.getActionsList().stream().map(action -> action.getPreamble().getId()),
                p4Info.getCountersList().stream().map(counter -> counter.getPreamble().getId()))
            .flatMap(ids -> ids)
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether a table, an action or an indirect counter of the contract is there. */
  public boolean has(int id) {
    return ids.contains(id);
  }

  /** Tables and actions that a row uses and the device does not have, by name. */
  public Set<String> missingFor(Row row) {
    Set<String> missing = new TreeSet<>();
    for (Row.Step step : row.steps()) {
      for (DeviceEntry entry : step.state().entries()) {
        for (int id : new int[] {entry.tableId(), entry.actionId()}) {
          if (!has(id)) {
            missing.add(TernP4.nameOf(id));
          }
        }
      }
    }
    return missing;
  }
}

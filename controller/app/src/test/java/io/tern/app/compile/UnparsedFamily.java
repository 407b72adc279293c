package io.tern.app.compile;

import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Fixtures;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.fixture.Row.Input.Arrives;
import io.tern.p4.conformance.fixture.Row.Output.Leaves;
import io.tern.p4.conformance.harness.DeviceProgram;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Frames of an address family that a profile leaves out: no VIP's, fragments and malformed ones
 * too, and carried by {@code l2} as they are.
 */
final class UnparsedFamily {
  private static final int ETHERNET = 14;
  private static final Map<String, Integer> VIPS =
      Map.of("0800", Tables.VipV4.ID, "86dd", Tables.VipV6.ID);

  /** Of the rows whose frames come to the gateway, where {@code l2} sends them. */
  private static final String GATEWAY_MAC = "02:00:00:00:fe:01";

  private static final int GATEWAY_PORT = 4;
  private static final DeviceEntry GATEWAY =
      DeviceState.EMPTY.station(GATEWAY_MAC, GATEWAY_PORT).entries().get(0);

  private UnparsedFamily() {}

  /** What becomes of the frames of rows that the program does not parse, as rows of their own. */
  static List<Row> rows(DeviceProgram program) {
    List<Row> rows = new ArrayList<>();
    for (Row row : Fixtures.rows()) {
      Row.Step step = program.fitted(row).steps().get(0);
      if (step.input() instanceof Arrives arrives
          && step.state().entries().contains(GATEWAY)
          && arrives.port() != GATEWAY_PORT
          && isUnparsed(arrives.frame(), program)) {
        rows.add(
            new Row(
                row.description() + ", of a family that is not parsed",
                List.of(
                    new Row.Step(
                        step.state(),
                        arrives,
                        List.of(new Leaves(GATEWAY_PORT, arrives.frame())),
                        Reason.NOT_VIP))));
      }
    }
    return rows;
  }

  private static boolean isUnparsed(Octets frame, DeviceProgram program) {
    if (frame.length() < ETHERNET || !frame.first(6).equals(Octets.hex(GATEWAY_MAC))) {
      return false;
    }
    Octets etherType = frame.from(ETHERNET - 2).first(2);
    return VIPS.entrySet().stream()
        .anyMatch(
            family ->
                etherType.equals(Octets.hex(family.getKey())) && !program.has(family.getValue()));
  }
}

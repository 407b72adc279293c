package io.tern.app.compile;

import com.google.protobuf.Message;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.config.v1.Action;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.config.v1.Preamble;
import io.tern.proto.p4.config.v1.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Whether a program is a variant of the contract: nothing in it that the contract does not have,
 * nothing of another shape, and the core there. What else is missing the planner does without.
 */
final class ContractCheck {
  private static final List<Integer> CORE =
      List.of(
          TernP4.Tables.CidConfig.ID,
          TernP4.Tables.ServerId.ID,
          TernP4.Tables.Fallback.ID,
          TernP4.Tables.Backend.ID,
          TernP4.Tables.L2.ID);

  private ContractCheck() {}

  /**
   * Checks a program's P4Info.
   *
   * @throws BundleException with what differs
   */
  static void check(P4Info program, P4Info contract) throws BundleException {
    same(
        "table",
        program.getTablesList(),
        contract.getTablesList(),
        Table::getPreamble,
        ContractCheck::keysOf);
    same(
        "action",
        program.getActionsList(),
        contract.getActionsList(),
        Action::getPreamble,
        action -> action);
    for (int id : CORE) {
      if (program.getTablesList().stream().noneMatch(table -> table.getPreamble().getId() == id)) {
        throw differs("has no table " + TernP4.nameOf(id));
      }
    }
  }

  /** A table without what a profile chooses: its size and which actions it has. */
  private static Message keysOf(Table table) {
    return Table.newBuilder()
        .setPreamble(table.getPreamble())
        .addAllMatchFields(table.getMatchFieldsList())
        .build();
  }

  private static <T extends Message> void same(
      String kind,
      List<T> program,
      List<T> contract,
      Function<T, Preamble> preamble,
      Function<T, Message> shape)
      throws BundleException {
    Map<Integer, T> known = new HashMap<>();
    contract.forEach(item -> known.put(preamble.apply(item).getId(), item));
    for (T item : program) {
      Preamble about = preamble.apply(item);
      T expected = known.get(about.getId());
      if (expected == null) {
        throw differs("has " + kind + " " + about.getName() + ", which the contract does not know");
      }
      if (!shape.apply(item).equals(shape.apply(expected))) {
        throw differs("has another " + kind + " " + about.getName() + " than the contract");
      }
    }
  }

  private static BundleException differs(String what) {
    return new BundleException(
        P4Compiler.P4INFO + ": the program " + what + "; compile it with this version of Tern");
  }
}

package io.tern.southbound.reconcile;

import io.tern.core.entry.TableEntry;
import io.tern.core.planner.Operation;
import io.tern.proto.p4.config.v1.MatchField;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.config.v1.Table;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Names entities in the program's own words, for operators. Immutable. */
final class EntityNames {
  private final Map<Integer, Table> tables;

  EntityNames(P4Info p4Info) {
    this.tables =
        p4Info.getTablesList().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    table -> table.getPreamble().getId(), Function.identity()));
  }

  /** "backend[backend_id=0x07]". */
  String describe(TableEntry.Key key) {
    Table table = tables.getOrDefault(key.tableId(), Table.getDefaultInstance());
    Map<Integer, String> fields =
        table.getMatchFieldsList().stream()
            .collect(Collectors.toMap(MatchField::getId, MatchField::getName));
    StringJoiner text = new StringJoiner(", ", tableName(key.tableId()) + "[", "]");
    for (int i = 0; i < key.match().size(); i++) {
      text.add(fields.getOrDefault(i + 1, "field " + (i + 1)) + "=" + key.match().get(i));
    }
    return text.toString();
  }

  /** "insert of backend[backend_id=0x07]". */
  String describe(Operation operation) {
    if (operation instanceof Operation.InsertEntry insert) {
      return "insert of " + describe(insert.entry().key());
    } else if (operation instanceof Operation.ModifyEntry modify) {
      return "change of " + describe(modify.after().key());
    } else if (operation instanceof Operation.DeleteEntry delete) {
      return "removal of " + describe(delete.entry().key());
    } else if (operation instanceof Operation.SetDefaultAction set) {
      return "default action of " + tableName(set.tableId());
    } else if (operation instanceof Operation.InsertGroup insert) {
      return "insert of multicast group " + insert.group().id();
    } else if (operation instanceof Operation.ModifyGroup modify) {
      return "change of multicast group " + modify.after().id();
    } else if (operation instanceof Operation.DeleteGroup delete) {
      return "removal of multicast group " + delete.group().id();
    } else if (operation instanceof Operation.InsertCloneSession insert) {
      return "insert of clone session " + insert.session().id();
    } else if (operation instanceof Operation.ModifyCloneSession modify) {
      return "change of clone session " + modify.after().id();
    } else if (operation instanceof Operation.DeleteCloneSession delete) {
      return "removal of clone session " + delete.session().id();
    }
    throw new AssertionError("no such operation: " + operation);
  }

  private String tableName(int tableId) {
    Table table = tables.get(tableId);
    return table == null ? "table " + tableId : table.getPreamble().getAlias();
  }
}

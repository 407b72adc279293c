package io.tern.southbound.testing;

import io.tern.core.entry.Bits;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import java.util.ArrayList;
import java.util.List;

/** Reads entities of the contract for assertions. */
public final class Entities {
  private Entities() {}

  /** The last part of the table's name, "group" or "clone session". */
  public static String tableOf(Entity entity) {
    if (!entity.hasTableEntry()) {
      return entity.getPacketReplicationEngineEntry().hasCloneSessionEntry()
          ? "clone session"
          : "group";
    }
    String name = TernP4.nameOf(entity.getTableEntry().getTableId());
    String table = name.substring(name.lastIndexOf('.') + 1);
    return entity.getTableEntry().getIsDefaultAction() ? table + " default" : table;
  }

  /** "INSERT backend", in the order of arrival, runs of the same folded into one. */
  public static List<String> steps(List<Update> updates) {
    List<String> steps = new ArrayList<>();
    for (Update update : updates) {
      String step = update.getType() + " " + tableOf(update.getEntity());
      if (steps.isEmpty() || !steps.get(steps.size() - 1).equals(step)) {
        steps.add(step);
      }
    }
    return steps;
  }

  /** The entities of a table. */
  public static List<Entity> of(String table, List<Entity> entities) {
    return entities.stream().filter(e -> tableOf(e).equals(table)).toList();
  }

  /** The first match field as a number. */
  public static int firstKey(Entity entity) {
    return number(entity.getTableEntry().getMatch(0).getExact().getValue().toByteArray());
  }

  /** The first action parameter as a number. */
  public static int firstParam(Entity entity) {
    TableEntry entry = entity.getTableEntry();
    return number(entry.getAction().getAction().getParams(0).getValue().toByteArray());
  }

  private static int number(byte[] octets) {
    return Bits.of(octets).toBigInteger().intValueExact();
  }
}

package io.tern.southbound.codec;

import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import io.tern.core.planner.Operation;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.Update;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes many operations as {@link OperationCodec} writes each, faster: what most entries of a plan
 * have in common is encoded once. Not thread-safe; good for one difference.
 */
public final class OperationEncoder {
  /** The slots of a fallback share as many actions as there are backends. */
  private final Map<TableEntry.Action, TableAction> slotActions = new HashMap<>();

  /** Pool, or SID space: the same in one entry after the other. */
  private Bits lastFirstValue;

  private FieldMatch lastFirstField;

  /** The update that does what {@code operation} says. */
  public Update toUpdate(Operation operation) {
    if (operation instanceof Operation.InsertEntry insert) {
      return update(Update.Type.INSERT, insert.entry());
    } else if (operation instanceof Operation.ModifyEntry modify) {
      return update(Update.Type.MODIFY, modify.after());
    }
    return OperationCodec.toUpdate(operation);
  }

  private Update update(Update.Type type, TableEntry entry) {
    if (entry.meter().isPresent()) {
      return OperationCodec.toUpdate(type, EntityCodec.toEntity(entry));
    }
    io.tern.proto.p4.v1.TableEntry.Builder encoded =
        io.tern.proto.p4.v1.TableEntry.newBuilder().setTableId(entry.key().tableId());
    List<Bits> match = entry.key().match();
    for (int i = 0; i < match.size(); i++) {
      encoded.addMatch(
          i == 0 ? firstField(match.get(0)) : EntityCodec.toField(i + 1, match.get(i)));
    }
    encoded.setAction(
        entry.action().actionId() == Actions.ToFallbackBackend.ID
            ? slotActions.computeIfAbsent(entry.action(), EntityCodec::toProto)
            : EntityCodec.toProto(entry.action()));
    return OperationCodec.toUpdate(
        type, Entity.newBuilder().setTableEntry(encoded.build()).build());
  }

  private FieldMatch firstField(Bits value) {
    if (!value.equals(lastFirstValue)) {
      lastFirstValue = value;
      lastFirstField = EntityCodec.toField(1, value);
    }
    return lastFirstField;
  }
}

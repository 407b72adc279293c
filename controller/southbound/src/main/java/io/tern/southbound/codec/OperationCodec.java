package io.tern.southbound.codec;

import io.tern.core.planner.Operation;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.Update;

/** Writes the planner's operations as updates. Pure. */
public final class OperationCodec {
  private OperationCodec() {}

  /** The update that does what {@code operation} says. */
  public static Update toUpdate(Operation operation) {
    if (operation instanceof Operation.InsertEntry insert) {
      return toUpdate(Update.Type.INSERT, EntityCodec.toEntity(insert.entry()));
    } else if (operation instanceof Operation.ModifyEntry modify) {
      return toUpdate(Update.Type.MODIFY, EntityCodec.toEntity(modify.after()));
    } else if (operation instanceof Operation.DeleteEntry delete) {
      return toUpdate(Update.Type.DELETE, EntityCodec.toEntity(delete.entry().key()));
    } else if (operation instanceof Operation.SetDefaultAction set) {
      return toUpdate(Update.Type.MODIFY, EntityCodec.toDefaultEntity(set.tableId(), set.after()));
    } else if (operation instanceof Operation.InsertGroup insert) {
      return toUpdate(Update.Type.INSERT, EntityCodec.toEntity(insert.group()));
    } else if (operation instanceof Operation.ModifyGroup modify) {
      return toUpdate(Update.Type.MODIFY, EntityCodec.toEntity(modify.after()));
    } else if (operation instanceof Operation.DeleteGroup delete) {
      return toUpdate(Update.Type.DELETE, EntityCodec.toGroupEntity(delete.group().id()));
    } else if (operation instanceof Operation.InsertCloneSession insert) {
      return toUpdate(Update.Type.INSERT, EntityCodec.toEntity(insert.session()));
    } else if (operation instanceof Operation.ModifyCloneSession modify) {
      return toUpdate(Update.Type.MODIFY, EntityCodec.toEntity(modify.after()));
    } else if (operation instanceof Operation.DeleteCloneSession delete) {
      return toUpdate(Update.Type.DELETE, EntityCodec.toCloneSessionEntity(delete.session().id()));
    }
    throw new AssertionError("no such operation: " + operation);
  }

  /** The update that removes an entity, however it was written. */
  public static Update toRemoval(Entity entity) {
    return toUpdate(Update.Type.DELETE, EntityCodec.identityOf(entity));
  }

  static Update toUpdate(Update.Type type, Entity entity) {
    return Update.newBuilder().setType(type).setEntity(entity).build();
  }
}

package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.p4runtime.P4InfoIndex.RegisterSchema;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.P4Data;
import io.tern.proto.p4.v1.RegisterEntry;
import io.tern.proto.p4.v1.Update;
import java.math.BigInteger;
import java.util.function.Consumer;

/** Registers of one pipeline (section 9.7). simple_switch_grpc refuses them. */
final class RegisterCells {
  private final P4InfoIndex info;
  private final DataPlane dataPlane;

  RegisterCells(P4InfoIndex info, DataPlane dataPlane) {
    this.info = info;
    this.dataPlane = dataPlane;
  }

  /** Sets one cell, or all of them if the index is unset. */
  void write(Update.Type type, RegisterEntry entry, UndoLog undo) {
    if (type != Update.Type.MODIFY) {
      throw P4RuntimeException.invalidArgument(
          "a register always exists: it can be modified only, not %s", type);
    }
    RegisterSchema register = info.register(entry.getRegisterId());
    int from = entry.hasIndex() ? index(register, entry) : 0;
    int to = entry.hasIndex() ? from + 1 : register.size();
    BigInteger value = decode(register, entry.getData());
    for (int i = from; i < to; i++) {
      int cell = i;
      BigInteger old = dataPlane.register(register.name(), cell);
      dataPlane.setRegister(register.name(), cell, value);
      undo.add(() -> dataPlane.setRegister(register.name(), cell, old));
    }
  }

  /** Finds cells: of all registers (ID 0), of one, or a single one. */
  void read(RegisterEntry request, Consumer<PendingEntity> found) {
    if (request.getRegisterId() == 0) {
      info.registers().values().forEach(register -> readAll(register, found));
      return;
    }
    RegisterSchema register = info.register(request.getRegisterId());
    if (request.hasIndex()) {
      int cell = index(register, request);
      found.accept(() -> cell(register, cell));
    } else {
      readAll(register, found);
    }
  }

  /** Takes over the values of another pipeline's registers, where both have the same one. */
  void copyFrom(RegisterCells other) {
    for (RegisterSchema register : info.registers().values()) {
      if (register.equals(other.info.registers().get(register.id()))) {
        for (int cell = 0; cell < register.size(); cell++) {
          dataPlane.setRegister(
              register.name(), cell, other.dataPlane.register(register.name(), cell));
        }
      }
    }
  }

  private void readAll(RegisterSchema register, Consumer<PendingEntity> found) {
    for (int i = 0; i < register.size(); i++) {
      int cell = i;
      found.accept(() -> cell(register, cell));
    }
  }

  private Entity cell(RegisterSchema register, int cell) {
    RegisterEntry.Builder entry = RegisterEntry.newBuilder().setRegisterId(register.id());
    entry.getIndexBuilder().setIndex(cell);
    entry
        .getDataBuilder()
        .setBitstring(Bytestrings.encode(dataPlane.register(register.name(), cell)));
    return Entity.newBuilder().setRegisterEntry(entry).build();
  }

  private static BigInteger decode(RegisterSchema register, P4Data data) {
    if (data.getDataCase() != P4Data.DataCase.BITSTRING) {
      throw P4RuntimeException.invalidArgument(
          "%s: expected a bitstring, not %s", register, data.getDataCase());
    }
    return Bytestrings.parse(data.getBitstring(), register.width(), register);
  }

  private static int index(RegisterSchema register, RegisterEntry entry) {
    return Cell.index("register", register.name(), register.size(), entry.getIndex());
  }
}

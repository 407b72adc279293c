package io.tern.embedded.p4runtime;

import static io.tern.embedded.p4runtime.TestController.bytes;

import com.google.protobuf.ByteString;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.MulticastGroupEntry;
import io.tern.proto.p4.v1.PacketReplicationEngineEntry;
import io.tern.proto.p4.v1.Replica;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;

/** Updates and entities for {@link TestProgram}. */
final class Updates {

  private Updates() {}

  static Update insert(TableEntry.Builder entry) {
    return update(Update.Type.INSERT, entity(entry));
  }

  static Update modify(TableEntry.Builder entry) {
    return update(Update.Type.MODIFY, entity(entry));
  }

  static Update delete(TableEntry.Builder entry) {
    return update(Update.Type.DELETE, entity(entry));
  }

  static Update update(Update.Type type, Entity entity) {
    return Update.newBuilder().setType(type).setEntity(entity).build();
  }

  static Entity entity(TableEntry.Builder entry) {
    return Entity.newBuilder().setTableEntry(entry).build();
  }

  /** An entry of the exact table, which forwards to port 3. */
  static TableEntry.Builder mac(int lastOctet) {
    return macKey(lastOctet).setAction(forward(bytes(3), bytes(0x0a)));
  }

  static TableEntry.Builder macKey(int lastOctet) {
    return TableEntry.newBuilder()
        .setTableId(TestProgram.MAC)
        .addMatch(exact(1, bytes(0x02, 0, 0, 0, 0, lastOctet)));
  }

  static TableEntry.Builder route(int prefixLength, int... octets) {
    return TableEntry.newBuilder()
        .setTableId(TestProgram.ROUTE)
        .addMatch(
            FieldMatch.newBuilder()
                .setFieldId(1)
                .setLpm(
                    FieldMatch.LPM.newBuilder().setValue(bytes(octets)).setPrefixLen(prefixLength)))
        .setAction(drop());
  }

  static FieldMatch exact(int field, ByteString value) {
    return FieldMatch.newBuilder()
        .setFieldId(field)
        .setExact(FieldMatch.Exact.newBuilder().setValue(value))
        .build();
  }

  static FieldMatch ternary(int field, ByteString value, ByteString mask) {
    return FieldMatch.newBuilder()
        .setFieldId(field)
        .setTernary(FieldMatch.Ternary.newBuilder().setValue(value).setMask(mask))
        .build();
  }

  static FieldMatch range(int field, ByteString low, ByteString high) {
    return FieldMatch.newBuilder()
        .setFieldId(field)
        .setRange(FieldMatch.Range.newBuilder().setLow(low).setHigh(high))
        .build();
  }

  static FieldMatch optional(int field, ByteString value) {
    return FieldMatch.newBuilder()
        .setFieldId(field)
        .setOptional(FieldMatch.Optional.newBuilder().setValue(value))
        .build();
  }

  static TableAction forward(ByteString port, ByteString mac) {
    return TableAction.newBuilder()
        .setAction(
            Action.newBuilder()
                .setActionId(TestProgram.FORWARD)
                .addParams(Action.Param.newBuilder().setParamId(1).setValue(port))
                .addParams(Action.Param.newBuilder().setParamId(2).setValue(mac)))
        .build();
  }

  static TableAction drop() {
    return call(TestProgram.DROP);
  }

  static TableAction call(int actionId) {
    return TableAction.newBuilder().setAction(Action.newBuilder().setActionId(actionId)).build();
  }

  static CounterData counter(long packets, long octets) {
    return CounterData.newBuilder().setPacketCount(packets).setByteCount(octets).build();
  }

  static Entity group(int id, int... ports) {
    MulticastGroupEntry.Builder group = MulticastGroupEntry.newBuilder().setMulticastGroupId(id);
    for (int port : ports) {
      group.addReplicas(Replica.newBuilder().setPort(bytes(port)).setInstance(1));
    }
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder().setMulticastGroupEntry(group))
        .build();
  }
}

package io.tern.p4.conformance.harness;

import com.google.protobuf.ByteString;
import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.CloneSessionEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.MeterConfig;
import io.tern.proto.p4.v1.MulticastGroupEntry;
import io.tern.proto.p4.v1.PacketReplicationEngineEntry;
import io.tern.proto.p4.v1.Replica;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.TableEntry;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** A {@link DeviceState} in the words of P4Runtime. */
final class Entities {
  private Entities() {}

  /**
   * Multicast groups and clone sessions, then table entries; without the default action of {@code
   * l2}.
   */
  static List<Entity> of(DeviceState state) {
    List<Entity> entities = new ArrayList<>();
    state.multicastGroups().forEach((group, copies) -> entities.add(multicastGroup(group, copies)));
    state.cloneSessions().forEach((session, ports) -> entities.add(cloneSession(session, ports)));
    for (DeviceEntry entry : state.entries()) {
      entities.add(Entity.newBuilder().setTableEntry(tableEntry(entry)).build());
    }
    return entities;
  }

  /** What {@code l2} does with a MAC address that it does not know. */
  static Entity unknownMacs(DeviceState state) {
    Action.Builder action = Action.newBuilder();
    if (state.unknownMacsGroup() == 0) {
      action.setActionId(Actions.L2Drop.ID);
    } else {
      action
          .setActionId(Actions.L2Flood.ID)
          .addParams(parameter(1, bytestring(state.unknownMacsGroup())));
    }
    return Entity.newBuilder()
        .setTableEntry(
            TableEntry.newBuilder()
                .setTableId(Tables.L2.ID)
                .setIsDefaultAction(true)
                .setAction(TableAction.newBuilder().setAction(action)))
        .build();
  }

  /** Key, action and rates. */
  static TableEntry tableEntry(DeviceEntry entry) {
    Action.Builder action = Action.newBuilder().setActionId(entry.actionId());
    for (int i = 0; i < entry.parameters().size(); i++) {
      action.addParams(parameter(i + 1, bytestring(entry.parameters().get(i))));
    }
    TableEntry.Builder written = key(entry).setAction(TableAction.newBuilder().setAction(action));
    entry
        .rate()
        .ifPresent(
            rate ->
                written.setMeterConfig(
                    MeterConfig.newBuilder()
                        .setCir(rate.packetsPerSecond())
                        .setCburst(rate.burst())
                        .setPir(rate.packetsPerSecond())
                        .setPburst(rate.burst())));
    return written.build();
  }

  /** Table and key alone. */
  static TableEntry.Builder key(DeviceEntry entry) {
    TableEntry.Builder key = TableEntry.newBuilder().setTableId(entry.tableId());
    for (int i = 0; i < entry.key().size(); i++) {
      key.addMatch(
          FieldMatch.newBuilder()
              .setFieldId(i + 1)
              .setExact(FieldMatch.Exact.newBuilder().setValue(bytestring(entry.key().get(i)))));
    }
    return key;
  }

  private static Action.Param parameter(int id, ByteString value) {
    return Action.Param.newBuilder().setParamId(id).setValue(value).build();
  }

  private static Entity multicastGroup(int group, List<DeviceState.Copy> copies) {
    MulticastGroupEntry.Builder entry = MulticastGroupEntry.newBuilder().setMulticastGroupId(group);
    for (DeviceState.Copy copy : copies) {
      entry.addReplicas(
          Replica.newBuilder().setPort(bytestring(copy.port())).setInstance(copy.instance()));
    }
    return replication(
        PacketReplicationEngineEntry.newBuilder().setMulticastGroupEntry(entry).build());
  }

  private static Entity cloneSession(int session, List<Integer> ports) {
    CloneSessionEntry.Builder entry = CloneSessionEntry.newBuilder().setSessionId(session);
    for (int port : ports) {
      entry.addReplicas(Replica.newBuilder().setPort(bytestring(port)).setInstance(1));
    }
    return replication(
        PacketReplicationEngineEntry.newBuilder().setCloneSessionEntry(entry).build());
  }

  private static Entity replication(PacketReplicationEngineEntry entry) {
    return Entity.newBuilder().setPacketReplicationEngineEntry(entry).build();
  }

  /** The shortest form (P4Runtime specification, "Bytestrings"). */
  static ByteString bytestring(long value) {
    return bytestring(Octets.number(value, 8));
  }

  private static ByteString bytestring(Octets value) {
    byte[] octets = new BigInteger(1, value.toByteArray()).toByteArray();
    int sign = octets.length > 1 && octets[0] == 0 ? 1 : 0;
    return ByteString.copyFrom(octets, sign, octets.length - sign);
  }
}

package io.tern.p4.conformance.harness;

import com.google.protobuf.ByteString;
import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.FieldMatch;
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

  /** Multicast groups, then table entries; without the default action of {@code l2}. */
  static List<Entity> of(DeviceState state) {
    List<Entity> entities = new ArrayList<>();
    state.multicastGroups().forEach((group, ports) -> entities.add(multicastGroup(group, ports)));
    for (DeviceEntry entry : state.entries()) {
      entities.add(Entity.newBuilder().setTableEntry(tableEntry(entry)).build());
    }
    return entities;
  }

  /** What {@code l2} does with a MAC address that it does not know. */
  static Entity unknownMacs(DeviceState state) {
    Action action =
        state.unknownMacsGroup() == 0
            ? action(Actions.L2Drop.ID)
            : action(Actions.L2Flood.ID, bytestring(state.unknownMacsGroup()));
    return Entity.newBuilder()
        .setTableEntry(
            TableEntry.newBuilder()
                .setTableId(Tables.L2.ID)
                .setIsDefaultAction(true)
                .setAction(TableAction.newBuilder().setAction(action)))
        .build();
  }

  /** Key and action. */
  static TableEntry tableEntry(DeviceEntry entry) {
    if (entry instanceof DeviceEntry.Vip vip) {
      return entry(
          vipTable(vip.address()),
          action(
              Actions.SetPool.ID,
              bytestring(vip.poolId()),
              bytestring(vip.fallbackMask()),
              bytestring(0),
              bytestring(0)),
          bytestring(vip.address()),
          bytestring(vip.port()));
    }
    if (entry instanceof DeviceEntry.SteerOnlyVip vip) {
      return entry(
          vipTable(vip.address()),
          action(Actions.SetPoolSteerOnly.ID, bytestring(vip.poolId())),
          bytestring(vip.address()),
          bytestring(vip.port()));
    }
    if (entry instanceof DeviceEntry.CidConfig config) {
      return entry(
          Tables.CidConfig.ID,
          action(
              Actions.DecodePlaintext.ID,
              bytestring(config.sidSpace()),
              bytestring(config.sidMask()),
              bytestring(config.minCidLength()),
              bytestring(0)),
          bytestring(config.poolId()),
          bytestring(config.codepoint()));
    }
    if (entry instanceof DeviceEntry.ServerId server) {
      return entry(
          Tables.ServerId.ID,
          action(Actions.ToBackend.ID, bytestring(server.backendId())),
          bytestring(server.sidSpace()),
          bytestring(server.serverId()));
    }
    if (entry instanceof DeviceEntry.FallbackSlot slot) {
      return entry(
          Tables.Fallback.ID,
          action(Actions.ToFallbackBackend.ID, bytestring(slot.backendId())),
          bytestring(slot.poolId()),
          bytestring(slot.slot()));
    }
    if (entry instanceof DeviceEntry.Backend backend) {
      return entry(
          Tables.Backend.ID,
          action(
              Actions.ForwardL2.ID,
              bytestring(backend.port()),
              bytestring(backend.dstMac()),
              bytestring(backend.srcMac())),
          bytestring(backend.backendId()));
    }
    if (entry instanceof DeviceEntry.Station station) {
      return entry(
          Tables.L2.ID,
          action(Actions.L2Forward.ID, bytestring(station.port())),
          bytestring(station.mac()));
    }
    if (entry instanceof DeviceEntry.FloodedMac flooded) {
      return entry(
          Tables.L2.ID,
          action(Actions.L2Flood.ID, bytestring(flooded.multicastGroup())),
          bytestring(flooded.mac()));
    }
    if (entry instanceof DeviceEntry.DroppedMac dropped) {
      return entry(Tables.L2.ID, action(Actions.L2Drop.ID), bytestring(dropped.mac()));
    }
    throw new AssertionError("no table for " + entry);
  }

  private static int vipTable(Octets address) {
    return address.length() == 4 ? Tables.VipV4.ID : Tables.VipV6.ID;
  }

  private static TableEntry entry(int tableId, Action action, ByteString... exact) {
    TableEntry.Builder entry =
        TableEntry.newBuilder()
            .setTableId(tableId)
            .setAction(TableAction.newBuilder().setAction(action));
    for (int i = 0; i < exact.length; i++) {
      entry.addMatch(
          FieldMatch.newBuilder()
              .setFieldId(i + 1)
              .setExact(FieldMatch.Exact.newBuilder().setValue(exact[i])));
    }
    return entry.build();
  }

  private static Action action(int actionId, ByteString... params) {
    Action.Builder action = Action.newBuilder().setActionId(actionId);
    for (int i = 0; i < params.length; i++) {
      action.addParams(Action.Param.newBuilder().setParamId(i + 1).setValue(params[i]));
    }
    return action.build();
  }

  private static Entity multicastGroup(int group, List<Integer> ports) {
    MulticastGroupEntry.Builder entry = MulticastGroupEntry.newBuilder().setMulticastGroupId(group);
    for (int port : ports) {
      entry.addReplicas(Replica.newBuilder().setPort(bytestring(port)).setInstance(1));
    }
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder().setMulticastGroupEntry(entry))
        .build();
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

package io.tern.p4.conformance.harness;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.v1.CloneSessionEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.MulticastGroupEntry;
import io.tern.proto.p4.v1.PacketReplicationEngineEntry;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import java.util.List;

/**
 * What a device with Tern's program has before the rows come.
 *
 * @param entities table entries, multicast groups and clone sessions
 * @param unknownMacs the default action of {@code l2}, if the device says
 */
public record DeviceContents(int entities, List<Entity> unknownMacs) {
  public DeviceContents {
    unknownMacs = List.copyOf(unknownMacs);
  }

  /** Reads it. */
  public static DeviceContents read(P4RuntimeClient client) {
    int entities =
        (int)
            client
                .read(Entity.newBuilder().setTableEntry(TableEntry.getDefaultInstance()).build())
                .stream()
                .filter(entity -> !entity.getTableEntry().getIsDefaultAction())
                .count();
    entities +=
        replication(
            client,
            PacketReplicationEngineEntry.newBuilder()
                .setMulticastGroupEntry(MulticastGroupEntry.getDefaultInstance()));
    entities +=
        replication(
            client,
            PacketReplicationEngineEntry.newBuilder()
                .setCloneSessionEntry(CloneSessionEntry.getDefaultInstance()));
    List<Entity> unknownMacs =
        client
            .read(
                Entity.newBuilder()
                    .setTableEntry(
                        TableEntry.newBuilder().setTableId(Tables.L2.ID).setIsDefaultAction(true))
                    .build())
            .stream()
            .filter(entity -> entity.getTableEntry().hasAction())
            .toList();
    return new DeviceContents(entities, unknownMacs);
  }

  /** Sets the default action of {@code l2} to what it was. */
  public void restoreUnknownMacs(P4RuntimeClient client) {
    client.write(
        unknownMacs.stream()
            .map(
                entity -> Update.newBuilder().setType(Update.Type.MODIFY).setEntity(entity).build())
            .toList());
  }

  private static int replication(
      P4RuntimeClient client, PacketReplicationEngineEntry.Builder wildcard) {
    try {
      return client
          .read(Entity.newBuilder().setPacketReplicationEngineEntry(wildcard).build())
          .size();
    } catch (StatusRuntimeException e) {
      // Some devices write such entries, but do not read them.
      if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED
          || e.getStatus().getCode() == Status.Code.UNKNOWN) {
        return 0;
      }
      throw e;
    }
  }
}

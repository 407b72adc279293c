package io.tern.embedded.p4runtime;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.tern.embedded.engine.DataPlane;
import io.tern.proto.p4.v1.CloneSessionEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.MulticastGroupEntry;
import io.tern.proto.p4.v1.PacketReplicationEngineEntry;
import io.tern.proto.p4.v1.Replica;
import io.tern.proto.p4.v1.Update;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Multicast groups and clone sessions of one pipeline (section 9.5).
 *
 * <p>Not thread-safe: confined to the lock of the device.
 */
final class ReplicationEntries {

  /** v1model's {@code mcast_grp} has 16 bits. */
  private static final int MAX_GROUP = 0xffff;

  /** BMv2's clone sessions; the 16th bit of an ID is a flag of its own there. */
  private static final int MAX_SESSION = 0x7fff;

  /** v1model's {@code egress_rid} has 16 bits. */
  private static final int MAX_INSTANCE = 0xffff;

  /** v1model's ports have 9 bits, and 511 means drop. */
  private static final int PORT_WIDTH = 9;

  private static final int MAX_PORT = 510;

  private final DataPlane dataPlane;
  private final Map<Integer, MulticastGroupEntry> groups = new TreeMap<>();
  private final Map<Integer, CloneSessionEntry> sessions = new TreeMap<>();

  ReplicationEntries(DataPlane dataPlane) {
    this.dataPlane = dataPlane;
  }

  void write(Update.Type type, PacketReplicationEngineEntry entry, UndoLog undo) {
    switch (entry.getTypeCase()) {
      case MULTICAST_GROUP_ENTRY -> writeGroup(type, entry.getMulticastGroupEntry(), undo);
      case CLONE_SESSION_ENTRY -> writeSession(type, entry.getCloneSessionEntry(), undo);
      default ->
          throw P4RuntimeException.invalidArgument(
              "the replication engine entry has neither a multicast group nor a clone session");
    }
  }

  private void writeGroup(Update.Type type, MulticastGroupEntry entry, UndoLog undo) {
    int id = entry.getMulticastGroupId();
    String name = "multicast group " + Integer.toUnsignedString(id);
    if (id < 1 || id > MAX_GROUP) {
      throw P4RuntimeException.invalidArgument("%s: expected 1 to %d", name, MAX_GROUP);
    }
    MulticastGroupEntry old = groups.get(id);
    checkExistence(type, name, old != null);
    MulticastGroupEntry canonical =
        type == Update.Type.DELETE
            ? null
            : entry.toBuilder()
                .clearReplicas()
                .addAllReplicas(canonical(name, entry.getReplicasList()))
                .build();
    putGroup(id, canonical);
    undo.add(() -> putGroup(id, old));
  }

  private void putGroup(int id, MulticastGroupEntry entry) {
    if (entry == null) {
      dataPlane.deleteMulticastGroup(id);
      groups.remove(id);
    } else {
      dataPlane.setMulticastGroup(id, replicas(entry.getReplicasList()));
      groups.put(id, entry);
    }
  }

  private void writeSession(Update.Type type, CloneSessionEntry entry, UndoLog undo) {
    int id = entry.getSessionId();
    String name = "clone session " + Integer.toUnsignedString(id);
    if (id < 1 || id > MAX_SESSION) {
      throw P4RuntimeException.invalidArgument("%s: expected 1 to %d", name, MAX_SESSION);
    }
    CloneSessionEntry old = sessions.get(id);
    checkExistence(type, name, old != null);
    CloneSessionEntry canonical = null;
    if (type != Update.Type.DELETE) {
      if (entry.getClassOfService() != 0) {
        throw P4RuntimeException.unimplemented(
            "%s: class_of_service %d; this switch has one class, 0",
            name, entry.getClassOfService());
      }
      if (entry.getPacketLengthBytes() < 0) {
        throw P4RuntimeException.invalidArgument(
            "%s: packet_length_bytes %d is negative", name, entry.getPacketLengthBytes());
      }
      canonical =
          entry.toBuilder()
              .clearReplicas()
              .addAllReplicas(canonical(name, entry.getReplicasList()))
              .build();
    }
    putSession(id, canonical);
    undo.add(() -> putSession(id, old));
  }

  private void putSession(int id, CloneSessionEntry entry) {
    if (entry == null) {
      dataPlane.deleteCloneSession(id);
      sessions.remove(id);
    } else {
      dataPlane.setCloneSession(
          id, replicas(entry.getReplicasList()), entry.getPacketLengthBytes());
      sessions.put(id, entry);
    }
  }

  /** Finds groups and sessions; an ID of 0 means all. */
  void read(PacketReplicationEngineEntry request, Consumer<PendingEntity> found) {
    switch (request.getTypeCase()) {
      case MULTICAST_GROUP_ENTRY -> {
        int id = request.getMulticastGroupEntry().getMulticastGroupId();
        groups.forEach(
            (groupId, group) -> {
              if (id == 0 || id == groupId) {
                found.accept(() -> wrap(group));
              }
            });
      }
      case CLONE_SESSION_ENTRY -> {
        int id = request.getCloneSessionEntry().getSessionId();
        sessions.forEach(
            (sessionId, session) -> {
              if (id == 0 || id == sessionId) {
                found.accept(() -> wrap(session));
              }
            });
      }
      default ->
          throw P4RuntimeException.invalidArgument(
              "the replication engine entry has neither a multicast group nor a clone session");
    }
  }

  /** All that a controller wrote, as updates that write it again. */
  List<Update> snapshot() {
    List<Update> updates = new ArrayList<>();
    groups.values().forEach(group -> updates.add(insert(wrap(group))));
    sessions.values().forEach(session -> updates.add(insert(wrap(session))));
    return updates;
  }

  private static Update insert(Entity entity) {
    return Update.newBuilder().setType(Update.Type.INSERT).setEntity(entity).build();
  }

  private static void checkExistence(Update.Type type, String name, boolean exists) {
    switch (type) {
      case INSERT -> {
        if (exists) {
          throw new P4RuntimeException(Status.Code.ALREADY_EXISTS, name + " exists");
        }
      }
      case MODIFY, DELETE -> {
        if (!exists) {
          throw P4RuntimeException.notFound("%s does not exist", name);
        }
      }
      default -> throw P4RuntimeException.invalidArgument("the type of the update is not set");
    }
  }

  /** Checks replicas and shortens their ports to the canonical form. */
  private static List<Replica> canonical(String name, List<Replica> replicas) {
    List<Replica> canonical = new ArrayList<>();
    Set<DataPlane.Replica> seen = new HashSet<>();
    for (Replica replica : replicas) {
      if (replica.getBackupReplicasCount() > 0) {
        throw P4RuntimeException.unimplemented(
            "%s: ports of this switch do not go down, so it has no backup replicas", name);
      }
      int port = port(name, replica);
      if (replica.getInstance() < 0 || replica.getInstance() > MAX_INSTANCE) {
        throw P4RuntimeException.invalidArgument(
            "%s: instance %s, expected 0 to %d",
            name, Integer.toUnsignedString(replica.getInstance()), MAX_INSTANCE);
      }
      if (!seen.add(new DataPlane.Replica(port, replica.getInstance()))) {
        throw P4RuntimeException.invalidArgument(
            "%s: port %d with instance %d is there twice", name, port, replica.getInstance());
      }
      canonical.add(
          replica.hasPort()
              ? replica.toBuilder().setPort(Bytestrings.encode(BigInteger.valueOf(port))).build()
              : replica);
    }
    return canonical;
  }

  private static List<DataPlane.Replica> replicas(List<Replica> replicas) {
    return replicas.stream()
        .map(replica -> new DataPlane.Replica(port("replica", replica), replica.getInstance()))
        .toList();
  }

  private static int port(String name, Replica replica) {
    ByteString octets =
        switch (replica.getPortKindCase()) {
          case PORT -> replica.getPort();
          case EGRESS_PORT ->
              Bytestrings.encode(BigInteger.valueOf(Integer.toUnsignedLong(egressPort(replica))));
          default -> throw P4RuntimeException.invalidArgument("%s: a replica has no port", name);
        };
    int port = Bytestrings.parse(octets, PORT_WIDTH, name + ", port of a replica").intValue();
    if (port > MAX_PORT) {
      throw P4RuntimeException.invalidArgument(
          "%s: port %d, expected 0 to %d", name, port, MAX_PORT);
    }
    return port;
  }

  @SuppressWarnings("deprecation") // clients older than P4Runtime 1.4 still use it
  private static int egressPort(Replica replica) {
    return replica.getEgressPort();
  }

  private static Entity wrap(MulticastGroupEntry group) {
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder().setMulticastGroupEntry(group))
        .build();
  }

  private static Entity wrap(CloneSessionEntry session) {
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder().setCloneSessionEntry(session))
        .build();
  }
}

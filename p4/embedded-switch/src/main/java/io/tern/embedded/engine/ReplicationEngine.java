package io.tern.embedded.engine;

import io.tern.embedded.engine.DataPlane.Replica;
import io.tern.embedded.engine.DataPlaneException.Code;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Multicast groups and clone sessions. Thread-safe; a lookup takes no lock. */
final class ReplicationEngine {
  /** The largest session that simple_switch has. */
  static final int MAX_SESSION = 32767;

  static final int MAX_GROUP = 65535;

  private final AtomicReferenceArray<ReplicaList> groups =
      new AtomicReferenceArray<>(MAX_GROUP + 1);
  private final AtomicReferenceArray<ReplicaList> sessions =
      new AtomicReferenceArray<>(MAX_SESSION + 1);

  /** The group, or null. */
  ReplicaList group(int id) {
    return groups.get(id);
  }

  /** The session, or null. */
  ReplicaList session(int id) {
    return sessions.get(id);
  }

  void setGroup(int id, List<Replica> replicas) {
    requireRange("multicast group", id, MAX_GROUP);
    groups.set(id, list(replicas, 0));
  }

  void deleteGroup(int id) {
    requireRange("multicast group", id, MAX_GROUP);
    if (groups.getAndSet(id, null) == null) {
      throw new DataPlaneException(Code.NOT_FOUND, "no multicast group " + id);
    }
  }

  void setSession(int id, List<Replica> replicas, int packetLength) {
    requireRange("clone session", id, MAX_SESSION);
    if (packetLength < 0) {
      throw new DataPlaneException(
          Code.INVALID_ARGUMENT, "a packet length of " + packetLength + " octets");
    }
    sessions.set(id, list(replicas, packetLength));
  }

  void deleteSession(int id) {
    requireRange("clone session", id, MAX_SESSION);
    if (sessions.getAndSet(id, null) == null) {
      throw new DataPlaneException(Code.NOT_FOUND, "no clone session " + id);
    }
  }

  private static void requireRange(String kind, int id, int max) {
    if (id < 1 || id > max) {
      throw new DataPlaneException(
          Code.INVALID_ARGUMENT, kind + " " + id + " is not from 1 to " + max);
    }
  }

  private static ReplicaList list(List<Replica> replicas, int packetLength) {
    for (Replica replica : replicas) {
      if (replica.egressPort() < 0 || replica.egressPort() >= Interpreter.DROP_PORT) {
        throw new DataPlaneException(
            Code.INVALID_ARGUMENT,
            "port " + replica.egressPort() + " is not from 0 to " + (Interpreter.DROP_PORT - 1));
      }
      if (replica.instance() < 0 || replica.instance() > 65535) {
        throw new DataPlaneException(
            Code.INVALID_ARGUMENT, "instance " + replica.instance() + " is not from 0 to 65535");
      }
    }
    return new ReplicaList(replicas, packetLength);
  }
}

package io.tern.embedded.engine;

import io.tern.embedded.engine.DataPlane.Replica;
import java.util.List;

/** Where copies of a packet go. Immutable. */
final class ReplicaList {
  private final int[] ports;
  private final int[] instances;

  /** Octets that a copy keeps, 0 for all. */
  private final int packetLength;

  ReplicaList(List<Replica> replicas, int packetLength) {
    this.ports = replicas.stream().mapToInt(Replica::egressPort).toArray();
    this.instances = replicas.stream().mapToInt(Replica::instance).toArray();
    this.packetLength = packetLength;
  }

  int size() {
    return ports.length;
  }

  int port(int i) {
    return ports[i];
  }

  int instance(int i) {
    return instances[i];
  }

  int packetLength() {
    return packetLength;
  }
}

package io.tern.core.entry;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A multicast group of the packet replication engine.
 *
 * @param id 1 to 65535
 * @param replicas no two of one port and instance
 */
public record MulticastGroup(int id, SortedSet<Replica> replicas) {
  /** The instance of the copies of a group whose copies are all the same. */
  public static final int SAME_INSTANCE = 1;

  public MulticastGroup {
    replicas = Collections.unmodifiableSortedSet(new TreeSet<>(replicas));
  }

  /** A group that sends the same copy to each port. */
  public static MulticastGroup ofPorts(int id, Collection<Integer> ports) {
    SortedSet<Replica> replicas = new TreeSet<>();
    ports.forEach(port -> replicas.add(new Replica(port, SAME_INSTANCE)));
    return new MulticastGroup(id, replicas);
  }

  /** The egress ports, each once. */
  public SortedSet<Integer> ports() {
    SortedSet<Integer> ports = new TreeSet<>();
    replicas.forEach(replica -> ports.add(replica.port()));
    return ports;
  }
}

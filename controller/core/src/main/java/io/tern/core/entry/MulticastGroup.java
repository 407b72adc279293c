package io.tern.core.entry;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A multicast group of the packet replication engine, one replica a port.
 *
 * @param id 1 to 65535
 * @param ports egress ports
 */
public record MulticastGroup(int id, SortedSet<Integer> ports) {
  public MulticastGroup {
    ports = Collections.unmodifiableSortedSet(new TreeSet<>(ports));
  }
}

package io.tern.core.entry;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A clone session of the packet replication engine.
 *
 * @param id positive
 * @param replicas where the clones go
 * @param packetLengthBytes to how many octets the target cuts a clone; 0: not at all
 */
public record CloneSession(int id, SortedSet<Replica> replicas, int packetLengthBytes) {
  public CloneSession {
    replicas = Collections.unmodifiableSortedSet(new TreeSet<>(replicas));
  }
}

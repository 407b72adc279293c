package io.tern.core.entry;

import java.util.Comparator;

/**
 * One copy that the packet replication engine makes.
 *
 * @param port egress port
 * @param instance tells the copies of a packet apart, 0 to 65535
 */
public record Replica(int port, int instance) implements Comparable<Replica> {
  private static final Comparator<Replica> ORDER =
      Comparator.comparingInt(Replica::port).thenComparingInt(Replica::instance);

  public Replica {
    if (instance < 0 || instance > 65_535) {
      throw new IllegalArgumentException(
          "instance of a replica is " + instance + "; it must be 0 to 65535");
    }
  }

  @Override
  public int compareTo(Replica o) {
    return ORDER.compare(this, o);
  }
}

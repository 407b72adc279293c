package io.tern.southbound.session;

import io.grpc.Status;
import java.util.BitSet;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What became of a list of updates, by their positions in it. An update that is neither
 * acknowledged nor refused was not sent, or its fate is unknown because the transport broke.
 */
public final class WriteOutcome {
  private final BitSet acknowledged;
  private final SortedMap<Integer, Status> refused;
  private final Optional<Status> broken;

  WriteOutcome(BitSet acknowledged, SortedMap<Integer, Status> refused, Optional<Status> broken) {
    this.acknowledged = (BitSet) acknowledged.clone();
    this.refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
    this.broken = broken;
  }

  /** Whether the device said that it has the update. */
  public boolean isAcknowledged(int index) {
    return acknowledged.get(index);
  }

  /** How many updates the device said that it has. */
  public int acknowledgedCount() {
    return acknowledged.cardinality();
  }

  /** What the device would not do, with its reasons. */
  public SortedMap<Integer, Status> refused() {
    return refused;
  }

  /** Why writing stopped before the end: no connection, no mastership, no answer in time. */
  public Optional<Status> broken() {
    return broken;
  }
}

package io.tern.agent.plane;

import io.tern.embedded.engine.DataPlane.CounterValue;
import java.util.List;
import java.util.Map;

/**
 * What maps have.
 *
 * @param entries in the order in which they can be written again
 * @param backends the index of each backend ID
 * @param counts what indirect counters have beyond the program's cells, by cell
 */
public record RestoredState(
    List<Restored> entries,
    Map<Long, Integer> backends,
    List<PoolPlace> pools,
    Map<Integer, CounterValue> counts) {
  public RestoredState {
    entries = List.copyOf(entries);
    backends = Map.copyOf(backends);
    pools = List.copyOf(pools);
    counts = Map.copyOf(counts);
  }

  /** Where a pool is in the program's arrays. */
  public record PoolPlace(int id, int index, int base, int slots) {}
}

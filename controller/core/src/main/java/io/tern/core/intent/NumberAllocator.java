package io.tern.core.intent;

import java.util.Collection;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Picks the numbers by which data planes call pools, SID spaces and backends.
 *
 * <p>A number that was given back is picked again as late as possible: a device that lags behind
 * may still have entries with it. The memory of this is the intent's revision, which only grows:
 * numbers run ahead of it, and once the range is used up the search begins at the revision's place
 * in the range.
 */
final class NumberAllocator {
  private NumberAllocator() {}

  /**
   * A number from 1 to {@code max} that is not in {@code used}; empty if all are.
   *
   * @param revision the revision of the intent that is being changed
   */
  static OptionalInt allocate(Collection<Integer> used, int max, long revision) {
    long highest = used.stream().mapToInt(Integer::intValue).max().orElse(0);
    long next = Math.max(highest, revision) + 1;
    if (next <= max) {
      return OptionalInt.of((int) next);
    }
    Set<Integer> taken = new HashSet<>(used);
    for (long step = 0; step < max && taken.size() < max; step++) {
      int candidate = 1 + (int) ((revision % max + step) % max);
      if (!taken.contains(candidate)) {
        return OptionalInt.of(candidate);
      }
    }
    return OptionalInt.empty();
  }
}

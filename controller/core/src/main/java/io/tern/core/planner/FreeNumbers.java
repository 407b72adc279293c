package io.tern.core.planner;

import java.util.BitSet;
import java.util.Collection;

/**
 * Numbers that a device distinguishes things by, given out within one plan. What wants the same
 * number in each plan has it, unless another one was there before: so that a change of the intent
 * moves few numbers.
 */
final class FreeNumbers {
  private final int min;
  private final int count;
  private final BitSet taken = new BitSet();

  FreeNumbers(int min, int max) {
    this.min = min;
    this.count = max - min + 1;
  }

  /**
   * The first free number at or behind the place of {@code wish}, which may be any positive number.
   *
   * @throws IllegalStateException if all are taken
   */
  int take(int wish) {
    if (taken.cardinality() == count) {
      throw new IllegalStateException("all " + count + " numbers are taken");
    }
    int place = taken.nextClearBit((wish - 1) % count);
    if (place >= count) {
      place = taken.nextClearBit(0);
    }
    taken.set(place);
    return min + place;
  }

  void giveBack(Collection<Integer> numbers) {
    numbers.forEach(number -> taken.clear(number - min));
  }

  /** How many are left. */
  int free() {
    return count - taken.cardinality();
  }
}

package io.tern.agent.plane;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Iterator;
import java.util.Queue;

/**
 * Indices of an array, handed out one by one. What was given back is used again as late as
 * possible, so that a packet that still has an index finds nobody else there. Not thread-safe.
 */
final class Indices {
  private final String what;
  private final int capacity;
  private final int sought;
  private final BitSet used = new BitSet();
  private final Queue<Integer> returned = new ArrayDeque<>();
  private int next;
  private boolean unknownPast;
  private boolean everReturned;

  /** Hands out {@code first} to {@code capacity} - 1. */
  Indices(String what, int first, int capacity) {
    this(what, first, capacity, capacity);
  }

  /** The same; those from {@code sought} on only when none below is free. */
  Indices(String what, int first, int capacity, int sought) {
    this.what = what;
    this.next = first;
    this.capacity = capacity;
    this.sought = Math.min(sought, capacity);
  }

  /** Marks an index as taken that a map has already. */
  void claim(int index) {
    if (index < 0 || index >= capacity || used.get(index)) {
      throw new IllegalStateException(what + " " + index + " is taken or beyond " + capacity);
    }
    used.set(index);
    // Nobody knows any more what the others have been.
    unknownPast = true;
  }

  /** The next one; RESOURCE_EXHAUSTED if there is none. */
  int take() {
    while (next < capacity && used.get(next)) {
      next++;
    }
    Integer index = next < sought ? null : takeReturned();
    if (index == null) {
      index = next < capacity ? Integer.valueOf(next++) : returned.poll();
    }
    if (index == null) {
      throw Refusal.full("all %d of %s are in use", capacity, what);
    }
    used.set(index);
    return index;
  }

  /** The one below {@code sought} that was given back first; null if there is none. */
  private Integer takeReturned() {
    for (Iterator<Integer> each = returned.iterator(); each.hasNext(); ) {
      Integer index = each.next();
      if (index < sought) {
        each.remove();
        return index;
      }
    }
    return null;
  }

  /** The preferred one if it is free again, else any. */
  int take(Integer preferred) {
    if (preferred != null && returned.remove(preferred)) {
      used.set(preferred);
      return preferred;
    }
    return take();
  }

  /** Whether {@link #take()} has one. */
  boolean hasFree() {
    while (next < capacity && used.get(next)) {
      next++;
    }
    return next < capacity || !returned.isEmpty();
  }

  /** Whether cells of indices may still count for who had them before. */
  boolean areUsedAgain() {
    return unknownPast || (next >= sought && everReturned);
  }

  void giveBack(int index) {
    used.clear(index);
    everReturned = true;
    returned.add(index);
  }
}

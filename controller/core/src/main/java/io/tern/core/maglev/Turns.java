package io.tern.core.maglev;

/**
 * Whose turn it is: a binary heap of members by the time of their next turn, ties by index.
 *
 * <p>Arrays instead of a PriorityQueue: a million turns of ten thousand members are the size that
 * the planner has to finish while an operator waits.
 */
final class Turns {
  private final int[] heap;
  private final double[] phase;
  private final int[] weight;
  private final long[] count;
  private final double[] time;
  private int size;

  Turns(int members) {
    heap = new int[members];
    phase = new double[members];
    weight = new int[members];
    count = new long[members];
    time = new double[members];
  }

  void add(int member, double phase, int weight) {
    this.phase[member] = phase;
    this.weight[member] = weight;
    this.time[member] = phase / weight;
    int child = size++;
    heap[child] = member;
    while (child > 0 && before(heap[child], heap[(child - 1) / 2])) {
      swap(child, (child - 1) / 2);
      child = (child - 1) / 2;
    }
  }

  /** The member whose turn it is; its next turn is scheduled. */
  int next() {
    int member = heap[0];
    // Computed from the count and not added up: no rounding error grows.
    time[member] = (++count[member] + phase[member]) / weight[member];
    int parent = 0;
    while (true) {
      int least = parent;
      for (int child = 2 * parent + 1; child <= 2 * parent + 2 && child < size; child++) {
        if (before(heap[child], heap[least])) {
          least = child;
        }
      }
      if (least == parent) {
        return member;
      }
      swap(parent, least);
      parent = least;
    }
  }

  private boolean before(int a, int b) {
    return time[a] < time[b] || (time[a] == time[b] && a < b);
  }

  private void swap(int i, int j) {
    int member = heap[i];
    heap[i] = heap[j];
    heap[j] = member;
  }
}

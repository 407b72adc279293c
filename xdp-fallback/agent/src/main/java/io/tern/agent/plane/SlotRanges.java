package io.tern.agent.plane;

import java.util.BitSet;

/**
 * Ranges of slots in the array {@code fallback}: powers of two, aligned to their size. Not
 * thread-safe.
 */
final class SlotRanges {
  /** Slots of the smallest range. */
  static final int MINIMUM = 64;

  private final int capacity;
  private final BitSet blocks = new BitSet();

  /**
   * @param capacity slots in all
   */
  SlotRanges(int capacity) {
    this.capacity = capacity;
  }

  /** The power of two that has room for this many slots. */
  static long sizeFor(long slots) {
    long size = MINIMUM;
    while (size < slots) {
      size *= 2;
    }
    return size;
  }

  /** The first slot of a free range; RESOURCE_EXHAUSTED if there is none. */
  int take(int size) {
    int length = size / MINIMUM;
    for (int block = 0; block + length <= capacity / MINIMUM; block += length) {
      int busy = blocks.nextSetBit(block);
      if (busy < 0 || busy >= block + length) {
        blocks.set(block, block + length);
        return block * MINIMUM;
      }
    }
    throw Refusal.full("no range of %d slots is free among the device's %d", size, capacity);
  }

  void claim(int base, int size) {
    blocks.set(base / MINIMUM, (base + size) / MINIMUM);
  }

  void giveBack(int base, int size) {
    blocks.clear(base / MINIMUM, (base + size) / MINIMUM);
  }

  boolean isFree(int slot) {
    return !blocks.get(slot / MINIMUM);
  }
}

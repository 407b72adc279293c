package io.tern.core.intent;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * The backends behind one or more VIPs, with their CID configurations.
 *
 * @param id last part of the resource name
 * @param number what data planes call it: 1 to 65535, allocated by the controller, never reused
 *     while the pool exists
 * @param fallbackSlots slots of the Maglev table, a power of two from 128 to 1,048,576
 * @param options what it wants of the data planes
 * @param createTime when the store accepted it
 */
public record Pool(
    String id, int number, int fallbackSlots, PoolOptions options, Instant createTime) {
  public static final int DEFAULT_FALLBACK_SLOTS = 65_536;
  public static final int MIN_FALLBACK_SLOTS = 128;
  public static final int MAX_FALLBACK_SLOTS = 1 << 20;

  /** Fewer slots a backend than this misplace many surviving flows. */
  public static final int MIN_SLOTS_PER_BACKEND = 100;

  public Pool {
    Ids.check("pool", id);
    if (number < 1 || number > 65_535) {
      throw new IllegalArgumentException("pool number is " + number + "; it must be 1 to 65535");
    }
    if (Integer.bitCount(fallbackSlots) != 1
        || fallbackSlots < MIN_FALLBACK_SLOTS
        || fallbackSlots > MAX_FALLBACK_SLOTS) {
      throw new IllegalArgumentException(
          "fallback slots are "
              + fallbackSlots
              + "; they must be a power of two from 128 to 1048576");
    }
    requireNonNull(options, "options");
    requireNonNull(createTime, "createTime");
  }

  /** The same pool with other options. */
  public Pool withOptions(PoolOptions options) {
    return new Pool(id, number, fallbackSlots, options, createTime);
  }
}

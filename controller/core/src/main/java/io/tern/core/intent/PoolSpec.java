package io.tern.core.intent;

import java.time.Instant;

/**
 * A pool as its creator describes it; {@link IntentChanges#createPool} allocates the rest.
 *
 * @param id last part of the resource name
 * @param fallbackSlots as in {@link Pool#fallbackSlots()}
 * @param options what it wants of the data planes
 * @param createTime when the store accepts it
 */
public record PoolSpec(String id, int fallbackSlots, PoolOptions options, Instant createTime) {
  /**
   * @throws IllegalArgumentException where {@link Pool} would
   */
  public PoolSpec {
    // The rules are those of the resource, so they are asked there; 1 is any legal number.
    var unused = new Pool(id, 1, fallbackSlots, options, createTime);
  }

  /** A pool with the default options. */
  public PoolSpec(String id, int fallbackSlots, Instant createTime) {
    this(id, fallbackSlots, PoolOptions.DEFAULT, createTime);
  }

  Pool numbered(int number) {
    return new Pool(id, number, fallbackSlots, options, createTime);
  }
}

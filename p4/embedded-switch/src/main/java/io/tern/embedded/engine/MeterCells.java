package io.tern.embedded.engine;

import io.tern.embedded.bmv2.MeterArray;
import io.tern.embedded.engine.DataPlane.MeterRates;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;

/** The meters of an indirect array; one that is not configured says green. */
final class MeterCells {
  private final MeterArray array;
  private final LongSupplier nanoClock;
  private final AtomicReferenceArray<Meter> meters;

  MeterCells(MeterArray array, LongSupplier nanoClock) {
    this.array = array;
    this.nanoClock = nanoClock;
    this.meters = new AtomicReferenceArray<>(array.size());
  }

  boolean contains(long index) {
    return index >= 0 && index < array.size();
  }

  int size() {
    return array.size();
  }

  /** Null takes the configuration away. */
  void configure(int index, MeterRates rates) {
    meters.set(index, rates == null ? null : new Meter(rates, nanoClock.getAsLong()));
  }

  int colour(int index, int octets) {
    return colour(meters.get(index), array, octets, nanoClock);
  }

  static int colour(Meter meter, MeterArray array, int octets, LongSupplier nanoClock) {
    return meter == null
        ? Meter.GREEN
        : meter.colour(array.octets() ? octets : 1, nanoClock.getAsLong());
  }
}

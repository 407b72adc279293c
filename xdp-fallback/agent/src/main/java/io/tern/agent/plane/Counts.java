package io.tern.agent.plane;

import io.tern.embedded.engine.DataPlane.CounterValue;

/** Sums of counters. */
final class Counts {
  static final CounterValue ZERO = new CounterValue(0, 0);

  private Counts() {}

  static CounterValue plus(CounterValue a, CounterValue b) {
    return new CounterValue(a.packets() + b.packets(), a.bytes() + b.bytes());
  }

  static CounterValue minus(CounterValue a, CounterValue b) {
    return new CounterValue(a.packets() - b.packets(), a.bytes() - b.bytes());
  }
}

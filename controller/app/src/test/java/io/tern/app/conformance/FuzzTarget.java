package io.tern.app.conformance;

import io.tern.app.conformance.FuzzCase.Arrival;
import io.tern.core.planner.DevicePlan;
import java.util.List;

/** Something that runs the contract's program. For one thread. */
interface FuzzTarget extends AutoCloseable {
  /** Forgets everything, state and counters too, and takes the entries of a plan. */
  void load(DevicePlan plan);

  /** Whether its clock is that of the arrivals; if not, it is a real one. */
  boolean followsClock();

  /** How many frames it takes at once. */
  int batch();

  /** Lets frames arrive, no more than {@link #batch}, and says what became of them alone. */
  Observed process(List<Arrival> arrivals);

  @Override
  void close();
}

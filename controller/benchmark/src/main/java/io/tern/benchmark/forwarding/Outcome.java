package io.tern.benchmark.forwarding;

import io.tern.benchmark.Samples;
import java.time.Duration;

/** What came of runs of one kind, round by round. Not thread-safe. */
final class Outcome {
  private final Samples packetsPerSecond = new Samples();
  private final Samples cpuMicros = new Samples();

  /**
   * Notes a run.
   *
   * @param used processor time of the switch
   */
  void add(VethLoad.Result result, Duration used) {
    packetsPerSecond.add(result.packetsPerSecond());
    cpuMicros.add(used.toNanos() / 1e3 / result.sent());
  }

  Samples packetsPerSecond() {
    return packetsPerSecond;
  }

  /** Processor time of the switch for each packet. */
  Samples cpuMicros() {
    return cpuMicros;
  }
}

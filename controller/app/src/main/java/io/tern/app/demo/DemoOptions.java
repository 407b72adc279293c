package io.tern.app.demo;

import java.time.Duration;
import java.util.List;

/**
 * What the demo runs.
 *
 * @param clients QUIC clients of each run, 1 to 1000
 * @param backends QUIC servers of each run, 2 to 64
 * @param algorithms how the servers write their server ID into CIDs; a run with Tern for each
 * @param seed decides addresses, ports, contents and the moments of migration
 * @param chunks how many chunks each client transfers
 * @param pause between two chunks of a client
 * @param stallAfter without any progress a connection counts as dead
 * @param killController whether the controller is killed in the middle of the first run
 */
record DemoOptions(
    int clients,
    int backends,
    List<DemoAlgorithm> algorithms,
    long seed,
    int chunks,
    Duration pause,
    Duration stallAfter,
    boolean killController) {
  DemoOptions {
    algorithms = List.copyOf(algorithms);
  }

  /** Runs: one for each algorithm, and one with 4-tuple hashing alone. */
  int runs() {
    return algorithms.size() + 1;
  }

  /** What the clients of each run do. */
  ClientRun.Load load() {
    return new ClientRun.Load(clients, chunks, pause.toMillis(), stallAfter.toMillis(), seed);
  }
}

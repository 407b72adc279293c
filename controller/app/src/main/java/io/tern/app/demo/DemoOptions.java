package io.tern.app.demo;

import io.tern.proto.v1.CidAlgorithm;
import java.time.Duration;

/**
 * What the demo runs.
 *
 * @param clients QUIC clients of each run, 1 to 1000
 * @param backends QUIC servers of each run, 2 to 64
 * @param algorithm how the servers write their server ID into CIDs in the run with Tern
 * @param seed decides addresses, ports, contents and the moments of migration
 * @param chunks how many chunks each client transfers
 * @param pause between two chunks of a client
 * @param stallAfter without any progress a connection counts as dead
 * @param killController whether the controller is killed in the middle of the first run
 */
record DemoOptions(
    int clients,
    int backends,
    CidAlgorithm algorithm,
    long seed,
    int chunks,
    Duration pause,
    Duration stallAfter,
    boolean killController) {}

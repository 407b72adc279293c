package io.tern.core.oracle;

import io.tern.core.intent.Pool;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A pool as one device sees it.
 *
 * @param number see {@link Pool#number()}
 * @param countMigrated whether packets count that the fallback would have sent elsewhere
 * @param stateTimeout how long the device remembers where unroutable DCIDs and 4-tuples went
 * @param errorGroup where ICMP errors go that name no backend: to all of these; empty: to the owner
 *     of the slot
 * @param serving numbers of the backends that what is remembered may name
 */
record PoolView(
    String id,
    int number,
    boolean countMigrated,
    Optional<Duration> stateTimeout,
    CidLookup cids,
    Fallback fallback,
    Optional<List<Delivery>> errorGroup,
    Set<Integer> serving) {}

package io.tern.app.demo;

import java.util.List;
import java.util.SortedMap;

/**
 * What one run of the clients came to.
 *
 * @param connections QUIC connections that the clients opened
 * @param survived those whose transfer came to its end
 * @param rebindings how often the NAT gave a client a new source port
 * @param networkChanges how often a client's source address changed
 * @param packetsByReason what the switch counted, by reason, without zeros
 * @param packetsByBackend packets that the switch sent to each backend
 * @param failures why connections died, with how many did
 */
record RunResult(
    int connections,
    int survived,
    int rebindings,
    int networkChanges,
    SortedMap<String, Long> packetsByReason,
    SortedMap<String, BackendPackets> packetsByBackend,
    List<String> failures) {}

// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_INGRESS_P4
#define TERN_INGRESS_P4

control TernIngress(
    inout headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    Vip() vip;
    FlowHash() flow_hash;
    Cid() cid;
    Fallback() fallback;
#if WITH_STATE
    State() state;
#endif
    Steer() steer;
#if WITH_NAT
    ReturnPath() return_path;
#endif
    IcmpEcho() icmp_echo;
    DecrementTtl() decrement_ttl;
    L2() l2;
    Punt() punt;

    // Every packet counts in exactly one cell. The annotation lists each cell: index, name, what
    // it means.
    @id(0x12000001)
    @tern_cells[
        REASON_NOT_VIP, "not_vip", "no VIP's packet; left to l2",
        REASON_FRAGMENT, "fragment", "IPv4 or IPv6 fragment; left to l2",
        REASON_MALFORMED, "malformed", "lengths that lie; left to l2, or dropped without a whole Ethernet header",
        REASON_STEER_LOCAL, "steer_local", "unroutable DCID at a steer-only VIP; left to l2",
        REASON_ROUTED_BY_CID, "routed_by_cid", "sent to the backend that its CID names",
        REASON_NOT_QUIC, "not_quic", "UDP payload without a whole QUIC header; sent by the fallback",
        REASON_FALLBACK_CID_TOO_SHORT, "fallback_cid_too_short", "DCID shorter than its configuration's; sent by the fallback",
        REASON_FALLBACK_UNKNOWN_CODEPOINT, "fallback_unknown_codepoint", "codepoint without a configuration, or 0b111; sent by the fallback",
        REASON_FALLBACK_UNKNOWN_SERVER, "fallback_unknown_server", "server ID of no backend; sent by the fallback",
        REASON_NO_FALLBACK, "no_fallback", "empty fallback slot; dropped",
        REASON_TTL_EXPIRED, "ttl_expired", "TTL or hop limit of 0 or 1 on the way to a backend; dropped",
        REASON_DANGLING_BACKEND, "dangling_backend", "a server ID or a slot names a backend that the device does not have; dropped",
        REASON_PACKET_OUT, "packet_out", "sent by the controller to a port",
        REASON_FALLBACK_CID_LENGTH_MISMATCH, "fallback_cid_length_mismatch", "DCID whose self-described length is not its configuration's; sent by the fallback",
        REASON_KNOWN_DCID, "known_dcid", "unroutable DCID seen before; sent where it went then",
        REASON_KNOWN_TUPLE, "known_tuple", "unroutable DCID on a 4-tuple seen before; sent where that went then",
        REASON_ICMP_BY_CID, "icmp_by_cid", "ICMP error; sent to the backend that the quoted source CID names",
        REASON_ICMP_FALLBACK, "icmp_fallback", "ICMP error that names no backend; sent where the quoted packet's answers go",
        REASON_ICMP_REPLICATED, "icmp_replicated", "ICMP error that names no backend; sent to every backend of the pool",
        REASON_ICMP_ECHO, "icmp_echo", "ICMP echo request to a VIP's address; answered",
        REASON_RETURN_PATH, "return_path", "from a backend behind NAT to a client; left to l2 with the VIP's address and port",
        REASON_NEIGHBOUR, "neighbour", "ARP or NDP; left to l2",
        REASON_WRONG_FAMILY, "wrong_family", "bound for NAT to an address of the other family; dropped"
    ]
    counter(REASON_COUNT, CounterType.packets_and_bytes) reason;

    // By pool, where the VIP asks for it: packets routed by CID to another backend than the fallback
    // would have chosen. That is what a load balancer without CIDs would have broken.
    @id(0x12000002)
    @tern_index["pool_id"]
    counter(POOL_SIZE, CounterType.packets) migrated;

    apply {
        if (hdr.packet_out.isValid()) {
            meta.reason = REASON_PACKET_OUT;
            standard_metadata.egress_spec = hdr.packet_out.egress_port;
        } else if (!hdr.ethernet.isValid()) {
            // No destination that L2 could look up.
            meta.reason = REASON_MALFORMED;
            mark_to_drop(standard_metadata);
        } else if (standard_metadata.parser_error != error.NoError) {
            meta.reason = REASON_MALFORMED;
            meta.to_l2 = 1;
        } else if (meta.reason == REASON_MALFORMED
            || meta.reason == REASON_FRAGMENT
            || meta.reason == REASON_NEIGHBOUR) {
            meta.to_l2 = 1;
        } else {
            vip.apply(hdr, meta);
            if (meta.pool_id != 0) {
                cid.apply(hdr, meta);
                if (meta.backend_id == 0 && meta.steer_only == 1) {
                    meta.reason = REASON_STEER_LOCAL;
                    meta.to_l2 = 1;
                } else if (meta.backend_id == 0 || meta.count_migrated == 1) {
                    flow_hash.apply(hdr);
                    fallback.apply(hdr, meta);
                    if (meta.backend_id == 0) {
                        meta.backend_id = hdr.flow.backend_id;
#if WITH_STATE
                        if (hdr.remembered.isValid()) {
                            state.apply(hdr, meta, standard_metadata);
                        }
#endif
                        if (hdr.icmp.isValid() && meta.icmp_group != 0) {
                            meta.reason = REASON_ICMP_REPLICATED;
                            meta.backend_id = 0;
                        } else if (meta.backend_id == 0) {
                            meta.reason = REASON_NO_FALLBACK;
                            mark_to_drop(standard_metadata);
                        }
                    } else if (hdr.flow.backend_id != 0
                        && hdr.flow.backend_id != meta.backend_id) {
                        // In a field that is there anyway: for the cast, the compiler would make one of metadata.
                        hdr.flow.slot = (bit<32>) meta.pool_id;
                        migrated.count(hdr.flow.slot);
                    }
                }
            } else {
                meta.reason = REASON_NOT_VIP;
                meta.to_l2 = 1;
                if (hdr.icmp.isValid()) {
                    icmp_echo.apply(hdr, meta, standard_metadata);
                    if (meta.reason == REASON_ICMP_ECHO) {
                        meta.to_l2 = 0;
                    }
                }
#if WITH_NAT
                return_path.apply(hdr, meta);
#endif
            }
        }

        // Once each: a target has every table in one place of its pipeline.
        if (meta.backend_id != 0) {
            steer.apply(hdr, meta, standard_metadata);
        } else if (meta.reason == REASON_ICMP_REPLICATED) {
            mark_to_drop(standard_metadata);
            if (TTL_EXPIRED) {
                meta.reason = REASON_TTL_EXPIRED;
            } else {
                decrement_ttl.apply(hdr);
                standard_metadata.mcast_grp = meta.icmp_group;
            }
        }
        if (meta.to_l2 == 1) {
            l2.apply(hdr, standard_metadata);
        }
        reason.count(meta.reason);
        // Spares the packets that are most of the traffic the look-up.
        if (meta.reason != REASON_ROUTED_BY_CID && meta.reason != REASON_NOT_VIP) {
            punt.apply(hdr, meta, standard_metadata);
        }
    }
}

#endif

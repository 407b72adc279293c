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
        bool is_vip = false;
        bool to_backend = false;
        bool to_l2 = false;

        if (hdr.packet_out.isValid()) {
            meta.reason = REASON_PACKET_OUT;
            standard_metadata.egress_spec = hdr.packet_out.egress_port;
        } else if (!hdr.ethernet.isValid()) {
            // No destination that L2 could look up.
            meta.reason = REASON_MALFORMED;
            mark_to_drop(standard_metadata);
        } else if (standard_metadata.parser_error != error.NoError) {
            meta.reason = REASON_MALFORMED;
            to_l2 = true;
        } else if (meta.fragment) {
            meta.reason = REASON_FRAGMENT;
            to_l2 = true;
        } else {
            vip.apply(hdr, meta, is_vip);
            if (is_vip) {
                flow_hash.apply(hdr, meta);
                cid.apply(hdr, meta, to_backend);
                if (!to_backend && meta.steer_only) {
                    meta.reason = REASON_STEER_LOCAL;
                    to_l2 = true;
                } else if (!to_backend || meta.count_migrated) {
                    bit<32> fallback_backend_id;
                    bool has_fallback;
                    fallback.apply(meta, fallback_backend_id, has_fallback);
                    if (!to_backend) {
                        to_backend = has_fallback;
                        meta.backend_id = fallback_backend_id;
#if WITH_STATE
                        if (meta.state_timeout != 0) {
                            state.apply(
                                hdr,
                                meta,
                                standard_metadata.ingress_global_timestamp,
                                to_backend
                            );
                        }
#endif
                        if (meta.icmp_error && meta.icmp_group != 0) {
                            meta.reason = REASON_ICMP_REPLICATED;
                            meta.replicate = true;
                            to_backend = false;
                        } else if (!to_backend) {
                            meta.reason = REASON_NO_FALLBACK;
                            mark_to_drop(standard_metadata);
                        }
                    } else if (has_fallback && fallback_backend_id != meta.backend_id) {
                        migrated.count((bit<32>) meta.pool_id);
                    }
                }
            } else if (meta.neighbour) {
                meta.reason = REASON_NEIGHBOUR;
                to_l2 = true;
            } else {
                bool answered;
                bool is_return = false;
                icmp_echo.apply(hdr, standard_metadata, answered);
#if WITH_NAT
                return_path.apply(hdr, is_return);
#endif
                if (answered) {
                    meta.reason = REASON_ICMP_ECHO;
                } else {
                    meta.reason = is_return ? (bit<32>) REASON_RETURN_PATH : REASON_NOT_VIP;
                    to_l2 = true;
                }
            }
        }

        // Once each: a target has every table in one place of its pipeline.
        if (to_backend) {
            steer.apply(hdr, meta, standard_metadata);
        } else if (meta.replicate) {
            bit<8> ttl = hdr.ipv4.isValid() ? hdr.ipv4.ttl : hdr.ipv6.hop_limit;
            mark_to_drop(standard_metadata);
            if (ttl <= 1) {
                meta.reason = REASON_TTL_EXPIRED;
            } else {
                decrement_ttl.apply(hdr);
                standard_metadata.mcast_grp = meta.icmp_group;
            }
        }
        if (to_l2 || meta.deliver_local) {
            l2.apply(hdr, standard_metadata);
        }
        reason.count(meta.reason);
        // Spares the packets that are most of the traffic the look-up.
        if (meta.reason != REASON_ROUTED_BY_CID && meta.reason != REASON_NOT_VIP) {
            punt.apply(meta, standard_metadata);
        }
    }
}

#endif

// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_INGRESS_P4
#define TERN_INGRESS_P4

control TernIngress(
    inout headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    Vip() vip;
    Cid() cid;
    Fallback() fallback;
    Steer() steer;
    L2() l2;

    // Every packet counts in exactly one cell. The annotation lists each cell: index, name, what
    // it means.
    @id(0x12000001)
    @tern_cells[
        REASON_NOT_VIP, "not_vip", "no VIP's packet; left to l2",
        REASON_FRAGMENT, "fragment", "IPv4 fragment; left to l2",
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
        REASON_PACKET_OUT, "packet_out", "sent by the controller to a port"
    ]
    counter(REASON_COUNT, CounterType.packets_and_bytes) reason;

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
            if (!is_vip) {
                meta.reason = REASON_NOT_VIP;
                to_l2 = true;
            } else {
                cid.apply(hdr, meta, to_backend);
                if (!to_backend) {
                    if (meta.steer_only) {
                        meta.reason = REASON_STEER_LOCAL;
                        to_l2 = true;
                    } else {
                        fallback.apply(hdr, meta, to_backend);
                        if (!to_backend) {
                            meta.reason = REASON_NO_FALLBACK;
                            mark_to_drop(standard_metadata);
                        }
                    }
                }
            }
        }

        // Once each: a target has every table in one place of its pipeline.
        if (to_backend) {
            steer.apply(hdr, meta, standard_metadata);
        } else if (to_l2) {
            l2.apply(hdr, standard_metadata);
        }
        reason.count(meta.reason);
    }
}

#endif

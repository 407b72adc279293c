// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_EGRESS_P4
#define TERN_EGRESS_P4

control TernEgress(
    inout headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    // What v1model targets call the copies of a clone session, and of a multicast group.
    const bit<32> INSTANCE_INGRESS_CLONE = 1;
    const bit<32> INSTANCE_REPLICATION = 5;

    Replicate() replicate;
#if WITH_NAT
    Nat() nat;
#endif
#if WITH_TUNNELS
    Encapsulate() encapsulate;
#endif

    apply {
        // The octets of a short CID are still in the payload. Here, because copies for the controller come
        // from the parser: Ingress never sees them.
        if (hdr.short_payload.isValid()) {
            hdr.cid.setInvalid();
        }
        if (standard_metadata.instance_type == INSTANCE_REPLICATION) {
            if (meta.reason == REASON_ICMP_REPLICATED) {
                replicate.apply(hdr, meta, standard_metadata);
            } else if (standard_metadata.egress_port == standard_metadata.ingress_port) {
                mark_to_drop(standard_metadata);
            }
        }
        if (standard_metadata.egress_port == CPU_PORT) {
            hdr.packet_in.setValid();
            if (standard_metadata.instance_type == INSTANCE_INGRESS_CLONE) {
                hdr.packet_in.ingress_port = meta.copied_ingress_port;
            } else {
                hdr.packet_in.ingress_port = standard_metadata.ingress_port;
            }
            hdr.packet_in.pad = 0;
            hdr.packet_in.reason = meta.reason[7:0];
#if WITH_TUNNELS || WITH_NAT
        } else if (hdr.rewrite.isValid()) {
#if WITH_NAT && WITH_TUNNELS
            if (IS_NAT(hdr.rewrite.kind)) {
                nat.apply(hdr);
            } else {
                encapsulate.apply(hdr, meta);
            }
#elif WITH_NAT
            nat.apply(hdr);
#else
            encapsulate.apply(hdr, meta);
#endif
#endif
        }
    }
}

#endif

// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_STEER_P4
#define TERN_STEER_P4

#define TTL_EXPIRED (hdr.ipv4.isValid() && hdr.ipv4.ttl <= 1 \
    || hdr.ipv6.isValid() && hdr.ipv6.hop_limit <= 1)

#if WITH_NAT && WITH_IPV4 && WITH_IPV6
#define WRONG_FAMILY (hdr.rewrite.isValid() \
    && (hdr.rewrite.kind == REWRITE_NAT_V4 && !hdr.ipv4.isValid() \
        || hdr.rewrite.kind == REWRITE_NAT_V6 && !hdr.ipv6.isValid()))
#endif

// One hop less to live.
control DecrementTtl(inout headers_t hdr) {
    apply {
        if (hdr.ipv4.isValid()) {
            hdr.ipv4.ttl = hdr.ipv4.ttl - 1;
            // Incrementally (RFC 1624, equation 3), so that a wrong checksum stays wrong. The word
            // of TTL and protocol falls by 0x0100, so ~m + m' is 0xFEFF whatever it was, and
            // ~(~c + 0xFEFF) is c + 0x0100, and one more if the sum in the brackets has no carry.
            if (hdr.ipv4.checksum < 0xFEFF) {
                hdr.ipv4.checksum = hdr.ipv4.checksum + 0x0100;
            } else {
                hdr.ipv4.checksum = hdr.ipv4.checksum + 0x0101;
            }
        } else {
            hdr.ipv6.hop_limit = hdr.ipv6.hop_limit - 1;
        }
    }
}

// Sends a packet to meta.backend_id, or leaves it here (`deliver_local`). Decrements TTL / hop
// limit, so that two devices that disagree about a CID cannot pass a packet to and fro for ever;
// changes meta.reason if the packet has to be dropped. The outer headers of tunnels and the
// addresses of NAT are Egress's work: hdr.rewrite.
control Steer(
    inout headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    @id(0x13000005)
    direct_counter(CounterType.packets_and_bytes) backend_counter;

    DecrementTtl() decrement_ttl;

    // Sets the egress port and the MAC addresses of the next hop: direct server return. IP
    // addresses and ports stay as they are. `src_mac` 0 leaves the source MAC address alone.
    @id(0x01000006)
    action forward_l2(
        @id(1) bit<9> port,
        @id(2) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(3) @format(MAC_ADDRESS) bit<48> src_mac
    ) {
        standard_metadata.egress_spec = port;
        hdr.ethernet.dst_mac = dst_mac;
        if (src_mac != 0) {
            hdr.ethernet.src_mac = src_mac;
        }
    }

#if WITH_IPIP
    // As forward_l2, inside an IP-in-IP tunnel (RFC 2003, RFC 2473). High bits of the flow hash
    // vary the low 16 bits of the outer source address under `src_entropy_mask`, so that ECMP and
    // receive-side scaling spread the flows; 0 leaves it alone.
    @id(0x0100000A)
    action tunnel_ipip_v4(
        @id(1) bit<9> port,
        @id(2) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(3) @format(MAC_ADDRESS) bit<48> src_mac,
        @id(4) @format(IPV4_ADDRESS) bit<32> outer_src_addr,
        @id(5) @format(IPV4_ADDRESS) bit<32> outer_dst_addr,
        @id(6) bit<16> src_entropy_mask
    ) {
        forward_l2(port, dst_mac, src_mac);
        hdr.rewrite.setValid();
        hdr.rewrite.kind = REWRITE_IPIP_V4;
        hdr.rewrite.src_addr = (bit<128>) outer_src_addr;
        hdr.rewrite.src_entropy_mask = src_entropy_mask;
        hdr.rewrite.dst_addr = (bit<128>) outer_dst_addr;
    }

    @id(0x0100000B)
    action tunnel_ipip_v6(
        @id(1) bit<9> port,
        @id(2) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(3) @format(MAC_ADDRESS) bit<48> src_mac,
        @id(4) @format(IPV6_ADDRESS) bit<128> outer_src_addr,
        @id(5) @format(IPV6_ADDRESS) bit<128> outer_dst_addr,
        @id(6) bit<16> src_entropy_mask
    ) {
        forward_l2(port, dst_mac, src_mac);
        hdr.rewrite.setValid();
        hdr.rewrite.kind = REWRITE_IPIP_V6;
        hdr.rewrite.src_addr = outer_src_addr;
        hdr.rewrite.src_entropy_mask = src_entropy_mask;
        hdr.rewrite.dst_addr = outer_dst_addr;
    }
#endif

#if WITH_GUE
    // As forward_l2, inside generic UDP encapsulation: variant 1, an IP packet right behind UDP.
    // The outer source port carries the entropy.
    @id(0x0100000C)
    action tunnel_gue_v4(
        @id(1) bit<9> port,
        @id(2) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(3) @format(MAC_ADDRESS) bit<48> src_mac,
        @id(4) @format(IPV4_ADDRESS) bit<32> outer_src_addr,
        @id(5) @format(IPV4_ADDRESS) bit<32> outer_dst_addr,
        @id(6) bit<16> gue_port
    ) {
        forward_l2(port, dst_mac, src_mac);
        hdr.rewrite.setValid();
        hdr.rewrite.kind = REWRITE_GUE_V4;
        hdr.rewrite.src_addr = (bit<128>) outer_src_addr;
        hdr.rewrite.dst_addr = (bit<128>) outer_dst_addr;
        hdr.rewrite.dst_port = gue_port;
        hdr.rewrite.src_entropy_mask = 0;
    }

    @id(0x0100000D)
    action tunnel_gue_v6(
        @id(1) bit<9> port,
        @id(2) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(3) @format(MAC_ADDRESS) bit<48> src_mac,
        @id(4) @format(IPV6_ADDRESS) bit<128> outer_src_addr,
        @id(5) @format(IPV6_ADDRESS) bit<128> outer_dst_addr,
        @id(6) bit<16> gue_port
    ) {
        forward_l2(port, dst_mac, src_mac);
        hdr.rewrite.setValid();
        hdr.rewrite.kind = REWRITE_GUE_V6;
        hdr.rewrite.src_addr = outer_src_addr;
        hdr.rewrite.dst_addr = outer_dst_addr;
        hdr.rewrite.dst_port = gue_port;
        hdr.rewrite.src_entropy_mask = 0;
    }
#endif

#if WITH_NAT
    // As forward_l2, with another destination address and port. A backend of the other address
    // family gets nothing.
#if WITH_IPV4
    @id(0x0100000E)
    action nat_v4(
        @id(1) bit<9> port,
        @id(2) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(3) @format(MAC_ADDRESS) bit<48> src_mac,
        @id(4) @format(IPV4_ADDRESS) bit<32> nat_addr,
        @id(5) bit<16> nat_port
    ) {
        forward_l2(port, dst_mac, src_mac);
        hdr.rewrite.setValid();
        hdr.rewrite.kind = REWRITE_NAT_V4;
        hdr.rewrite.dst_addr = (bit<128>) nat_addr;
        hdr.rewrite.dst_port = nat_port;
    }
#endif

#if WITH_IPV6
    @id(0x0100000F)
    action nat_v6(
        @id(1) bit<9> port,
        @id(2) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(3) @format(MAC_ADDRESS) bit<48> src_mac,
        @id(4) @format(IPV6_ADDRESS) bit<128> nat_addr,
        @id(5) bit<16> nat_port
    ) {
        forward_l2(port, dst_mac, src_mac);
        hdr.rewrite.setValid();
        hdr.rewrite.kind = REWRITE_NAT_V6;
        hdr.rewrite.dst_addr = nat_addr;
        hdr.rewrite.dst_port = nat_port;
    }
#endif
#endif

    // The backend is this device: L2 has the packet, unchanged.
    @id(0x01000010)
    action deliver_local() {
        meta.to_l2 = 1;
    }

    @id(0x02000006)
    table backend {
        key = {
            meta.backend_id: exact @id(1) @name("backend_id");
        }
        actions = {
            forward_l2;
#if WITH_IPIP
            tunnel_ipip_v4;
            tunnel_ipip_v6;
#endif
#if WITH_GUE
            tunnel_gue_v4;
            tunnel_gue_v6;
#endif
#if WITH_NAT
#if WITH_IPV4
            nat_v4;
#endif
#if WITH_IPV6
            nat_v6;
#endif
#endif
            deliver_local;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        counters = backend_counter;
        size = BACKEND_SIZE;
    }

    apply {
        if (!backend.apply().hit) {
            meta.reason = REASON_DANGLING_BACKEND;
            mark_to_drop(standard_metadata);
        } else if (meta.to_l2 == 0) {
            if (TTL_EXPIRED) {
                meta.reason = REASON_TTL_EXPIRED;
                mark_to_drop(standard_metadata);
#if WITH_NAT && WITH_IPV4 && WITH_IPV6
            } else if (WRONG_FAMILY) {
                meta.reason = REASON_WRONG_FAMILY;
                mark_to_drop(standard_metadata);
#endif
            } else {
                decrement_ttl.apply(hdr);
            }
        }
    }
}

#endif

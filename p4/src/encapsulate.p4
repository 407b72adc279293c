// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_ENCAPSULATE_P4
#define TERN_ENCAPSULATE_P4

#if WITH_TUNNELS
// Puts the outer headers of hdr.rewrite in front of the IP header: IP-in-IP in any pair of
// families (RFC 2003, RFC 2473, RFC 4213), or GUE variant 1. DSCP and ECN of the outer header are
// the inner one's (RFC 6040, normal mode; RFC 2983, uniform model). The outer packet is never
// fragmented: DF is set, and identification is 0 (RFC 6864).
control Encapsulate(inout headers_t hdr, inout metadata_t meta) {
    FlowHash() flow_hash;

#if WITH_GUE
    const bit<16> GUE_OCTETS = 8;
    // Ephemeral ports carry the entropy (RFC 6335, section 6).
    const bit<2> EPHEMERAL = 0b11;
#endif

    apply {
        hdr.scratch.setValid();
        // Of packets that a CID routed nobody has needed it yet.
        if (!hdr.flow.isValid()) {
            flow_hash.apply(hdr);
        }
        hdr.rewrite.src_addr = hdr.rewrite.src_addr
            ^ (bit<128>) (hdr.flow.hash[31:16] & hdr.rewrite.src_entropy_mask);
        if (hdr.ipv4.isValid()) {
            hdr.scratch.payload_octets = hdr.ipv4.total_length;
            hdr.scratch.traffic_class = hdr.ipv4.traffic_class;
            hdr.scratch.protocol = IP_IPV4;
        } else {
            hdr.scratch.payload_octets = hdr.ipv6.payload_length + IPV6_OCTETS;
            hdr.scratch.traffic_class = hdr.ipv6.traffic_class;
            hdr.scratch.protocol = IP_IPV6;
        }
#if WITH_GUE
        if (hdr.rewrite.kind == REWRITE_GUE_V4 || hdr.rewrite.kind == REWRITE_GUE_V6) {
            hdr.outer_udp.setValid();
            hdr.outer_udp.src_port = EPHEMERAL ++ hdr.flow.hash[31:18];
            hdr.outer_udp.dst_port = hdr.rewrite.dst_port;
            hdr.outer_udp.length = hdr.scratch.payload_octets + GUE_OCTETS;
            // The inner packet has checksums of its own (IPv6: RFC 6935).
            hdr.outer_udp.checksum = 0;
            hdr.scratch.payload_octets = hdr.scratch.payload_octets + GUE_OCTETS;
            hdr.scratch.protocol = IP_UDP;
        }
#endif
        if (IS_OUTER_IPV4(hdr.rewrite.kind)) {
            hdr.scratch.ether_type = ETHERTYPE_IPV4;
            hdr.outer_ipv4.setValid();
            hdr.outer_ipv4.version = 4;
            hdr.outer_ipv4.ihl = 5;
            hdr.outer_ipv4.traffic_class = hdr.scratch.traffic_class;
            hdr.outer_ipv4.total_length = hdr.scratch.payload_octets + IPV4_OCTETS;
            hdr.outer_ipv4.identification = 0;
            hdr.outer_ipv4.reserved = 0;
            hdr.outer_ipv4.dont_fragment = 1;
            hdr.outer_ipv4.more_fragments = 0;
            hdr.outer_ipv4.fragment_offset = 0;
            hdr.outer_ipv4.ttl = INITIAL_TTL;
            hdr.outer_ipv4.protocol = hdr.scratch.protocol;
            // ComputeChecksums does it.
            hdr.outer_ipv4.checksum = 0;
            hdr.outer_ipv4.src_addr = hdr.rewrite.src_addr[31:0];
            hdr.outer_ipv4.dst_addr = hdr.rewrite.dst_addr[31:0];
        } else {
            hdr.scratch.ether_type = ETHERTYPE_IPV6;
            hdr.outer_ipv6.setValid();
            hdr.outer_ipv6.version = 6;
            hdr.outer_ipv6.traffic_class = hdr.scratch.traffic_class;
            // RFC 6438.
            hdr.outer_ipv6.flow_label = hdr.flow.hash[31:12];
            hdr.outer_ipv6.payload_length = hdr.scratch.payload_octets;
            hdr.outer_ipv6.next_header = hdr.scratch.protocol;
            hdr.outer_ipv6.hop_limit = INITIAL_TTL;
            hdr.outer_ipv6.src_addr = hdr.rewrite.src_addr;
            hdr.outer_ipv6.dst_addr = hdr.rewrite.dst_addr;
        }
        if (hdr.vlan[1].isValid()) {
            hdr.vlan[1].ether_type = hdr.scratch.ether_type;
        } else if (hdr.vlan[0].isValid()) {
            hdr.vlan[0].ether_type = hdr.scratch.ether_type;
        } else {
            hdr.ethernet.ether_type = hdr.scratch.ether_type;
        }
    }
}
#endif

#endif

// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_REPLICATE_P4
#define TERN_REPLICATE_P4

// In Egress: where the copies of an ICMP error go that could be for any backend of the pool. The
// multicast group has a replica for each backend; its instance tells them apart. The actions are
// those of `backend`, but that the replica has its port already.
control Replicate(
    inout headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    // Sets the MAC addresses of the next hop. `src_mac` 0 leaves the source MAC address alone.
    @id(0x0100001F)
    action replicate_l2(
        @id(1) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(2) @format(MAC_ADDRESS) bit<48> src_mac
    ) {
        hdr.ethernet.dst_mac = dst_mac;
        if (src_mac != 0) {
            hdr.ethernet.src_mac = src_mac;
        }
    }

#if WITH_IPIP
    // As the actions of `backend`.
    @id(0x01000020)
    action replicate_ipip_v4(
        @id(1) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(2) @format(MAC_ADDRESS) bit<48> src_mac,
        @id(3) @format(IPV4_ADDRESS) bit<32> outer_src_addr,
        @id(4) @format(IPV4_ADDRESS) bit<32> outer_dst_addr,
        @id(5) bit<16> src_entropy_mask
    ) {
        replicate_l2(dst_mac, src_mac);
        hdr.rewrite.setValid();
        hdr.rewrite.kind = REWRITE_IPIP_V4;
        hdr.rewrite.src_addr = (bit<128>) outer_src_addr;
        hdr.rewrite.src_entropy_mask = src_entropy_mask;
        hdr.rewrite.dst_addr = (bit<128>) outer_dst_addr;
    }

    @id(0x01000021)
    action replicate_ipip_v6(
        @id(1) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(2) @format(MAC_ADDRESS) bit<48> src_mac,
        @id(3) @format(IPV6_ADDRESS) bit<128> outer_src_addr,
        @id(4) @format(IPV6_ADDRESS) bit<128> outer_dst_addr,
        @id(5) bit<16> src_entropy_mask
    ) {
        replicate_l2(dst_mac, src_mac);
        hdr.rewrite.setValid();
        hdr.rewrite.kind = REWRITE_IPIP_V6;
        hdr.rewrite.src_addr = outer_src_addr;
        hdr.rewrite.src_entropy_mask = src_entropy_mask;
        hdr.rewrite.dst_addr = outer_dst_addr;
    }
#endif

#if WITH_GUE
    @id(0x01000022)
    action replicate_gue_v4(
        @id(1) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(2) @format(MAC_ADDRESS) bit<48> src_mac,
        @id(3) @format(IPV4_ADDRESS) bit<32> outer_src_addr,
        @id(4) @format(IPV4_ADDRESS) bit<32> outer_dst_addr,
        @id(5) bit<16> gue_port
    ) {
        replicate_l2(dst_mac, src_mac);
        hdr.rewrite.setValid();
        hdr.rewrite.kind = REWRITE_GUE_V4;
        hdr.rewrite.src_addr = (bit<128>) outer_src_addr;
        hdr.rewrite.dst_addr = (bit<128>) outer_dst_addr;
        hdr.rewrite.dst_port = gue_port;
        hdr.rewrite.src_entropy_mask = 0;
    }

    @id(0x01000023)
    action replicate_gue_v6(
        @id(1) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(2) @format(MAC_ADDRESS) bit<48> src_mac,
        @id(3) @format(IPV6_ADDRESS) bit<128> outer_src_addr,
        @id(4) @format(IPV6_ADDRESS) bit<128> outer_dst_addr,
        @id(5) bit<16> gue_port
    ) {
        replicate_l2(dst_mac, src_mac);
        hdr.rewrite.setValid();
        hdr.rewrite.kind = REWRITE_GUE_V6;
        hdr.rewrite.src_addr = outer_src_addr;
        hdr.rewrite.dst_addr = outer_dst_addr;
        hdr.rewrite.dst_port = gue_port;
        hdr.rewrite.src_entropy_mask = 0;
    }
#endif

#if WITH_NAT
#if WITH_IPV4
    @id(0x01000024)
    action replicate_nat_v4(
        @id(1) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(2) @format(MAC_ADDRESS) bit<48> src_mac,
        @id(3) @format(IPV4_ADDRESS) bit<32> nat_addr,
        @id(4) bit<16> nat_port
    ) {
        replicate_l2(dst_mac, src_mac);
        hdr.rewrite.setValid();
        hdr.rewrite.kind = REWRITE_NAT_V4;
        hdr.rewrite.dst_addr = (bit<128>) nat_addr;
        hdr.rewrite.dst_port = nat_port;
    }
#endif

#if WITH_IPV6
    @id(0x01000025)
    action replicate_nat_v6(
        @id(1) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(2) @format(MAC_ADDRESS) bit<48> src_mac,
        @id(3) @format(IPV6_ADDRESS) bit<128> nat_addr,
        @id(4) bit<16> nat_port
    ) {
        replicate_l2(dst_mac, src_mac);
        hdr.rewrite.setValid();
        hdr.rewrite.kind = REWRITE_NAT_V6;
        hdr.rewrite.dst_addr = nat_addr;
        hdr.rewrite.dst_port = nat_port;
    }
#endif
#endif

    @id(0x0200000E)
    table replica {
        key = {
            standard_metadata.egress_rid: exact @id(1) @name("instance");
        }
        actions = {
            replicate_l2;
#if WITH_IPIP
            replicate_ipip_v4;
            replicate_ipip_v6;
#endif
#if WITH_GUE
            replicate_gue_v4;
            replicate_gue_v6;
#endif
#if WITH_NAT
#if WITH_IPV4
            replicate_nat_v4;
#endif
#if WITH_IPV6
            replicate_nat_v6;
#endif
#endif
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        size = REPLICA_SIZE;
    }

    apply {
        if (replica.apply().hit) {
#if WITH_NAT && WITH_IPV4 && WITH_IPV6
            if (WRONG_FAMILY) {
                hdr.rewrite.setInvalid();
                mark_to_drop(standard_metadata);
            }
#endif
        } else {
            mark_to_drop(standard_metadata);
        }
    }
}

#endif

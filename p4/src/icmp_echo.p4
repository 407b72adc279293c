// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_ICMP_ECHO_P4
#define TERN_ICMP_ECHO_P4

// Answers ICMP echo requests to VIP addresses, so that a VIP can be pinged without a backend. Not
// those to a group's MAC address: nobody may send from that.
control IcmpEcho(
    inout headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    // Sends the reply out of the port that the request came in by.
    @id(0x01000016)
    action answer_echo() {
        standard_metadata.egress_spec = standard_metadata.ingress_port;
        meta.reason = REASON_ICMP_ECHO;
        hdr.scratch.setValid();
        hdr.scratch.mac = hdr.ethernet.dst_mac;
        hdr.ethernet.dst_mac = hdr.ethernet.src_mac;
        hdr.ethernet.src_mac = hdr.scratch.mac;
    }

#if WITH_IPV4
    @id(0x0200000A)
    table echo_v4 {
        key = {
            hdr.ipv4.dst_addr: exact @id(1) @name("dst_addr") @format(IPV4_ADDRESS);
        }
        actions = {
            answer_echo;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        size = ECHO_SIZE;
    }
#endif

#if WITH_IPV6
    @id(0x0200000B)
    table echo_v6 {
        key = {
            hdr.ipv6.dst_addr: exact @id(1) @name("dst_addr") @format(IPV6_ADDRESS);
        }
        actions = {
            answer_echo;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        size = ECHO_SIZE;
    }
#endif

    apply {
        if (hdr.ethernet.dst_mac[40:40] == 1) {
            // L2 has it.
        } else if (hdr.ipv4.isValid()) {
#if WITH_IPV4
            if (hdr.icmp.type == ICMP_ECHO_REQUEST) {
                if (echo_v4.apply().hit) {
                    hdr.scratch.addr = (bit<128>) hdr.ipv4.dst_addr;
                    hdr.ipv4.dst_addr = hdr.ipv4.src_addr;
                    hdr.ipv4.src_addr = hdr.scratch.addr[31:0];
                    hdr.scratch.removed = (bit<32>) hdr.ipv4.ttl << 8;
                    hdr.scratch.added = (bit<32>) INITIAL_TTL << 8;
                    hdr.ipv4.ttl = INITIAL_TTL;
                    ADJUST_CHECKSUM(hdr.ipv4.checksum)
                    hdr.icmp.type = ICMP_ECHO_REPLY;
                    hdr.scratch.removed = (bit<32>) ICMP_ECHO_REQUEST << 8;
                    hdr.scratch.added = 0;
                    ADJUST_CHECKSUM(hdr.icmp.checksum)
                    // A reply of zeros alone has the other zero of one's complement; in every
                    // other reply the two are as good.
                    if (hdr.icmp.checksum == 0) {
                        hdr.icmp.checksum = 0xFFFF;
                    }
                }
            }
#endif
        } else {
#if WITH_IPV6
            if (hdr.icmp.type == ICMPV6_ECHO_REQUEST) {
                if (echo_v6.apply().hit) {
                    hdr.scratch.addr = hdr.ipv6.dst_addr;
                    hdr.ipv6.dst_addr = hdr.ipv6.src_addr;
                    hdr.ipv6.src_addr = hdr.scratch.addr;
                    hdr.ipv6.hop_limit = INITIAL_TTL;
                    hdr.icmp.type = ICMPV6_ECHO_REPLY;
                    hdr.scratch.removed = (bit<32>) ICMPV6_ECHO_REQUEST << 8;
                    hdr.scratch.added = (bit<32>) ICMPV6_ECHO_REPLY << 8;
                    ADJUST_CHECKSUM(hdr.icmp.checksum)
                }
            }
#endif
        }
    }
}

#endif

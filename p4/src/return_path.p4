// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_RETURN_PATH_P4
#define TERN_RETURN_PATH_P4

#if WITH_NAT

// Gives what a backend behind NAT sends the address and port of its VIP again; L2 carries it on.
control ReturnPath(inout headers_t hdr, inout metadata_t meta) {
#if WITH_IPV4
    // Sets source address and port.
    @id(0x01000011)
    action un_nat_v4(
        @id(1) @format(IPV4_ADDRESS) bit<32> vip_addr,
        @id(2) bit<16> vip_port
    ) {
        meta.reason = REASON_RETURN_PATH;
        hdr.scratch.setValid();
        hdr.scratch.removed = SUM_32(hdr.ipv4.src_addr);
        hdr.scratch.added = SUM_32(vip_addr);
        hdr.ipv4.src_addr = vip_addr;
        hdr.scratch.port = vip_port;
    }
#endif

#if WITH_IPV6
    // Sets source address and port.
    @id(0x01000012)
    action un_nat_v6(
        @id(1) @format(IPV6_ADDRESS) bit<128> vip_addr,
        @id(2) bit<16> vip_port
    ) {
        meta.reason = REASON_RETURN_PATH;
        hdr.scratch.setValid();
        hdr.scratch.removed = SUM_128(hdr.ipv6.src_addr);
        hdr.scratch.added = SUM_128(vip_addr);
        hdr.ipv6.src_addr = vip_addr;
        hdr.scratch.port = vip_port;
    }
#endif

#if WITH_IPV4
    @id(0x02000008)
    table return_path_v4 {
        key = {
            hdr.ipv4.src_addr: exact @id(1) @name("src_addr") @format(IPV4_ADDRESS);
            hdr.udp.src_port: exact @id(2) @name("src_port");
        }
        actions = {
            un_nat_v4;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        size = RETURN_PATH_SIZE;
    }
#endif

#if WITH_IPV6
    @id(0x02000009)
    table return_path_v6 {
        key = {
            hdr.ipv6.src_addr: exact @id(1) @name("src_addr") @format(IPV6_ADDRESS);
            hdr.udp.src_port: exact @id(2) @name("src_port");
        }
        actions = {
            un_nat_v6;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        size = RETURN_PATH_SIZE;
    }
#endif

    apply {
        if (hdr.udp.isValid() && !hdr.icmp.isValid()) {
            if (hdr.ipv4.isValid()) {
#if WITH_IPV4
                return_path_v4.apply();
#endif
            } else {
#if WITH_IPV6
                return_path_v6.apply();
#endif
            }
            if (meta.reason == REASON_RETURN_PATH) {
                if (hdr.ipv4.isValid()) {
                    ADJUST_CHECKSUM(hdr.ipv4.checksum)
                }
                hdr.scratch.removed = hdr.scratch.removed + (bit<32>) hdr.udp.src_port;
                hdr.scratch.added = hdr.scratch.added + (bit<32>) hdr.scratch.port;
                hdr.udp.src_port = hdr.scratch.port;
                ADJUST_UDP_CHECKSUM
            }
        }
    }
}

#endif

#endif

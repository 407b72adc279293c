// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_RETURN_PATH_P4
#define TERN_RETURN_PATH_P4

#if WITH_NAT

// Gives what a backend behind NAT sends the address and port of its VIP again; L2 carries it on.
control ReturnPath(inout headers_t hdr, out bool is_return) {
    AdjustChecksum() adjust_ip;
    AdjustUdpChecksum() adjust_udp;

    bit<32> removed = 0;
    bit<32> added = 0;
    bit<16> new_port = 0;

#if WITH_IPV4
    // Sets source address and port.
    @id(0x01000011)
    action un_nat_v4(
        @id(1) @format(IPV4_ADDRESS) bit<32> vip_addr,
        @id(2) bit<16> vip_port
    ) {
        removed = SUM_32(hdr.ipv4.src_addr);
        added = SUM_32(vip_addr);
        hdr.ipv4.src_addr = vip_addr;
        new_port = vip_port;
    }
#endif

#if WITH_IPV6
    // Sets source address and port.
    @id(0x01000012)
    action un_nat_v6(
        @id(1) @format(IPV6_ADDRESS) bit<128> vip_addr,
        @id(2) bit<16> vip_port
    ) {
        removed = SUM_128(hdr.ipv6.src_addr);
        added = SUM_128(vip_addr);
        hdr.ipv6.src_addr = vip_addr;
        new_port = vip_port;
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
        is_return = false;
        if (hdr.udp.isValid()) {
            if (hdr.ipv4.isValid()) {
#if WITH_IPV4
                is_return = return_path_v4.apply().hit;
#endif
            } else {
#if WITH_IPV6
                is_return = return_path_v6.apply().hit;
#endif
            }
            if (is_return) {
                if (hdr.ipv4.isValid()) {
                    adjust_ip.apply(hdr.ipv4.checksum, removed, added);
                }
                removed = removed + (bit<32>) hdr.udp.src_port;
                added = added + (bit<32>) new_port;
                hdr.udp.src_port = new_port;
                adjust_udp.apply(hdr.udp.checksum, removed, added);
            }
        }
    }
}

#endif

#endif

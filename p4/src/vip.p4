// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_VIP_P4
#define TERN_VIP_P4

// Whose packet it is: destination address and UDP port -> pool.
control Vip(in headers_t hdr, inout metadata_t meta, out bool is_vip) {
    @id(0x13000001)
    direct_counter(CounterType.packets_and_bytes) vip_v4_counter;
    @id(0x13000002)
    direct_counter(CounterType.packets_and_bytes) vip_v6_counter;

    // Sets the pool and the size of its fallback. `fallback_mask` is the number of slots, a power
    // of two, minus one.
    @id(0x01000001)
    action set_pool(
        @id(1) bit<16> pool_id,
        @id(2) bit<32> fallback_mask
    ) {
        meta.pool_id = pool_id;
        meta.fallback_mask = fallback_mask;
        meta.steer_only = false;
    }

    // Sets the pool of a VIP that this device serves itself: packets with an unroutable DCID stay
    // here.
    @id(0x01000002)
    action set_pool_steer_only(@id(1) bit<16> pool_id) {
        meta.pool_id = pool_id;
        meta.steer_only = true;
    }

    @id(0x02000001)
    table vip_v4 {
        key = {
            hdr.ipv4.dst_addr: exact @id(1) @name("dst_addr") @format(IPV4_ADDRESS);
            hdr.udp.dst_port: exact @id(2) @name("dst_port");
        }
        actions = {
            set_pool;
            set_pool_steer_only;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        counters = vip_v4_counter;
        size = VIP_SIZE;
    }

    @id(0x02000002)
    table vip_v6 {
        key = {
            hdr.ipv6.dst_addr: exact @id(1) @name("dst_addr") @format(IPV6_ADDRESS);
            hdr.udp.dst_port: exact @id(2) @name("dst_port");
        }
        actions = {
            set_pool;
            set_pool_steer_only;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        counters = vip_v6_counter;
        size = VIP_SIZE;
    }

    apply {
        is_vip = false;
        if (hdr.udp.isValid()) {
            if (hdr.ipv4.isValid()) {
                is_vip = vip_v4.apply().hit;
            } else {
                is_vip = vip_v6.apply().hit;
            }
        }
    }
}

#endif

// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_VIP_P4
#define TERN_VIP_P4

// Whose packet it is: destination address and UDP port -> meta.pool_id, 0 if no VIP's. An ICMP error belongs to the VIP
// that sent the packet it quotes, and that is the address it is sent to.
control Vip(inout headers_t hdr, inout metadata_t meta) {
#if WITH_IPV4
    @id(0x13000001)
    direct_counter(CounterType.packets_and_bytes) vip_v4_counter;
#endif
#if WITH_IPV6
    @id(0x13000002)
    direct_counter(CounterType.packets_and_bytes) vip_v6_counter;
#endif

    // Sets the pool and the size of its fallback. `fallback_mask` is the number of slots, a power
    // of two, minus one. `count_migrated` asks for the counter `migrated`. `icmp_group` is the
    // multicast group of ICMP errors that name no backend; 0: the fallback takes them.
    @id(0x01000001)
    action set_pool(
        @id(1) bit<16> pool_id,
        @id(2) bit<32> fallback_mask,
        @id(3) bit<1> count_migrated,
        @id(4) bit<16> icmp_group
    ) {
        meta.pool_id = pool_id;
        meta.fallback_mask = fallback_mask;
        meta.count_migrated = count_migrated;
        meta.icmp_group = icmp_group;
    }

    // Sets the pool of a VIP that this device serves itself: packets with an unroutable DCID stay
    // here.
    @id(0x01000002)
    action set_pool_steer_only(@id(1) bit<16> pool_id) {
        meta.pool_id = pool_id;
        meta.steer_only = 1;
    }

#if WITH_STATE
    // As set_pool, and remembers for `state_timeout` microseconds after its last packet where
    // an unroutable DCID and a 4-tuple went.
    @id(0x01000015)
    action set_pool_stateful(
        @id(1) bit<16> pool_id,
        @id(2) bit<32> fallback_mask,
        @id(3) bit<1> count_migrated,
        @id(4) bit<16> icmp_group,
        @id(5) bit<48> state_timeout
    ) {
        meta.pool_id = pool_id;
        meta.fallback_mask = fallback_mask;
        meta.count_migrated = count_migrated;
        meta.icmp_group = icmp_group;
        hdr.remembered.setValid();
        hdr.remembered.timeout = state_timeout;
    }
#endif

#if WITH_IPV4
    @id(0x02000001)
    table vip_v4 {
        key = {
            hdr.ipv4.dst_addr: exact @id(1) @name("dst_addr") @format(IPV4_ADDRESS);
            meta.vip_port: exact @id(2) @name("dst_port");
        }
        actions = {
            set_pool;
            set_pool_steer_only;
#if WITH_STATE
            set_pool_stateful;
#endif
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        counters = vip_v4_counter;
        size = VIP_SIZE;
    }
#endif

#if WITH_IPV6
    @id(0x02000002)
    table vip_v6 {
        key = {
            hdr.ipv6.dst_addr: exact @id(1) @name("dst_addr") @format(IPV6_ADDRESS);
            meta.vip_port: exact @id(2) @name("dst_port");
        }
        actions = {
            set_pool;
            set_pool_steer_only;
#if WITH_STATE
            set_pool_stateful;
#endif
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        counters = vip_v6_counter;
        size = VIP_SIZE;
    }
#endif

    apply {
        if (hdr.udp.isValid()) {
            if (hdr.ipv4.isValid()) {
#if WITH_IPV4
                if (!hdr.icmp.isValid() || hdr.quoted_ipv4.src_addr == hdr.ipv4.dst_addr) {
                    vip_v4.apply();
                }
#endif
            } else {
#if WITH_IPV6
                if (!hdr.icmp.isValid() || hdr.quoted_ipv6.src_addr == hdr.ipv6.dst_addr) {
                    vip_v6.apply();
                }
#endif
            }
        }
    }
}

#endif

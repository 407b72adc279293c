// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_STEER_P4
#define TERN_STEER_P4

// Sends a packet to meta.backend_id. IP addresses and ports stay as they are (direct server
// return). Decrements TTL / hop limit, so that two devices that disagree about a CID cannot pass a
// packet to and fro for ever; changes meta.reason if the packet has to be dropped.
control Steer(
    inout headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    @id(0x13000005)
    direct_counter(CounterType.packets_and_bytes) backend_counter;

    // Sets the egress port and the MAC addresses of the next hop. `src_mac` 0 leaves the source
    // MAC address alone.
    @id(0x01000006)
    action forward_l2(
        @id(1) bit<9> port,
        @id(2) @format(MAC_ADDRESS) bit<48> dst_mac,
        @id(3) @format(MAC_ADDRESS) bit<48> src_mac
    ) {
        standard_metadata.egress_spec = port;
        hdr.ethernet.dst_mac = dst_mac;
        hdr.ethernet.src_mac = src_mac == 0 ? hdr.ethernet.src_mac : src_mac;
    }

    @id(0x02000006)
    table backend {
        key = {
            meta.backend_id: exact @id(1) @name("backend_id");
        }
        actions = {
            forward_l2;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        counters = backend_counter;
        size = BACKEND_SIZE;
    }

    apply {
        bit<8> ttl = hdr.ipv4.isValid() ? hdr.ipv4.ttl : hdr.ipv6.hop_limit;
        if (ttl <= 1) {
            meta.reason = REASON_TTL_EXPIRED;
            mark_to_drop(standard_metadata);
        } else if (!backend.apply().hit) {
            meta.reason = REASON_DANGLING_BACKEND;
            mark_to_drop(standard_metadata);
        } else if (hdr.ipv4.isValid()) {
            hdr.ipv4.ttl = hdr.ipv4.ttl - 1;
            // Incrementally (RFC 1624, equation 3), so that a wrong checksum stays wrong. The word
            // of TTL and protocol falls by 0x0100, so ~m + m' is 0xFEFF whatever it was.
            bit<32> sum = (bit<32>) ~hdr.ipv4.checksum + 0xFEFF;
            hdr.ipv4.checksum = ~(sum[15:0] + sum[31:16]);
        } else {
            hdr.ipv6.hop_limit = hdr.ipv6.hop_limit - 1;
        }
    }
}

#endif

// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_FALLBACK_P4
#define TERN_FALLBACK_P4

// The 4-tuple route of an unroutable DCID. `found` says whether meta.backend_id is set.
control Fallback(in headers_t hdr, inout metadata_t meta, out bool found) {
    // One more than the largest CRC-32: the hash is not reduced.
    const bit<64> CRC32_RANGE = 0x100000000;

    bit<32> slot = 0;

    // Sets the backend that owns the slot.
    @id(0x01000005)
    action to_fallback_backend(@id(1) @refers_to(backend, backend_id) bit<32> backend_id) {
        meta.backend_id = backend_id;
    }

    @id(0x02000005)
    table fallback {
        key = {
            meta.pool_id: exact @id(1) @name("pool_id");
            slot: exact @id(2) @name("slot");
        }
        actions = {
            to_fallback_backend;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        size = FALLBACK_SIZE;
    }

    apply {
        // CRC-32 as in zlib, over 12 octets (IPv4) or 36 (IPv6) in network order.
        if (hdr.ipv4.isValid()) {
            hash(
                slot,
                HashAlgorithm.crc32,
                32w0,
                {hdr.ipv4.src_addr, hdr.ipv4.dst_addr, hdr.udp.src_port, hdr.udp.dst_port},
                CRC32_RANGE
            );
        } else {
            hash(
                slot,
                HashAlgorithm.crc32,
                32w0,
                {hdr.ipv6.src_addr, hdr.ipv6.dst_addr, hdr.udp.src_port, hdr.udp.dst_port},
                CRC32_RANGE
            );
        }
        // The slots of a pool are a power of two: hardware has no modulo.
        slot = slot & meta.fallback_mask;
        found = fallback.apply().hit;
    }
}

#endif

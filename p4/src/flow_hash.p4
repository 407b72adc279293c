// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_FLOW_HASH_P4
#define TERN_FLOW_HASH_P4

// hdr.flow.hash: CRC-32 as in zlib over source address, destination address, source port,
// destination port in network order, 12 octets (IPv4) or 36 (IPv6). Of an ICMP error: those of the
// packets that the client sends, the inverse of what the error quotes.
//
// The low bits are the fallback's slot, the high bits vary the outer headers of tunnels.
control FlowHash(inout headers_t hdr) {
    // One more than the largest CRC-32: the hash is not reduced.
    const bit<64> CRC32_RANGE = 0x100000000;

    apply {
        hdr.flow.setValid();
        if (hdr.ipv4.isValid()) {
            hdr.tuple_v4.setValid();
            if (hdr.icmp.isValid()) {
                hdr.tuple_v4.client_addr = hdr.quoted_ipv4.dst_addr;
                hdr.tuple_v4.vip_addr = hdr.quoted_ipv4.src_addr;
                hdr.tuple_v4.client_port = hdr.udp.dst_port;
                hdr.tuple_v4.vip_port = hdr.udp.src_port;
            } else {
                hdr.tuple_v4.client_addr = hdr.ipv4.src_addr;
                hdr.tuple_v4.vip_addr = hdr.ipv4.dst_addr;
                hdr.tuple_v4.client_port = hdr.udp.src_port;
                hdr.tuple_v4.vip_port = hdr.udp.dst_port;
            }
            // A whole header: of single fields the compiler would make copies.
            hash(hdr.flow.hash, HashAlgorithm.crc32, 32w0, hdr.tuple_v4, CRC32_RANGE);
        } else {
            hdr.tuple_v6.setValid();
            if (hdr.icmp.isValid()) {
                hdr.tuple_v6.client_addr = hdr.quoted_ipv6.dst_addr;
                hdr.tuple_v6.vip_addr = hdr.quoted_ipv6.src_addr;
                hdr.tuple_v6.client_port = hdr.udp.dst_port;
                hdr.tuple_v6.vip_port = hdr.udp.src_port;
            } else {
                hdr.tuple_v6.client_addr = hdr.ipv6.src_addr;
                hdr.tuple_v6.vip_addr = hdr.ipv6.dst_addr;
                hdr.tuple_v6.client_port = hdr.udp.src_port;
                hdr.tuple_v6.vip_port = hdr.udp.dst_port;
            }
            hash(hdr.flow.hash, HashAlgorithm.crc32, 32w0, hdr.tuple_v6, CRC32_RANGE);
        }
    }
}

#endif

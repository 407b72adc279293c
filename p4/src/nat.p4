// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_NAT_P4
#define TERN_NAT_P4

// One's complement sums of 16-bit words, for incremental checksums (RFC 1624).

// Not reduced: up to 2 words.
#define SUM_32(a) ((bit<32>) (a)[31:16] + (bit<32>) (a)[15:0])
// Not reduced: up to 8 words.
#define SUM_128(a) ((bit<32>) (a)[127:112] + (bit<32>) (a)[111:96] + (bit<32>) (a)[95:80] \
    + (bit<32>) (a)[79:64] + (bit<32>) (a)[63:48] + (bit<32>) (a)[47:32] \
    + (bit<32>) (a)[31:16] + (bit<32>) (a)[15:0])

// `checksum` of data of which words that sum to `removed` became words that sum to `added`:
// RFC 1624, equation 3, so that a wrong checksum stays wrong.
control AdjustChecksum(inout bit<16> checksum, in bit<32> removed, in bit<32> added) {
    apply {
        // ~m for each of at most 17 words: 0xFFFF is zero in one's complement.
        bit<32> minus = (removed & 0xFFFF) + (removed >> 16);
        minus = (minus & 0xFFFF) + (minus >> 16);
        bit<32> sum = (bit<32>) ~checksum + (minus ^ 0xFFFF) + added;
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        checksum = ~sum[15:0];
    }
}

#if WITH_NAT
// The same for UDP: zero means that there is none (RFC 768), so it stays zero and none becomes it.
control AdjustUdpChecksum(inout bit<16> checksum, in bit<32> removed, in bit<32> added) {
    AdjustChecksum() adjust;

    apply {
        if (checksum != 0) {
            adjust.apply(checksum, removed, added);
            checksum = checksum == 0 ? 16w0xFFFF : checksum;
        }
    }
}

// Gives a packet for a backend the backend's own address and port, meta.outer_dst_addr and
// meta.outer_dst_port. In an ICMP error also the source of the packet that it quotes (RFC 5508,
// section 4.2), but not that packet's UDP checksum.
control Nat(inout headers_t hdr, in metadata_t meta) {
    AdjustChecksum() adjust_ip;
    AdjustChecksum() adjust_quoted_ip;
    AdjustChecksum() adjust_icmp;
    AdjustUdpChecksum() adjust_udp;

    apply {
        bit<32> removed;
        bit<32> added;
        if (hdr.ipv4.isValid()) {
            removed = SUM_32(hdr.ipv4.dst_addr);
            added = SUM_32(meta.outer_dst_addr);
            hdr.ipv4.dst_addr = meta.outer_dst_addr[31:0];
            adjust_ip.apply(hdr.ipv4.checksum, removed, added);
        } else {
            removed = SUM_128(hdr.ipv6.dst_addr);
            added = SUM_128(meta.outer_dst_addr);
            hdr.ipv6.dst_addr = meta.outer_dst_addr;
        }
        if (hdr.udp.isValid()) {
            removed = removed + (bit<32>) hdr.udp.dst_port;
            added = added + (bit<32>) meta.outer_dst_port;
            hdr.udp.dst_port = meta.outer_dst_port;
            adjust_udp.apply(hdr.udp.checksum, removed, added);
        } else if (hdr.quoted_ipv4.isValid()) {
            // What the address adds to the quoted header its checksum takes away: ICMP's own
            // checksum sees the port alone.
            hdr.quoted_ipv4.src_addr = meta.outer_dst_addr[31:0];
            adjust_quoted_ip.apply(hdr.quoted_ipv4.checksum, removed, added);
            adjust_icmp.apply(
                hdr.icmp.checksum,
                (bit<32>) hdr.quoted_udp.src_port,
                (bit<32>) meta.outer_dst_port
            );
            hdr.quoted_udp.src_port = meta.outer_dst_port;
        } else {
            // Twice: in the pseudo-header, and in what is quoted.
            removed = (removed << 1) + (bit<32>) hdr.quoted_udp.src_port;
            added = (added << 1) + (bit<32>) meta.outer_dst_port;
            hdr.quoted_ipv6.src_addr = meta.outer_dst_addr;
            hdr.quoted_udp.src_port = meta.outer_dst_port;
            adjust_icmp.apply(hdr.icmp.checksum, removed, added);
        }
    }
}
#endif

#endif

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

// `checksum` of data of which words that sum to hdr.scratch.removed, at most 17 of them, became words
// that sum to hdr.scratch.added: RFC 1624, equation 3, so that a wrong checksum stays wrong.
#define FOLD(a) (((a) & 0xFFFF) + ((a) >> 16))
#define ADJUST_CHECKSUM(checksum) \
    hdr.scratch.sum = FOLD(hdr.scratch.removed); \
    hdr.scratch.sum = (bit<32>) ~checksum + (FOLD(hdr.scratch.sum) ^ 0xFFFF) + hdr.scratch.added; \
    hdr.scratch.sum = FOLD(hdr.scratch.sum); \
    hdr.scratch.sum = FOLD(hdr.scratch.sum); \
    checksum = ~hdr.scratch.sum[15:0];

// The same for UDP: zero means that there is none (RFC 768), so it stays zero and none becomes it.
#define ADJUST_UDP_CHECKSUM \
    if (hdr.udp.checksum != 0) { \
        ADJUST_CHECKSUM(hdr.udp.checksum) \
        if (hdr.udp.checksum == 0) { \
            hdr.udp.checksum = 0xFFFF; \
        } \
    }

#if WITH_NAT
// Gives a packet for a backend the backend's own address and port. In an ICMP error also the source of
// the packet that it quotes (RFC 5508, section 4.2), but not that packet's UDP checksum.
control Nat(inout headers_t hdr) {
    apply {
        hdr.scratch.setValid();
        if (hdr.ipv4.isValid()) {
            hdr.scratch.removed = SUM_32(hdr.ipv4.dst_addr);
            hdr.scratch.added = SUM_32(hdr.rewrite.dst_addr);
            hdr.ipv4.dst_addr = hdr.rewrite.dst_addr[31:0];
            ADJUST_CHECKSUM(hdr.ipv4.checksum)
        } else {
            hdr.scratch.removed = SUM_128(hdr.ipv6.dst_addr);
            hdr.scratch.added = SUM_128(hdr.rewrite.dst_addr);
            hdr.ipv6.dst_addr = hdr.rewrite.dst_addr;
        }
        if (!hdr.icmp.isValid()) {
            hdr.scratch.removed = hdr.scratch.removed + (bit<32>) hdr.udp.dst_port;
            hdr.scratch.added = hdr.scratch.added + (bit<32>) hdr.rewrite.dst_port;
            hdr.udp.dst_port = hdr.rewrite.dst_port;
            ADJUST_UDP_CHECKSUM
        } else {
            if (hdr.quoted_ipv4.isValid()) {
                // What the address adds to the quoted header its checksum takes away: ICMP's own
                // checksum sees the port alone.
                hdr.quoted_ipv4.src_addr = hdr.rewrite.dst_addr[31:0];
                ADJUST_CHECKSUM(hdr.quoted_ipv4.checksum)
                hdr.scratch.removed = (bit<32>) hdr.udp.src_port;
                hdr.scratch.added = (bit<32>) hdr.rewrite.dst_port;
            } else {
                // Twice: in the pseudo-header, and in what is quoted.
                hdr.quoted_ipv6.src_addr = hdr.rewrite.dst_addr;
                hdr.scratch.removed = (hdr.scratch.removed << 1) + (bit<32>) hdr.udp.src_port;
                hdr.scratch.added = (hdr.scratch.added << 1) + (bit<32>) hdr.rewrite.dst_port;
            }
            hdr.udp.src_port = hdr.rewrite.dst_port;
            ADJUST_CHECKSUM(hdr.icmp.checksum)
        }
    }
}
#endif

#endif

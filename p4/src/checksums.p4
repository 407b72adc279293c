// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_CHECKSUMS_P4
#define TERN_CHECKSUMS_P4

// A wrong checksum is the receiver's affair: Tern neither checks nor repairs one.
control VerifyChecksums(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

// Those of headers that this device wrote itself. The others follow incrementally, where the
// fields change.
control ComputeChecksums(inout headers_t hdr, inout metadata_t meta) {
    apply {
#if WITH_TUNNELS
        update_checksum(
            hdr.outer_ipv4.isValid(),
            {
                hdr.outer_ipv4.version,
                hdr.outer_ipv4.ihl,
                hdr.outer_ipv4.traffic_class,
                hdr.outer_ipv4.total_length,
                hdr.outer_ipv4.identification,
                hdr.outer_ipv4.reserved,
                hdr.outer_ipv4.dont_fragment,
                hdr.outer_ipv4.more_fragments,
                hdr.outer_ipv4.fragment_offset,
                hdr.outer_ipv4.ttl,
                hdr.outer_ipv4.protocol,
                hdr.outer_ipv4.src_addr,
                hdr.outer_ipv4.dst_addr
            },
            hdr.outer_ipv4.checksum,
            HashAlgorithm.csum16
        );
#endif
    }
}

#endif

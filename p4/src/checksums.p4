// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_CHECKSUMS_P4
#define TERN_CHECKSUMS_P4

// A wrong checksum is the receiver's affair: Tern neither checks nor repairs one.
control VerifyChecksums(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

// Steer updates the IPv4 checksum of the packets whose TTL it changes.
control UpdateChecksums(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

#endif

// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_METADATA_P4
#define TERN_METADATA_P4

struct metadata_t {
    // From the parser.
    bool fragment;
    // The UDP payload holds a QUIC header up to the end of its DCID (long) or first octet (short).
    bool quic;
    // Octets of the DCID (long header), or the most that it can have (short header).
    bit<16> cid_length;
    // Up to 15 octets behind the DCID's first one, left aligned; zeros where the UDP payload ends.
    bit<120> cid_tail;

    // From Vip.
    bit<16> pool_id;
    bit<32> fallback_mask;
    bool steer_only;

    // From Cid.
    bit<16> sid_space;
    bit<120> server_id;
    bit<8> min_cid_length;

    // From Cid or Fallback.
    bit<32> backend_id;

    // Cell of the counter `reason`.
    bit<32> reason;
}

#endif

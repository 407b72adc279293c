// SPDX-License-Identifier: Apache-2.0

// Part of control Cid: encrypted CIDs of every length but the single pass one.

    // Sets the SID space, the length of the configuration's CIDs and, by the Feistel network of
    // draft-ietf-quic-load-balancers ("Four-Pass Encryption"), the server ID.
    //
    // The left half is the upper half of the octets, the right half the lower one, both left aligned;
    // an odd number of octets splits the middle one by nibbles, which is what the masks are for.
    // `half_shift` is how many bits the right half's octets are behind the left one's. The left half
    // is whole after passes 4, 3 and 2; only a server ID that is longer than the nonce needs pass 1.
    @id(0x01000014)
    action decode_four_pass(
        @id(1) bit<16> sid_space,
        @id(2) bit<120> sid_mask,
        @id(3) bit<8> min_cid_length,
        @id(4) bit<1> check_length,
        @id(5) bit<8> half_shift,
        @id(6) bit<80> left_mask,
        @id(7) bit<80> right_mask,
        @id(8) bit<1> fourth_pass,
        @id(9) bit<128> round_key_0,
        @id(10) bit<128> round_key_1,
        @id(11) bit<128> round_key_2,
        @id(12) bit<128> round_key_3,
        @id(13) bit<128> round_key_4,
        @id(14) bit<128> round_key_5,
        @id(15) bit<128> round_key_6,
        @id(16) bit<128> round_key_7,
        @id(17) bit<128> round_key_8,
        @id(18) bit<128> round_key_9,
        @id(19) bit<128> round_key_10
    ) {
        aes.setValid();
        aes.source = (hdr.cid.tail << half_shift)[151:72] & right_mask;
        aes.target = hdr.cid.tail[151:72] & left_mask;
        aes.target_mask = left_mask;
        for (aes.pass = 4; aes.pass + (bit<8>) fourth_pass > 1; aes.pass = aes.pass - 1) {
            // expand(): half, zeros, octets of server ID and nonce, number of the pass.
            aes.hi = aes.source[79:16];
            aes.lo = aes.source[15:0] ++ 32w0 ++ (min_cid_length - 1) ++ aes.pass;
            aes128_transpose();
            aes.hi = aes.hi ^ round_key_0[127:64];
            aes.lo = aes.lo ^ round_key_0[63:0];
            aes128_round();
            aes.hi = aes.hi ^ round_key_1[127:64];
            aes.lo = aes.lo ^ round_key_1[63:0];
            aes128_round();
            aes.hi = aes.hi ^ round_key_2[127:64];
            aes.lo = aes.lo ^ round_key_2[63:0];
            aes128_round();
            aes.hi = aes.hi ^ round_key_3[127:64];
            aes.lo = aes.lo ^ round_key_3[63:0];
            aes128_round();
            aes.hi = aes.hi ^ round_key_4[127:64];
            aes.lo = aes.lo ^ round_key_4[63:0];
            aes128_round();
            aes.hi = aes.hi ^ round_key_5[127:64];
            aes.lo = aes.lo ^ round_key_5[63:0];
            aes128_round();
            aes.hi = aes.hi ^ round_key_6[127:64];
            aes.lo = aes.lo ^ round_key_6[63:0];
            aes128_round();
            aes.hi = aes.hi ^ round_key_7[127:64];
            aes.lo = aes.lo ^ round_key_7[63:0];
            aes128_round();
            aes.hi = aes.hi ^ round_key_8[127:64];
            aes.lo = aes.lo ^ round_key_8[63:0];
            aes128_round();
            aes.hi = aes.hi ^ round_key_9[127:64];
            aes.lo = aes.lo ^ round_key_9[63:0];
            aes128_sub_bytes();
            aes128_shift_rows();
            aes.hi = aes.hi ^ round_key_10[127:64];
            aes.lo = aes.lo ^ round_key_10[63:0];
            aes128_transpose();
            aes.target = aes.target ^ ((aes.hi ++ aes.lo[63:48]) & aes.target_mask);
            // The halves change places; source ^ target ^ source is target.
            aes.target_mask = aes.target_mask ^ left_mask ^ right_mask;
            aes.source = aes.source ^ aes.target;
            aes.target = aes.source ^ aes.target;
            aes.source = aes.source ^ aes.target;
        }
        if (fourth_pass == 0) {
            meta.server_id = (aes.source ++ 40w0) & sid_mask;
        } else {
            meta.server_id = ((aes.target ++ 40w0) | ((aes.source ++ 40w0) >> half_shift)) & sid_mask;
        }
        aes.setInvalid();
        meta.sid_space = sid_space;
        meta.min_cid_length = min_cid_length;
        meta.check_length = check_length;
    }

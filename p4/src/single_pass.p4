// SPDX-License-Identifier: Apache-2.0

// Part of control Cid: the special case of QUIC-LB whose CIDs are a block of AES-128 behind the first octet.

    // Sets the SID space, the length of the configuration's CIDs and, from a CID that is one block of
    // AES-128, the server ID.
    @id(0x01000013)
    action decode_single_pass(
        @id(1) bit<16> sid_space,
        @id(2) bit<120> sid_mask,
        @id(3) bit<8> min_cid_length,
        @id(4) bit<1> check_length,
        @id(5) bit<128> round_key_0,
        @id(6) bit<128> round_key_1,
        @id(7) bit<128> round_key_2,
        @id(8) bit<128> round_key_3,
        @id(9) bit<128> round_key_4,
        @id(10) bit<128> round_key_5,
        @id(11) bit<128> round_key_6,
        @id(12) bit<128> round_key_7,
        @id(13) bit<128> round_key_8,
        @id(14) bit<128> round_key_9,
        @id(15) bit<128> round_key_10
    ) {
        aes.setValid();
        aes.hi = hdr.cid.tail[151:88];
        aes.lo = hdr.cid.tail[87:24];
        aes128_transpose();
        aes.hi = aes.hi ^ round_key_10[127:64];
        aes.lo = aes.lo ^ round_key_10[63:0];
        aes128_inverse_round();
        aes.hi = aes.hi ^ round_key_9[127:64];
        aes.lo = aes.lo ^ round_key_9[63:0];
        aes128_inverse_mix_columns();
        aes128_inverse_round();
        aes.hi = aes.hi ^ round_key_8[127:64];
        aes.lo = aes.lo ^ round_key_8[63:0];
        aes128_inverse_mix_columns();
        aes128_inverse_round();
        aes.hi = aes.hi ^ round_key_7[127:64];
        aes.lo = aes.lo ^ round_key_7[63:0];
        aes128_inverse_mix_columns();
        aes128_inverse_round();
        aes.hi = aes.hi ^ round_key_6[127:64];
        aes.lo = aes.lo ^ round_key_6[63:0];
        aes128_inverse_mix_columns();
        aes128_inverse_round();
        aes.hi = aes.hi ^ round_key_5[127:64];
        aes.lo = aes.lo ^ round_key_5[63:0];
        aes128_inverse_mix_columns();
        aes128_inverse_round();
        aes.hi = aes.hi ^ round_key_4[127:64];
        aes.lo = aes.lo ^ round_key_4[63:0];
        aes128_inverse_mix_columns();
        aes128_inverse_round();
        aes.hi = aes.hi ^ round_key_3[127:64];
        aes.lo = aes.lo ^ round_key_3[63:0];
        aes128_inverse_mix_columns();
        aes128_inverse_round();
        aes.hi = aes.hi ^ round_key_2[127:64];
        aes.lo = aes.lo ^ round_key_2[63:0];
        aes128_inverse_mix_columns();
        aes128_inverse_round();
        aes.hi = aes.hi ^ round_key_1[127:64];
        aes.lo = aes.lo ^ round_key_1[63:0];
        aes128_inverse_mix_columns();
        aes128_inverse_round();
        aes.hi = aes.hi ^ round_key_0[127:64];
        aes.lo = aes.lo ^ round_key_0[63:0];
        aes128_transpose();
        meta.server_id = (aes.hi ++ aes.lo[63:8]) & sid_mask;
        aes.setInvalid();
        meta.sid_space = sid_space;
        meta.min_cid_length = min_cid_length;
        meta.check_length = check_length;
    }

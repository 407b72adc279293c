// SPDX-License-Identifier: Apache-2.0

// Decryption of a block by AES-128 (aes128.p4), in rounds. The caller adds the round keys.

    // InvSubBytes without its constant.
    action aes128_inverse_sub_bytes() {
        aes.x0 = aes.hi >> 48;
        aes.x4 = aes.hi >> 32;
        aes.x2 = aes.hi >> 16;
        aes.x1 = aes.lo >> 48;
        aes.x5 = aes.lo >> 32;
        aes.x3 = aes.lo >> 16;
        aes.y5 = aes.x3 ^ aes.x1;
        aes.y19 = aes.lo ^ aes.x4;
        aes.y9 = aes.x4 ^ aes.x3;
        aes.y8 = aes.x1 ^ aes.x0;
        aes.y0 = aes.x2 ^ aes.x0 ^ aes.x5;
        aes.y6 = aes.y5 ^ aes.x0;
        aes.y1 = aes.y19 ^ aes.x3;
        aes.y13 = aes.y1 ^ aes.hi;
        aes.y15 = aes.y0 ^ aes.y6;
        aes.y12 = aes.y13 ^ aes.y6 ^ aes.x4;
        aes.y4 = aes.y12 ^ aes.x3 ^ aes.x0;
        aes.y7 = aes.y4 ^ aes.x2;
        aes.y16 = aes.y7 ^ aes.y1;
        aes.t16 = (aes.y8 & (aes.y8 ^ aes.y19)) ^ (aes.y9 & (aes.y0 ^ aes.y7));
        aes.t14 = ((aes.y6 ^ aes.x4) & (aes.y15 ^ aes.y16)) ^ (aes.y9 & (aes.y0 ^ aes.y7));
        aes.t22 = (aes.y4 & aes.y0) ^ (aes.y12 & aes.y15) ^ aes.t16 ^ aes.y19;
        aes.t24 = ((aes.y13 ^ aes.y5) & aes.y7) ^ (aes.y13 & aes.y16) ^ aes.t16 ^ aes.y9 ^ aes.x2;
        aes.t21 = ((aes.x3 ^ aes.x0) & aes.y6) ^ (aes.y12 & aes.y15) ^ aes.t14 ^ aes.y0 ^ aes.y7
            ^ aes.y9;
        aes.t23 = (aes.y5 & aes.y1) ^ (aes.y13 & aes.y16) ^ aes.t14 ^ aes.y7 ^ aes.hi;
        aes.t27 = aes.t24 ^ (aes.t21 & aes.t23);
        aes.t33 = ((aes.t22 ^ (aes.t21 & aes.t23)) & (aes.t23 ^ aes.t24)) ^ aes.t24;
        aes.t29 = ((aes.t21 ^ aes.t22) & aes.t27) ^ aes.t22;
        aes.t37 = (aes.t24 & (aes.t27 ^ aes.t33)) ^ aes.t23 ^ aes.t33;
        aes.t40 = aes.t21 ^ aes.t22 ^ (aes.t29 & (aes.t27 ^ (aes.t24 & (aes.t27 ^ aes.t33))));
        aes.t42 = aes.t29 ^ aes.t33;
        aes.z0 = (aes.t33 ^ aes.t37) & aes.y15;
        aes.b6 = (aes.t33 & aes.y0) ^ (aes.t37 & (aes.x3 ^ aes.x0));
        aes.t41 = aes.t40 ^ aes.t37;
        aes.z3 = (aes.t29 ^ aes.t40) & aes.y16;
        aes.b0 = (aes.t42 & (aes.y0 ^ aes.y7)) ^ (aes.t42 & aes.y9);
        aes.b2 = ((aes.t42 ^ aes.t41) & (aes.y6 ^ aes.x4)) ^ ((aes.t29 ^ aes.t40) & aes.y13) ^
            aes.b0;
        aes.b12 = (aes.t40 & aes.y1) ^ ((aes.t42 ^ aes.t41) & (aes.y15 ^ aes.y16));
        aes.b13 = (aes.t29 & (aes.y13 ^ aes.y5)) ^ aes.z3 ^ (aes.t37 & aes.y6) ^ (aes.t40 & aes.y1)
            ^ (aes.t41 & (aes.y8 ^ aes.y19)) ^ aes.b6;
        aes.b4 = (aes.t41 & (aes.y8 ^ aes.y19)) ^ (aes.t40 & aes.y5) ^ aes.b2;
        aes.out_hi = ((aes.z3 ^ (aes.t29 & aes.y7) ^ aes.b4) << 48) | (((((aes.t29 ^ aes.t40) &
            aes.y13) ^ aes.b0 ^ aes.z0 ^ aes.b12 ^ (aes.t29 & aes.y7) ^ (aes.t40 & aes.y5) ^
            (aes.t41 & aes.y8) ^ (aes.t33 & aes.y4) ^ aes.b6) & PLANE) << 32) | (((aes.b2 ^ (aes.t33
            & aes.y4) ^ aes.b13) & PLANE) << 16) | ((aes.b12 ^ aes.z3 ^ (aes.t40 & aes.y5) ^ aes.b2)
            & PLANE);
        aes.out_lo = ((aes.b13 ^ aes.b0 ^ ((aes.t33 ^ aes.t37) & aes.y12) ^ (aes.t40 & aes.y5) ^
            (aes.t41 & aes.y8)) << 48) | (((aes.z0 ^ (aes.t37 & aes.y6) ^ (aes.t40 & aes.y1) ^
            (aes.t29 & aes.y7) ^ aes.b4) & PLANE) << 32) | (((aes.b4 ^ aes.z0 ^ (aes.t33 & aes.y0))
            & PLANE) << 16) | (((aes.t42 & aes.y9) ^ (aes.t41 & aes.y8) ^ ((aes.t33 ^ aes.t37) &
            aes.y12) ^ (aes.t33 & aes.y4)) & PLANE);
    }

    action aes128_inverse_shift_rows() {
        aes.hi = ((aes.out_hi >> 3) & 64w0x0001000100010001) | ((aes.out_hi >> 2) &
            64w0x0030003000300030) | ((aes.out_hi >> 1) & 64w0x0502050205020502) | (aes.out_hi &
            64w0xf000f000f000f000) | ((aes.out_hi << 1) & 64w0x0a400a400a400a40) | ((aes.out_hi <<
            2) & 64w0x000c000c000c000c) | ((aes.out_hi << 3) & 64w0x0080008000800080);
        aes.lo = ((aes.out_lo >> 3) & 64w0x0001000100010001) | ((aes.out_lo >> 2) &
            64w0x0030003000300030) | ((aes.out_lo >> 1) & 64w0x0502050205020502) | (aes.out_lo &
            64w0xf000f000f000f000) | ((aes.out_lo << 1) & 64w0x0a400a400a400a40) | ((aes.out_lo <<
            2) & 64w0x000c000c000c000c) | ((aes.out_lo << 3) & 64w0x0080008000800080);
    }

    // InvMixColumns is MixColumns of x ^ 4u, where u = x ^ (x two octets on).
    action aes128_inverse_mix_columns() {
        aes.x0 = aes.hi ^ ((aes.hi << 4) & 64w0xf0f0f0f0f0f0f0f0) ^ ((aes.hi >> 4) & 64w0x0f0f0f0f0f0f0f0f);
        aes.x1 = aes.lo ^ ((aes.lo << 4) & 64w0xf0f0f0f0f0f0f0f0) ^ ((aes.lo >> 4) & 64w0x0f0f0f0f0f0f0f0f);
        aes.x2 = aes.x1 ^ ((aes.x0 >> 48) * 64w0x0000000100000001);
        aes.x3 = (aes.x0 << 32) ^ ((aes.x0 >> 16) & 64w0x00000000ffff0000)
            ^ ((aes.x0 >> 48) * 64w0x0000000000010001);
        aes.hi = aes.hi ^ aes.x3 ^ ((aes.x2 >> 48) * 64w0x0000000100000001);
        aes.lo = aes.lo ^ (aes.x2 << 32)
            ^ ((aes.x2 >> 16) & 64w0x00000000ffff0000)
            ^ ((aes.x2 >> 48) * 64w0x0000000000010001);
        aes128_mix_columns();
    }

    // InvShiftRows and InvSubBytes: the first half of a round of the inverse cipher.
    action aes128_inverse_round() {
        aes128_inverse_sub_bytes();
        aes128_inverse_shift_rows();
    }

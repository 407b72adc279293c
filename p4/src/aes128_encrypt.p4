// SPDX-License-Identifier: Apache-2.0

// Encryption of a block by AES-128 (aes128.p4), in rounds. The caller adds the round keys.

    // SubBytes without its constant.
    action aes128_sub_bytes() {
        aes.x0 = aes.hi >> 48;
        aes.x4 = aes.hi >> 32;
        aes.x2 = aes.hi >> 16;
        aes.x1 = aes.lo >> 48;
        aes.x5 = aes.lo >> 32;
        aes.x3 = aes.lo >> 16;
        aes.y13 = aes.x0 ^ aes.hi;
        aes.y1 = aes.x1 ^ aes.x2 ^ aes.lo;
        aes.y12 = aes.y13 ^ aes.x3 ^ aes.x5;
        aes.y3 = aes.y1 ^ aes.hi ^ aes.x0 ^ aes.x5;
        aes.y15 = aes.x4 ^ aes.y12 ^ aes.x5;
        aes.y11 = aes.x4 ^ aes.y12 ^ aes.x1 ^ aes.x0 ^ aes.x3;
        aes.y10 = aes.y15 ^ aes.x1 ^ aes.x2;
        aes.y16 = aes.x1 ^ aes.x2 ^ aes.y11;
        aes.t14 = ((aes.x3 ^ aes.x5) & (aes.y10 ^ aes.y11)) ^ ((aes.x0 ^ aes.x3) & aes.y11);
        aes.t16 = ((aes.x0 ^ aes.x5) & aes.y10) ^ ((aes.x0 ^ aes.x3) & aes.y11);
        aes.t21 = (aes.y3 & (aes.y15 ^ aes.lo)) ^ (aes.y12 & aes.y15) ^ aes.t14 ^ aes.x4 ^ aes.y12
            ^ aes.x1;
        aes.t22 = ((aes.y1 ^ aes.x3) & aes.lo) ^ (aes.y12 & aes.y15) ^ aes.t16 ^ aes.y10 ^ aes.x0
            ^ aes.x5;
        aes.t23 = ((aes.y1 ^ aes.hi) & aes.y1) ^ (aes.y13 & aes.y16) ^ aes.t14 ^ aes.y13 ^ aes.y16;
        aes.t24 = ((aes.y1 ^ aes.x0) & (aes.lo ^ aes.y11)) ^ (aes.y13 & aes.y16) ^ aes.t16 ^ aes.x0
            ^ aes.y16;
        aes.t27 = aes.t24 ^ (aes.t21 & aes.t23);
        aes.t33 = ((aes.t22 ^ (aes.t21 & aes.t23)) & (aes.t23 ^ aes.t24)) ^ aes.t24;
        aes.t29 = ((aes.t21 ^ aes.t22) & aes.t27) ^ aes.t22;
        aes.t37 = (aes.t24 & (aes.t27 ^ aes.t33)) ^ aes.t23 ^ aes.t33;
        aes.t40 = aes.t21 ^ aes.t22 ^ (aes.t29 & (aes.t27 ^ (aes.t24 & (aes.t27 ^ aes.t33))));
        aes.t45 = aes.t29 ^ aes.t33 ^ aes.t40 ^ aes.t37;
        aes.t48 = (aes.t29 & (aes.lo ^ aes.y11)) ^ (aes.t40 & (aes.y1 ^ aes.hi));
        aes.t53 = ((aes.t33 ^ aes.t37) & aes.y15) ^ ((aes.t29 ^ aes.t40) & aes.y16);
        aes.t46 = ((aes.t29 ^ aes.t33) & (aes.x0 ^ aes.x3)) ^ (aes.t45 & (aes.x3 ^ aes.x5));
        aes.t57 = (aes.t33 & aes.lo) ^ ((aes.t29 ^ aes.t40) & aes.y13) ^ aes.t53;
        aes.t59 = ((aes.t29 ^ aes.t40) & aes.y16) ^ ((aes.t29 ^ aes.t33) & aes.y11) ^ (aes.t45 &
            (aes.y10 ^ aes.y11));
        aes.t62 = (aes.t45 & (aes.y10 ^ aes.y11)) ^ ((aes.t40 ^ aes.t37) & aes.y10) ^ (aes.t40 &
            aes.y1) ^ aes.t46;
        aes.t63 = ((aes.t33 ^ aes.t37) & aes.y12) ^ (aes.t37 & aes.y3) ^ (aes.t40 & aes.y1) ^
            aes.t46;
        aes.t65 = (aes.t29 & (aes.y1 ^ aes.x0)) ^ aes.t57 ^ aes.t62;
        aes.t66 = (aes.t37 & (aes.y15 ^ aes.lo)) ^ aes.t63;
        aes.out_hi = ((aes.t59 ^ aes.t63) << 48) | ((((aes.t33 & aes.lo) ^ (aes.t29 & (aes.lo ^
            aes.y11)) ^ aes.t66) & PLANE) << 32) | ((((aes.t45 & (aes.x3 ^ aes.x5)) ^ ((aes.t40
            ^ aes.t37) & (aes.x0 ^ aes.x5)) ^ (aes.t40 & aes.y1) ^ aes.t59 ^ aes.t65) & PLANE) <<
            16) | ((((aes.t29 ^ aes.t40) & aes.y13) ^ aes.t48 ^ aes.t62) & PLANE);
        aes.out_lo = (((aes.t40 & aes.y1) ^ aes.t59 ^ aes.t53 ^ aes.t66) << 48) | ((((aes.t37 &
            aes.y3) ^ (aes.t33 & (aes.y1 ^ aes.x3)) ^ aes.t65) & PLANE) << 32) | (((aes.t53 ^
            aes.t66) & PLANE) << 16) | ((aes.t48 ^ aes.t46 ^ aes.t57) & PLANE);
    }

    action aes128_shift_rows() {
        aes.hi = ((aes.out_hi >> 3) & 64w0x0010001000100010) | ((aes.out_hi >> 2) &
            64w0x0003000300030003) | ((aes.out_hi >> 1) & 64w0x0520052005200520) | (aes.out_hi &
            64w0xf000f000f000f000) | ((aes.out_hi << 1) & 64w0x0a040a040a040a04) | ((aes.out_hi <<
            2) & 64w0x00c000c000c000c0) | ((aes.out_hi << 3) & 64w0x0008000800080008);
        aes.lo = ((aes.out_lo >> 3) & 64w0x0010001000100010) | ((aes.out_lo >> 2) &
            64w0x0003000300030003) | ((aes.out_lo >> 1) & 64w0x0520052005200520) | (aes.out_lo &
            64w0xf000f000f000f000) | ((aes.out_lo << 1) & 64w0x0a040a040a040a04) | ((aes.out_lo <<
            2) & 64w0x00c000c000c000c0) | ((aes.out_lo << 3) & 64w0x0008000800080008);
    }

    // A round up to AddRoundKey.
    action aes128_round() {
        aes128_sub_bytes();
        aes128_shift_rows();
        aes128_mix_columns();
    }

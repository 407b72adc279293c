// SPDX-License-Identifier: Apache-2.0

// Steps of AES-128 that both directions have (aes128.p4).

    // Octets to planes, or planes to octets: exchanges bits 6 and 0, 5 and 1, 4 and 2 of each bit's
    // number by delta swaps.
    action aes128_transpose() {
        aes.x0 = (aes.hi ^ (aes.lo >> 1)) & 64w0x5555555555555555;
        aes.hi = aes.hi ^ aes.x0;
        aes.lo = aes.lo ^ (aes.x0 << 1);
        aes.x0 = (aes.hi ^ (aes.hi >> 30)) & 64w0x00000000cccccccc;
        aes.x1 = (aes.lo ^ (aes.lo >> 30)) & 64w0x00000000cccccccc;
        aes.hi = aes.hi ^ aes.x0 ^ (aes.x0 << 30);
        aes.lo = aes.lo ^ aes.x1 ^ (aes.x1 << 30);
        aes.x0 = (aes.hi ^ (aes.hi >> 12)) & 64w0x0000f0f00000f0f0;
        aes.x1 = (aes.lo ^ (aes.lo >> 12)) & 64w0x0000f0f00000f0f0;
        aes.hi = aes.hi ^ aes.x0 ^ (aes.x0 << 12);
        aes.lo = aes.lo ^ aes.x1 ^ (aes.x1 << 12);
    }

    // Each column times MixColumns' matrix, with y the next octet of the column and
    // t = x ^ y (x0, x1) the result is x ^ t ^ (t two octets on) ^ 2t.
    action aes128_mix_columns() {
        aes.x0 = aes.hi ^ (((aes.hi >> 12) & 64w0x000f000f000f000f) | ((aes.hi >> 4) &
            64w0x00f000f000f000f0) | ((aes.hi << 8) & 64w0xff00ff00ff00ff00));
        aes.x1 = aes.lo ^ (((aes.lo >> 12) & 64w0x000f000f000f000f) | ((aes.lo >> 4) &
            64w0x00f000f000f000f0) | ((aes.lo << 8) & 64w0xff00ff00ff00ff00));
        aes.hi = aes.hi ^ aes.x0 ^ ((aes.x0 << 4) & 64w0xf0f0f0f0f0f0f0f0) ^ ((aes.x0 >> 4) & 64w0x0f0f0f0f0f0f0f0f)
            ^ aes.x1 ^ ((aes.x0 >> 48) * 64w0x0000000100000001);
        aes.lo = aes.lo ^ aes.x1 ^ ((aes.x1 << 4) & 64w0xf0f0f0f0f0f0f0f0) ^ ((aes.x1 >> 4) & 64w0x0f0f0f0f0f0f0f0f)
            ^ (aes.x0 << 32) ^ ((aes.x0 >> 16) & 64w0x00000000ffff0000)
            ^ ((aes.x0 >> 48) * 64w0x0000000000010001);
    }

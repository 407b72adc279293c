// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_AES128_P4
#define TERN_AES128_P4

// AES-128 (FIPS 197) of one block, bit-sliced: no table is looked up and no branch is taken that
// depends on key or data, so the time says nothing about either.
//
// The block's bits are laid out in eight planes of 16 bits: plane k has bit k of each octet. Bit i of
// the block, counted from 0 for the last bit of the last octet, is bit reverse(i) of the planes, where
// reverse() reads the seven binary digits of i backwards. So one and the same action converts to
// planes and back. Plane k begins at bit 16 * reverse3(k); from the most significant plane on:
//
//      hi: octets' bits 7, 3, 5, 1      lo: octets' bits 6, 2, 4, 0
//
// and within a plane the octet of row r and column c of the state (octet r + 4c of the block)
// is at the bit that has, as binary digits, the low bit of 3-r, the high bit of 3-r, the low bit of
// 3-c, the high bit of 3-c.
//
// Round keys come in this form from the control plane (parameters round_key_0 to round_key_10):
// round_key_0 is the key itself in planes; round_key_1 to round_key_10 are the round keys of
// FIPS 197 with every octet XOR 0x63, in planes. The 0x63 is the constant of the S-box, which the
// circuits below leave out. It commutes with ShiftRows and MixColumns and their inverses, so the same
// eleven keys serve both directions.
//
// The S-box circuits are from J. Boyar, R. Peralta, "A new combinational logic minimization technique
// with applications to cryptology" (SEA 2010); the inverse one has linear layers of its own around the
// same nonlinear part. Temporaries that cost more to store than to compute again are written in place.
//
// The variables are fields of a header `aes` that no packet has: a header costs nothing until it is
// made valid, while metadata is cleared for each packet. Of x0 to b13 only the bits under PLANE count,
// the rest is rubbish.
//
// The files aes128_*.p4, single_pass.p4 and four_pass.p4 are parts of control Cid: actions that share
// `aes` instead of copying it in and out, and that run with the parameters of the table entry.

#define PLANE 0xffff

header aes128_t {
    // The state.
    bit<64> hi;
    bit<64> lo;
    // What a step makes of it.
    bit<64> out_hi;
    bit<64> out_lo;

    // Bits 7 to 2 of the S-box's input (bits 1 and 0 are hi and lo themselves) and the circuits' signals.
    bit<64> x0;
    bit<64> x1;
    bit<64> x2;
    bit<64> x3;
    bit<64> x4;
    bit<64> x5;
    bit<64> y0;
    bit<64> y1;
    bit<64> y3;
    bit<64> y4;
    bit<64> y5;
    bit<64> y6;
    bit<64> y7;
    bit<64> y8;
    bit<64> y9;
    bit<64> y10;
    bit<64> y11;
    bit<64> y12;
    bit<64> y13;
    bit<64> y15;
    bit<64> y16;
    bit<64> y19;
    bit<64> t14;
    bit<64> t16;
    bit<64> t21;
    bit<64> t22;
    bit<64> t23;
    bit<64> t24;
    bit<64> t27;
    bit<64> t29;
    bit<64> t33;
    bit<64> t37;
    bit<64> t40;
    bit<64> t41;
    bit<64> t42;
    bit<64> t45;
    bit<64> t46;
    bit<64> t48;
    bit<64> t53;
    bit<64> t57;
    bit<64> t59;
    bit<64> t62;
    bit<64> t63;
    bit<64> t65;
    bit<64> t66;
    bit<64> z0;
    bit<64> z3;
    bit<64> b0;
    bit<64> b2;
    bit<64> b4;
    bit<64> b6;
    bit<64> b12;
    bit<64> b13;

    // The Feistel network's halves: the input of its round function, and what the result is XORed to.
    bit<80> source;
    bit<80> target;
    bit<80> target_mask;
    bit<8> pass;
}

#endif

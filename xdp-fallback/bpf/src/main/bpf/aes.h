/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_AES_H
#define TERN_AES_H

#include "aes_tables.h"
#include "layout.h"

/*
 * AES-128 of one block (FIPS 197) by tables, for kernels without bpf_crypto (before 6.10). Its time
 * depends on the key and the data through the cache: see the README for what that means, and for the
 * kernel's own AES. A block is four words in memory order; round keys are in the same order, and
 * those of decryption are of the equivalent inverse cipher (section 5.3.5).
 */

#define AES_ROUNDS 10

static __always_inline void aes_encrypt_round(__u32 *s, const __u32 *k)
{
	const __u32(*t)[256] = aes_encrypt_table;
	__u32 a = s[0], b = s[1], c = s[2], d = s[3];

	s[0] = t[0][a & 0xff] ^ t[1][b >> 8 & 0xff] ^ t[2][c >> 16 & 0xff] ^ t[3][d >> 24] ^ k[0];
	s[1] = t[0][b & 0xff] ^ t[1][c >> 8 & 0xff] ^ t[2][d >> 16 & 0xff] ^ t[3][a >> 24] ^ k[1];
	s[2] = t[0][c & 0xff] ^ t[1][d >> 8 & 0xff] ^ t[2][a >> 16 & 0xff] ^ t[3][b >> 24] ^ k[2];
	s[3] = t[0][d & 0xff] ^ t[1][a >> 8 & 0xff] ^ t[2][b >> 16 & 0xff] ^ t[3][c >> 24] ^ k[3];
}

/* The S-box is in the second octet of a word of the first table. */
#define SBOX(x) (aes_encrypt_table[0][x] >> 8 & 0xff)

static __always_inline __u32 aes_last_column(__u32 a, __u32 b, __u32 c, __u32 d)
{
	return SBOX(a & 0xff) | SBOX(b >> 8 & 0xff) << 8 | SBOX(c >> 16 & 0xff) << 16 |
	       SBOX(d >> 24) << 24;
}

static __always_inline void aes_encrypt(__u32 *s, const struct key *key)
{
	const __u32 *k = key->round;

#pragma unroll
	for (int i = 0; i < 4; i++)
		s[i] ^= k[i];
#pragma unroll
	for (int round = 1; round < AES_ROUNDS; round++)
		aes_encrypt_round(s, k + 4 * round);

	__u32 a = s[0], b = s[1], c = s[2], d = s[3];

	s[0] = aes_last_column(a, b, c, d) ^ k[40];
	s[1] = aes_last_column(b, c, d, a) ^ k[41];
	s[2] = aes_last_column(c, d, a, b) ^ k[42];
	s[3] = aes_last_column(d, a, b, c) ^ k[43];
}

static __always_inline void aes_decrypt_round(__u32 *s, const __u32 *k)
{
	const __u32(*t)[256] = aes_decrypt_table;
	__u32 a = s[0], b = s[1], c = s[2], d = s[3];

	s[0] = t[0][a & 0xff] ^ t[1][d >> 8 & 0xff] ^ t[2][c >> 16 & 0xff] ^ t[3][b >> 24] ^ k[0];
	s[1] = t[0][b & 0xff] ^ t[1][a >> 8 & 0xff] ^ t[2][d >> 16 & 0xff] ^ t[3][c >> 24] ^ k[1];
	s[2] = t[0][c & 0xff] ^ t[1][b >> 8 & 0xff] ^ t[2][a >> 16 & 0xff] ^ t[3][d >> 24] ^ k[2];
	s[3] = t[0][d & 0xff] ^ t[1][c >> 8 & 0xff] ^ t[2][b >> 16 & 0xff] ^ t[3][a >> 24] ^ k[3];
}

static __always_inline __u32 aes_last_inverse_column(__u32 a, __u32 d, __u32 c, __u32 b)
{
	return aes_inverse_sbox[a & 0xff] | (__u32)aes_inverse_sbox[d >> 8 & 0xff] << 8 |
	       (__u32)aes_inverse_sbox[c >> 16 & 0xff] << 16 |
	       (__u32)aes_inverse_sbox[b >> 24] << 24;
}

static __always_inline void aes_decrypt(__u32 *s, const struct key *key)
{
	const __u32 *k = key->round;

#pragma unroll
	for (int i = 0; i < 4; i++)
		s[i] ^= k[i];
#pragma unroll
	for (int round = 1; round < AES_ROUNDS; round++)
		aes_decrypt_round(s, k + 4 * round);

	__u32 a = s[0], b = s[1], c = s[2], d = s[3];

	s[0] = aes_last_inverse_column(a, d, c, b) ^ k[40];
	s[1] = aes_last_inverse_column(b, a, d, c) ^ k[41];
	s[2] = aes_last_inverse_column(c, b, a, d) ^ k[42];
	s[3] = aes_last_inverse_column(d, c, b, a) ^ k[43];
}

#endif

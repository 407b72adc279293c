/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_AES_H
#define TERN_AES_H

#include "aes_tables.h"
#include "layout.h"

/*
 * AES-128 of one block (FIPS 197) by tables. Its time depends on the key and the data through the
 * cache: see the README for what that means, and why it is not the kernel's AES. A block is four words
 * in memory order; round keys are in the same order, and those of decryption are of the equivalent
 * inverse cipher (section 5.3.5).
 *
 * A round is 16 look-ups, and what the compiler makes of them in C takes half as long again: it
 * computes addresses anew and spills. So a look-up is five instructions of assembler, and the words
 * are used up in turn: then the ten registers of BPF are enough.
 */

#define AES_ROUNDS 10

/*
 * sum ^= the word at an octet of `word` in the table that begins `offset` behind `tables`. With the
 * sum outside, the compiler puts it off, and spills.
 */
#define AES_LOOK_UP(sum, word, tables, shift, offset)              \
	do {                                                       \
		__u64 found;                                       \
                                                                   \
		asm volatile("%0 = %2\n\t"                         \
			     "%0 " shift "\n\t"                    \
			     "%0 &= 0x3fc\n\t"                     \
			     "%0 += %3\n\t"                        \
			     "%0 = *(u32 *)(%0 + " offset ")\n\t"  \
			     "%1 ^= %0"                            \
			     : "=&r"(found), "+r"(sum)             \
			     : "r"(word), "r"(tables));            \
	} while (0)

#define AES_OCTET_0 "<<= 2"
#define AES_OCTET_1 ">>= 6"
#define AES_OCTET_2 ">>= 14"
#define AES_OCTET_3 ">>= 22"

#define AES_TABLE_0 "0"
#define AES_TABLE_1 "1024"
#define AES_TABLE_2 "2048"
#define AES_TABLE_3 "3072"

/* The four octets of a word each go to a word of the next state. */
#define AES_SPREAD(word, tables, to_0, to_1, to_2, to_3)                        \
	do {                                                                    \
		AES_LOOK_UP(to_0, word, tables, AES_OCTET_0, AES_TABLE_0);      \
		AES_LOOK_UP(to_1, word, tables, AES_OCTET_1, AES_TABLE_1);      \
		AES_LOOK_UP(to_2, word, tables, AES_OCTET_2, AES_TABLE_2);      \
		AES_LOOK_UP(to_3, word, tables, AES_OCTET_3, AES_TABLE_3);      \
	} while (0)

/* A table's address that the compiler keeps instead of computing it anew. */
#define AES_KEEP(pointer) asm volatile("" : "+r"(pointer))

/* An octet of the last round: `mask` is where all of the table's words have the S-box. */
#define AES_SBOX(word, tables, octet, table, mask)                              \
	({                                                                      \
		__u64 substituted = 0;                                          \
		AES_LOOK_UP(substituted, word, tables, octet, table);           \
		substituted & (mask);                                           \
	})

#define AES_LAST_COLUMN(tables, a, b, c, d)                                     \
	(AES_SBOX(a, tables, AES_OCTET_0, AES_TABLE_2, 0xff) |                  \
	 AES_SBOX(b, tables, AES_OCTET_1, AES_TABLE_3, 0xff00) |                \
	 AES_SBOX(c, tables, AES_OCTET_2, AES_TABLE_0, 0xff0000) |              \
	 AES_SBOX(d, tables, AES_OCTET_3, AES_TABLE_1, 0xff000000))

/* The first three words: half of a four-pass CID has no more. */
static __always_inline void aes_encrypt(__u32 *block, const struct key *key)
{
	const void *tables = aes_encrypt_table;
	const __u32 *k = key->round;

	AES_KEEP(tables);

	__u64 a = block[0] ^ k[0], b = block[1] ^ k[1], c = block[2] ^ k[2], d = block[3] ^ k[3];

#pragma unroll
	for (int round = 1; round < AES_ROUNDS; round++) {
		__u64 e = k[4 * round], f = k[4 * round + 1], g = k[4 * round + 2],
		      h = k[4 * round + 3];

		AES_SPREAD(a, tables, e, h, g, f);
		AES_SPREAD(b, tables, f, e, h, g);
		AES_SPREAD(c, tables, g, f, e, h);
		AES_SPREAD(d, tables, h, g, f, e);
		a = e;
		b = f;
		c = g;
		d = h;
	}
	block[0] = AES_LAST_COLUMN(tables, a, b, c, d) ^ k[40];
	block[1] = AES_LAST_COLUMN(tables, b, c, d, a) ^ k[41];
	block[2] = AES_LAST_COLUMN(tables, c, d, a, b) ^ k[42];
}

/* The inverse S-box of an octet of a word. */
#define AES_INVERSE_SBOX(word, sbox, shift)                                     \
	({                                                                      \
		__u64 substituted;                                              \
		asm volatile("%0 = %1\n\t"                                      \
			     "%0 >>= " shift "\n\t"                             \
			     "%0 &= 0xff\n\t"                                   \
			     "%0 += %2\n\t"                                     \
			     "%0 = *(u8 *)(%0 + 0)"                             \
			     : "=&r"(substituted)                               \
			     : "r"(word), "r"(sbox));                           \
		substituted;                                                    \
	})

#define AES_LAST_INVERSE_COLUMN(sbox, a, d, c, b)                               \
	(AES_INVERSE_SBOX(a, sbox, "0") | AES_INVERSE_SBOX(d, sbox, "8") << 8 | \
	 AES_INVERSE_SBOX(c, sbox, "16") << 16 | AES_INVERSE_SBOX(b, sbox, "24") << 24)

/* The first two words, and the others if `whole`: most SIDs are no longer. */
static __always_inline void aes_decrypt(__u32 *block, const struct key *key, bool whole)
{
	const void *tables = aes_decrypt_table;
	const __u32 *k = key->round;

	AES_KEEP(tables);

	__u64 a = block[0] ^ k[0], b = block[1] ^ k[1], c = block[2] ^ k[2], d = block[3] ^ k[3];

#pragma unroll
	for (int round = 1; round < AES_ROUNDS; round++) {
		__u64 e = k[4 * round], f = k[4 * round + 1], g = k[4 * round + 2],
		      h = k[4 * round + 3];

		AES_SPREAD(a, tables, e, f, g, h);
		AES_SPREAD(b, tables, f, g, h, e);
		AES_SPREAD(c, tables, g, h, e, f);
		AES_SPREAD(d, tables, h, e, f, g);
		a = e;
		b = f;
		c = g;
		d = h;
	}

	const void *sbox = aes_inverse_sbox;

	AES_KEEP(sbox);
	block[0] = AES_LAST_INVERSE_COLUMN(sbox, a, d, c, b) ^ k[40];
	block[1] = AES_LAST_INVERSE_COLUMN(sbox, b, a, d, c) ^ k[41];
	if (whole) {
		block[2] = AES_LAST_INVERSE_COLUMN(sbox, c, b, a, d) ^ k[42];
		block[3] = AES_LAST_INVERSE_COLUMN(sbox, d, c, b, a) ^ k[43];
	}
}

#endif

/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_DECODE_H
#define TERN_DECODE_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>

#include "aes.h"
#include "layout.h"

#define KEYS 8192

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct key);
	__uint(max_entries, KEYS);
} keys SEC(".maps");

/*
 * A CID that was decoded. Decoding is a pure function of the CID and the key, so this is no state that
 * routing depends on.
 */
struct memo {
	__u64 generation;
	__u64 word[2];
	__u32 tail;
	__u32 zero;
	__u64 server_id[2];
};

/* A power of two. */
#define MEMOS 16384

/* By a hash of the CID: the newest one wins. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct memo);
	__uint(max_entries, MEMOS);
} memos SEC(".maps");

/* A connection ID: its first octet, and the 19 behind it in memory order. */
struct cid {
	__u32 length;
	__u8 first;
	__u64 word[2];
	/* The low three octets. */
	__u32 tail;
};

struct block {
	__u32 word[4];
};

/* Functions of their own for the verifier: it looks into them once, and not once for each call. */
__noinline int encrypt_block(struct block *block, const struct key *key)
{
	if (!block || !key)
		return -1;
	aes_encrypt(block->word, key);
	return 0;
}

__noinline int decrypt_block(struct block *block, const struct key *key)
{
	if (!block || !key)
		return -1;
	aes_decrypt(block->word, key);
	return 0;
}

/* Ten octets of a block: half of a four-pass CID. */
struct half {
	__u64 low;
	__u64 high;
};

/* draft-ietf-quic-load-balancers, "Four-Pass Encryption": `half` XOR the block cipher of `other`. */
static __always_inline int feistel_pass(struct half *half, const struct half *other,
					const struct cid_config *config, __u32 pass)
{
	__u32 index = config->key;
	struct key *key = bpf_map_lookup_elem(&keys, &index);

	if (!key)
		return -1;

	__u32 length = config->cid_length - 1;
	struct block block = {
		.word = { other->low, other->low >> 32, other->high, length << 16 | pass << 24 },
	};

	encrypt_block(&block, key);
	half->low ^= block.word[0] | (__u64)block.word[1] << 32;
	half->high ^= block.word[2];

	const __u64 *mask = pass & 1 ? config->right_mask : config->left_mask;

	half->low &= mask[0];
	half->high &= mask[1];
	return 0;
}

/* The octets of the SID and, if it is longer than the left half, of what follows. */
static __always_inline bool decrypt_four_pass(const struct cid_config *config,
					      const struct cid *cid, __u64 *sid)
{
	__u32 shift = config->right_offset * 8;
	struct half left = {
		.low = cid->word[0] & config->left_mask[0],
		.high = cid->word[1] & config->left_mask[1],
	};
	struct half right;

	if (shift < 64) {
		right.low = cid->word[0] >> shift | cid->word[1] << (64 - shift);
		right.high = cid->word[1] >> shift | (__u64)cid->tail << (64 - shift);
	} else if (shift == 64) {
		right.low = cid->word[1];
		right.high = cid->tail;
	} else {
		right.low = cid->word[1] >> 8 | (__u64)cid->tail << 56;
		right.high = cid->tail >> 8;
	}
	right.low &= config->right_mask[0];
	right.high &= config->right_mask[1];

	if (feistel_pass(&left, &right, config, 4) || feistel_pass(&right, &left, config, 3) ||
	    feistel_pass(&left, &right, config, 2))
		return false;
	sid[0] = left.low;
	sid[1] = left.high;
	if (config->fourth_pass) {
		if (feistel_pass(&right, &left, config, 1))
			return false;
		if (shift < 64) {
			sid[0] |= right.low << shift;
			sid[1] |= right.low >> (64 - shift) | right.high << shift;
		} else {
			sid[1] |= right.low << (shift - 64);
		}
	}
	sid[0] &= config->mask[0];
	sid[1] &= config->mask[1];
	return true;
}

static __always_inline bool decrypt_single_pass(const struct cid_config *config,
						const struct cid *cid, __u64 *sid)
{
	__u32 index = config->key;
	struct key *key = bpf_map_lookup_elem(&keys, &index);

	if (!key)
		return false;

	struct block block = {
		.word = { cid->word[0], cid->word[0] >> 32, cid->word[1], cid->word[1] >> 32 },
	};

	decrypt_block(&block, key);
	sid[0] = (block.word[0] | (__u64)block.word[1] << 32) & config->mask[0];
	sid[1] = (block.word[2] | (__u64)block.word[3] << 32) & config->mask[1];
	return true;
}

struct sid {
	__u64 word[2];
};

/* 0, and the SID of an encrypted CID: by the memo of its CPU if the CID was decoded there before.
 * Another number if there is no key. */
__noinline int decrypt(const struct cid_config *config, const struct cid *cid, struct sid *sid)
{
	if (!config || !cid || !sid)
		return -1;

	/* What is behind the CID must not make two memos of one. */
	__u32 used = config->cid_length - 1;
	__u64 word_1 = cid->word[1];
	__u32 tail = cid->tail;

	if (used < 16)
		word_1 &= used > 8 ? ~0ull >> (128 - used * 8) : 0;
	if (used < 19)
		tail &= used > 16 ? 0xffffffu >> (19 - used) * 8 : 0;

	__u64 first = used < 8 ? cid->word[0] & ~0ull >> (64 - used * 8) : cid->word[0];
	__u32 index = ((first ^ word_1 * 0xff51afd7ed558ccdull) * 0x9e3779b97f4a7c15ull) >> 50;
	struct memo *memo = bpf_map_lookup_elem(&memos, &index);

	if (!memo)
		return -1;
	if (memo->generation == config->generation && memo->word[0] == first &&
	    memo->word[1] == word_1 && memo->tail == tail) {
		sid->word[0] = memo->server_id[0];
		sid->word[1] = memo->server_id[1];
		return 0;
	}
	if (config->algorithm == ALGORITHM_SINGLE_PASS ?
		    !decrypt_single_pass(config, cid, sid->word) :
		    !decrypt_four_pass(config, cid, sid->word))
		return -1;
	memo->generation = config->generation;
	memo->word[0] = first;
	memo->word[1] = word_1;
	memo->tail = tail;
	memo->server_id[0] = sid->word[0];
	memo->server_id[1] = sid->word[1];
	return 0;
}

#endif

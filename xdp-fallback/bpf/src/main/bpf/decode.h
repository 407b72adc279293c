/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_DECODE_H
#define TERN_DECODE_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>

#include "aes.h"
#include "layout.h"
#include "places.h"

#define KEYS 8192

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct key);
	__uint(max_entries, KEYS);
} keys SEC(".maps");

/*
 * A CID that was decoded. Decoding is a pure function of the CID and the key, so this is no state that
 * routing depends on. Two are a cache line, which is what a CID has for itself; SIDs of more than
 * eight octets have no memos.
 */
struct memo {
	__u64 word[2];
	/* The last three octets of the CID, and the generation above them. */
	__u64 rest;
	__u64 server_id;
};

/* A power of two. */
#define MEMOS 16384
#define REST_BITS 24

struct memos_of_cpu {
	struct memo memo[MEMOS];
};

/* By CPU: the loader sets the size to the number of CPUs. CPUs without memos decode each CID anew. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct memos_of_cpu);
	__uint(max_entries, 1);
} memos SEC(".maps");

/*
 * A connection ID: its first octet, and the 19 behind it in memory order. `header` is the first octet
 * of the packet.
 */
struct cid {
	__u32 length;
	__u8 header;
	__u8 first;
	__u64 word[2];
	/* The low three octets. */
	__u32 tail;
};

struct sid {
	__u64 word[2];
};

struct block {
	__u32 word[4];
};

/* Ten octets of a block: half of a four-pass CID. */
struct half {
	__u64 low;
	__u64 high;
};

/* Room to calculate in: the stacks of a chain of calls have 512 octets together. */
struct scratch {
	struct block block;
	struct half left;
	struct half right;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct scratch);
	__uint(max_entries, 1);
} scratches SEC(".maps");

/* Functions of their own for the verifier: it looks into them once, and not once for each call. */
__noinline int encrypt_block(struct block *block, const struct key *key)
{
	if (!block || !key)
		return -1;
	aes_encrypt(block->word, key);
	return 0;
}

__noinline int decrypt_block(struct block *block, const struct key *key, bool whole)
{
	if (!block || !key)
		return -1;
	aes_decrypt(block->word, key, whole);
	return 0;
}

/* draft-ietf-quic-load-balancers, "Four-Pass Encryption": `half` XOR the block cipher of `other`. */
static __always_inline void feistel_pass(struct scratch *scratch, struct half *half,
					 const struct half *other, const struct cid_config *config,
					 const struct key *key, __u32 pass)
{
	struct block *block = &scratch->block;
	__u32 length = config->cid_length - 1;

	AT(__u64, &block->word[0]) = other->low;
	block->word[2] = other->high;
	block->word[3] = length << 16 | pass << 24;
	encrypt_block(block, key);

	const __u64 *mask = pass & 1 ? config->right_mask : config->left_mask;

	half->low = (half->low ^ AT(__u64, &block->word[0])) & mask[0];
	half->high = (half->high ^ block->word[2]) & mask[1];
}

/* The octets of the SID and, if it is longer than the left half, of what follows. */
__noinline int decrypt_four_pass(const struct cid_config *config, const struct cid *cid,
				 struct sid *sid)
{
	if (!config || !cid || !sid)
		return -1;

	__u32 index = config->key;
	struct key *key = bpf_map_lookup_elem(&keys, &index);
	__u32 zero = 0;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &zero);

	if (!key || !scratch)
		return -1;

	struct half *left = &scratch->left;
	struct half *right = &scratch->right;
	__u32 shift = config->right_offset * 8;

	left->low = cid->word[0] & config->left_mask[0];
	left->high = cid->word[1] & config->left_mask[1];
	if (shift < 64) {
		right->low = cid->word[0] >> shift | cid->word[1] << (64 - shift);
		right->high = cid->word[1] >> shift | (__u64)cid->tail << (64 - shift);
	} else if (shift == 64) {
		right->low = cid->word[1];
		right->high = cid->tail;
	} else {
		right->low = cid->word[1] >> 8 | (__u64)cid->tail << 56;
		right->high = cid->tail >> 8;
	}
	right->low &= config->right_mask[0];
	right->high &= config->right_mask[1];

	feistel_pass(scratch, left, right, config, key, 4);
	feistel_pass(scratch, right, left, config, key, 3);
	feistel_pass(scratch, left, right, config, key, 2);

	__u64 low = left->low;
	__u64 high = left->high;

	if (config->fourth_pass) {
		feistel_pass(scratch, right, left, config, key, 1);
		if (shift < 64) {
			low |= right->low << shift;
			high |= right->low >> (64 - shift) | right->high << shift;
		} else {
			high |= right->low << (shift - 64);
		}
	}
	sid->word[0] = low & config->mask[0];
	sid->word[1] = high & config->mask[1];
	return 0;
}

static __always_inline int decrypt_single_pass(const struct cid_config *config,
					       const struct cid *cid, struct sid *sid)
{
	__u32 index = config->key;
	struct key *key = bpf_map_lookup_elem(&keys, &index);
	__u32 zero = 0;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &zero);

	if (!key || !scratch)
		return -1;

	struct block *block = &scratch->block;

	AT(__u64, &block->word[0]) = cid->word[0];
	AT(__u64, &block->word[2]) = cid->word[1];
	decrypt_block(block, key, config->mask[1] != 0);
	sid->word[0] = AT(__u64, &block->word[0]) & config->mask[0];
	sid->word[1] = AT(__u64, &block->word[2]) & config->mask[1];
	return 0;
}

static __always_inline int decrypt_anew(const struct cid_config *config, const struct cid *cid,
					struct sid *sid)
{
	return config->algorithm == ALGORITHM_SINGLE_PASS ? decrypt_single_pass(config, cid, sid) :
							    decrypt_four_pass(config, cid, sid);
}

static __always_inline bool is_memo_of_cid(const struct memo *memo, __u64 word_0, __u64 word_1,
					   __u64 rest)
{
	return memo->word[0] == word_0 && memo->word[1] == word_1 && memo->rest == rest;
}

/* 0, and the SID of an encrypted CID: by the memo of its CPU if the CID was decoded there before.
 * Another number if there is no key. */
__noinline int decrypt(const struct cid_config *config, const struct cid *cid, struct sid *sid)
{
	if (!config || !cid || !sid)
		return -1;

	/* What is behind the CID must not make two memos of one. */
	__u32 used = config->cid_length - 1;
	__u64 word_0 = cid->word[0];
	__u64 word_1 = cid->word[1];
	__u32 tail = cid->tail;

	if (used < 8)
		word_0 &= ~0ull >> (64 - used * 8);
	if (used < 16)
		word_1 &= used > 8 ? ~0ull >> (128 - used * 8) : 0;
	if (used < 19)
		tail &= used > 16 ? 0xffffffu >> (19 - used) * 8 : 0;

	__u64 rest = config->generation << REST_BITS | tail;
	__u32 cpu = bpf_get_smp_processor_id();
	struct memos_of_cpu *of_cpu = bpf_map_lookup_elem(&memos, &cpu);

	/* Generation 0 asks for none. */
	if (!of_cpu || config->mask[1] != 0 || rest >> REST_BITS == 0)
		return decrypt_anew(config, cid, sid);

	__u32 place = ((word_0 ^ word_1 * 0xff51afd7ed558ccdull) * 0x9e3779b97f4a7c15ull) >> 50 &
		      (MEMOS - 1);
	struct memo *first = &of_cpu->memo[place];
	struct memo *second = &of_cpu->memo[place ^ 1];

	sid->word[1] = 0;
	if (is_memo_of_cid(first, word_0, word_1, rest)) {
		sid->word[0] = first->server_id;
		return 0;
	}
	if (is_memo_of_cid(second, word_0, word_1, rest)) {
		sid->word[0] = second->server_id;
		return 0;
	}
	if (decrypt_anew(config, cid, sid))
		return -1;
	/* The older one goes. */
	*second = *first;
	first->word[0] = word_0;
	first->word[1] = word_1;
	first->rest = rest;
	first->server_id = sid->word[0];
	return 0;
}

#endif

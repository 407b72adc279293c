// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0

/*
 * Picks the socket of the worker that a packet's CID names, for the processes of a server that share
 * one UDP address and port. Runs where the kernel would pick a socket by the hash of the 4-tuple, which
 * another one gets as soon as the client's address changes, or a process comes or goes.
 *
 *     CID names a registered worker -------------------------> its socket
 *     anything else (first packets of connections) ----------> by hash, among the workers that take new
 *                                                              connections
 *     nobody takes any --------------------------------------> the kernel's own choice
 *
 * Kernel 5.13 (bpf_for_each_map_elem). Never drops.
 */

#include <linux/udp.h>

#include "workers.h"
#include "cid.h"

/* Sockets that were closed without a word, tried before the kernel has to choose. */
#define ATTEMPTS 4

static __always_inline void count(__u32 row)
{
	__u64 *cell = bpf_map_lookup_elem(&worker_cells, &row);

	if (cell)
		++*cell;
}

/*
 * Reads the DCID by what all versions of QUIC have in common (RFC 8999). Helpers read it: the payload
 * need not be in the linear part of the packet. What is behind the datagram reads as zeros.
 */
static __always_inline bool read_dcid(struct sk_reuseport_md *ctx, struct cid *cid)
{
	__u8 octets[MAX_CID] = {};
	__u32 length = ctx->len;
	__u32 start = sizeof(struct udphdr);

	if (length <= start || bpf_skb_load_bytes(ctx, start, octets, 1))
		return false;
	if (octets[0] & LONG_HEADER) {
		if (bpf_skb_load_bytes(ctx, start, octets, LONG_HEADER_DCID))
			return false;
		start += LONG_HEADER_DCID;
		cid->length = octets[LONG_HEADER_DCID - 1];
		if (start + cid->length > length)
			return false;
	} else {
		start += SHORT_HEADER_DCID;
		cid->length = length - start;
	}
	if (cid->length == 0)
		return false;
	if (length - start >= MAX_CID) {
		if (bpf_skb_load_bytes(ctx, start, octets, MAX_CID))
			return false;
	} else {
		/* A short datagram. */
#pragma unroll
		for (__u32 i = 0; i < MAX_CID; i++) {
			octets[i] = 0;
			if (start + i < length && bpf_skb_load_bytes(ctx, start + i, octets + i, 1))
				return false;
		}
	}
	cid->first = octets[0];
	__builtin_memcpy(&cid->word[0], octets + 1, 8);
	__builtin_memcpy(&cid->word[1], octets + 9, 8);
	cid->tail = octets[17] | octets[18] << 8 | octets[19] << 16;
	return true;
}

/* The octets of the server ID that name the worker. False: the configuration did not make this CID. */
static __always_inline bool decode_worker(const struct cid_config *config, const struct cid *cid,
					  struct sid *sid)
{
	if (config->algorithm == ALGORITHM_NONE || cid->length < config->cid_length)
		return false;
	if (config->check_length && (cid->first & 0x1f) + 1 != config->cid_length)
		return false;
	if (config->algorithm != ALGORITHM_PLAINTEXT)
		return decrypt(config, cid, sid) == 0;
	sid->word[0] = cid->word[0] & config->mask[0];
	sid->word[1] = cid->word[1] & config->mask[1];
	return true;
}

static __always_inline bool select_slot(struct sk_reuseport_md *ctx, __u32 slot)
{
	return bpf_sk_select_reuseport(ctx, &worker_sockets, &slot, 0) == 0;
}

/* Selects the worker that the CID names, or says why it cannot. */
static __always_inline enum worker_cell select_by_cid(struct sk_reuseport_md *ctx)
{
	struct cid cid = {};

	if (!read_dcid(ctx, &cid))
		return WORKER_UNROUTABLE;

	__u32 codepoint = cid.first >> 5;
	struct cid_config *config = bpf_map_lookup_elem(&worker_configs, &codepoint);
	struct sid sid = {};

	if (!config || !decode_worker(config, &cid, &sid))
		return WORKER_UNROUTABLE;

	__u64 key[3] = { sid.word[0], sid.word[1], codepoint };
	struct worker_sid *owner = bpf_map_lookup_elem(&worker_sids, key);

	if (!owner)
		return WORKER_UNKNOWN;

	__u32 slot = owner->slot;
	struct worker *worker = bpf_map_lookup_elem(&worker_slots, &slot);

	if (!worker || worker->incarnation != owner->incarnation || !select_slot(ctx, slot))
		return WORKER_GONE;
	return WORKER_BY_CID;
}

/* Of a packet among the workers that take new connections. */
struct choice {
	__u32 hash;
	__u32 accept_from;
	/* Only workers with a lower score. */
	__u64 below;
	/* Of the best so far; 0: there is none. */
	__u64 score;
	__u32 slot;
	__u32 zero;
};

struct bpf_map;

/*
 * Scores depend on hash and slot alone (highest random weight): a worker that comes or goes moves no
 * packet from one of the others to another.
 */
static long consider(struct bpf_map *map __attribute__((unused)), const __u32 *slot, const struct worker *worker,
		     struct choice *choice)
{
	if (!worker->accepts || worker->generation < choice->accept_from)
		return 0;

	/* A bijection, so that no two slots have one score; the finalizer of MurmurHash3. */
	__u32 mixed = choice->hash ^ *slot * 0x9e3779b9;

	mixed ^= mixed >> 16;
	mixed *= 0x85ebca6b;
	mixed ^= mixed >> 13;
	mixed *= 0xc2b2ae35;
	mixed ^= mixed >> 16;

	__u64 score = (__u64)mixed + 1;

	if (score < choice->below && score > choice->score) {
		choice->score = score;
		choice->slot = *slot;
	}
	return 0;
}

/* False: no worker takes new connections, or those with the best scores have closed their sockets. */
static __always_inline bool select_by_hash(struct sk_reuseport_md *ctx)
{
	__u32 zero = 0;
	struct worker_group *group = bpf_map_lookup_elem(&worker_group, &zero);
	struct choice choice = {
		.hash = ctx->hash,
		.accept_from = group ? group->accept_from : 0,
		.below = ~0ull,
	};

	for (int i = 0; i < ATTEMPTS; i++) {
		choice.score = 0;
		bpf_for_each_map_elem(&worker_slots, consider, &choice, 0);
		if (choice.score == 0)
			return false;
		if (select_slot(ctx, choice.slot))
			return true;
		choice.below = choice.score;
	}
	return false;
}

SEC("sk_reuseport")
int tern_worker(struct sk_reuseport_md *ctx)
{
	enum worker_cell cell = select_by_cid(ctx);

	if (cell != WORKER_BY_CID && !select_by_hash(ctx))
		cell = WORKER_NONE_ACCEPTS;
	count(cell);
	return SK_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_MEMOS_H
#define TERN_MEMOS_H

#include "fallback.h"
#include "maps.h"
#include "packet.h"

/*
 * What the tables said, each CPU for itself: a VIP with its pool, a server ID with its backend. So the
 * plain path has no hash look-ups, and few others; each of those is a call for the compiler, whatever the
 * kernel makes of it, and ends what it has in registers. Nothing is routed by memos that the tables do
 * not say: they hold for their generation (struct shared) alone.
 */

struct vip_memo {
	/* Plus one: zeros are nobody's. */
	__u64 generation;
	__u64 addr[2];
	/* The port, and IS_IPV4 or 0. */
	__u32 port;
	/* IPv4: the flow hash of a client whose address and port are 0. */
	__u32 hash;
	struct vip vip;
	struct pool pool;
};

#define IS_IPV4 0x10000

/* struct vip.pool of what is no VIP. */
#define NO_POOL 0

struct server_memo {
	__u64 sid[2];
	/* The SID space in the low 16 bits, the generation plus one above. */
	__u64 tag;
	struct server server;
	struct backend backend;
	__u64 zero[4];
};

/* Powers of two. */
#define VIP_MEMOS 256
#define SERVER_MEMOS 8192

struct cpu_memos {
	struct vip_memo vips[VIP_MEMOS];
	struct server_memo servers[SERVER_MEMOS];
};

/* By CPU: the loader sets the size to the number of CPUs. CPUs without one work, without memos. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct cpu_memos);
	__uint(max_entries, 1);
} cpu_memos SEC(".maps");

static __always_inline struct cpu_memos *memos_of_cpu(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&cpu_memos, &cpu);
}

static __always_inline __u64 vip_hash(__u64 low, __u64 high, __u32 port)
{
	return (low ^ high ^ (__u64)port << 32) * 0x9e3779b97f4a7c15ull;
}

static __always_inline struct vip_memo *vip_memo_of(struct cpu_memos *memos, __u64 low, __u64 high,
						    __u32 port)
{
	return &memos->vips[vip_hash(low, high, port) >> 56 & (VIP_MEMOS - 1)];
}

/* `vip` NULL: it is no VIP. */
static __always_inline void remember_vip(__u64 low, __u64 high, __u32 port, const struct vip *vip,
					 __u64 generation)
{
	struct cpu_memos *memos = memos_of_cpu();

	if (!memos)
		return;

	struct vip_memo *memo = vip_memo_of(memos, low, high, port);

	if (vip) {
		__u32 index = vip->pool;
		struct pool *pool = bpf_map_lookup_elem(&pools, &index);

		if (!pool)
			return;
		memo->vip = *vip;
		memo->pool = *pool;
	} else {
		memo->vip.pool = NO_POOL;
		memo->vip.flags = 0;
		memo->vip.state_timeout = 0;
	}
	memo->hash = port & IS_IPV4 ? hash_v4(0, low, port << 16) : 0;
	memo->generation = generation;
	memo->addr[0] = low;
	memo->addr[1] = high;
	memo->port = port;
}

/* The first of two places for a server ID; the other one is beside it. */
static __always_inline __u32 server_place(const __u64 *sid, __u64 tag)
{
	return (sid[0] ^ sid[1] * 0xff51afd7ed558ccdull ^ tag) * 0x9e3779b97f4a7c15ull >> 51 &
	       (SERVER_MEMOS - 1);
}

static __always_inline bool is_memo_of(const struct server_memo *memo, const __u64 *sid, __u64 tag)
{
	return memo->sid[0] == sid[0] && memo->sid[1] == sid[1] && memo->tag == tag;
}

static __always_inline struct server_memo *find_server_memo(struct cpu_memos *memos,
							    const __u64 *sid, __u64 tag)
{
	__u32 place = server_place(sid, tag);

	if (is_memo_of(&memos->servers[place], sid, tag))
		return &memos->servers[place];
	place ^= 1;
	return is_memo_of(&memos->servers[place], sid, tag) ? &memos->servers[place] : NULL;
}

static __always_inline void remember_server(const __u64 *sid, __u64 tag,
					    const struct server *server)
{
	struct cpu_memos *memos = memos_of_cpu();
	__u32 index = server->backend;
	struct backend *backend = bpf_map_lookup_elem(&backends, &index);

	if (!memos || !backend)
		return;

	__u32 place = server_place(sid, tag);

	/* In turns, if none is free. */
	if (memos->servers[place].tag >> 16 == tag >> 16)
		place ^= bpf_get_prandom_u32() & 1;

	struct server_memo *memo = &memos->servers[place];

	memo->sid[0] = sid[0];
	memo->sid[1] = sid[1];
	memo->tag = tag;
	memo->server = *server;
	memo->backend = *backend;
}

#endif

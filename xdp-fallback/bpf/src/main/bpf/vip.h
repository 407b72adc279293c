/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_VIP_H
#define TERN_VIP_H

#include "maps.h"
#include "packet.h"

/* Has to be read before what is remembered under it. */
static __always_inline __u64 current_generation(void)
{
	__u32 zero = 0;
	__u64 *current = bpf_map_lookup_elem(&generation, &zero);

	return current ? *(volatile __u64 *)current + 1 : 0;
}

static __always_inline struct vip *find_vip_v4(__be32 addr, __be16 port, __u64 generation)
{
	__u64 key = addr | (__u64)port << 32;
	__u32 index = (key * 0x9e3779b97f4a7c15ull) >> 56;
	struct vip_memo_v4 *memo = bpf_map_lookup_elem(&vip_memos_v4, &index);

	if (!memo)
		return NULL;
	if (memo->key == key && memo->generation == generation)
		return &memo->vip;

	struct endpoint_v4 endpoint = { .addr = addr, .port = port };
	struct vip *vip = LOOKUP(vip_v4, &endpoint);

	if (!vip)
		return NULL;
	memo->generation = generation;
	memo->key = key;
	memo->vip = *vip;
	return &memo->vip;
}

static __always_inline struct vip *find_vip_v6(const struct in6_addr *addr, __be16 port,
					       __u64 generation)
{
	__u64 low = addr->in6_u.u6_addr32[0] | (__u64)addr->in6_u.u6_addr32[1] << 32;
	__u64 high = addr->in6_u.u6_addr32[2] | (__u64)addr->in6_u.u6_addr32[3] << 32;
	__u32 index = ((low ^ high ^ port) * 0x9e3779b97f4a7c15ull) >> 56;
	struct vip_memo_v6 *memo = bpf_map_lookup_elem(&vip_memos_v6, &index);

	if (!memo)
		return NULL;
	if (memo->addr[0] == low && memo->addr[1] == high && memo->port == port &&
	    memo->generation == generation)
		return &memo->vip;

	struct endpoint_v6 endpoint = { .port = port };

	__builtin_memcpy(endpoint.addr, addr, sizeof(endpoint.addr));

	struct vip *vip = LOOKUP(vip_v6, &endpoint);

	if (!vip)
		return NULL;
	memo->generation = generation;
	memo->addr[0] = low;
	memo->addr[1] = high;
	memo->port = port;
	memo->vip = *vip;
	return &memo->vip;
}

#endif

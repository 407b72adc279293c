/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_FALLBACK_H
#define TERN_FALLBACK_H

#include "crc32.h"
#include "maps.h"
#include "packet.h"

/* CRC-32 as in zlib over client's address, VIP's address, client's port, VIP's port. */

static __always_inline __u32 hash_v4(__be32 client, __be32 vip, __u32 ports)
{
	return ~crc32_12(0xffffffff, client, vip, ports);
}

struct tuple_v6 {
	/* Client's address, VIP's address, ports. */
	__u32 word[9];
};

/* A function of its own: its registers would be the path of IPv4's to spill. */
__noinline __u32 hash_tuple_v6(const struct tuple_v6 *tuple)
{
	__u32 crc = 0xffffffff;

	if (!tuple)
		return 0;
#pragma clang loop unroll(disable)
	for (int i = 0; i < 9; i += 3)
		crc = crc32_12(crc, tuple->word[i], tuple->word[i + 1], tuple->word[i + 2]);
	return ~crc;
}

static __always_inline __u32 hash_v6(const struct in6_addr *client, const struct in6_addr *vip,
				     __u32 ports)
{
	struct tuple_v6 tuple;

	__builtin_memcpy(tuple.word, client, sizeof(*client));
	__builtin_memcpy(tuple.word + 4, vip, sizeof(*vip));
	tuple.word[8] = ports;
	return hash_tuple_v6(&tuple);
}

/* Of a UDP packet that a client sent. */
static __always_inline __u32 flow_hash(const struct packet *packet)
{
	__u32 ports = *(const __u32 *)packet->l4;

	if (packet->ipv4) {
		const struct iphdr *ip = packet->ip;

		return hash_v4(ip->saddr, ip->daddr, ports);
	}

	const struct ipv6hdr *ip = packet->ip;

	return hash_v6(&ip->saddr, &ip->daddr, ports);
}

/* Index of the backend that owns the slot, plus one; 0: nobody. */
static __always_inline __u32 find_fallback(const struct vip *vip, __u32 hash)
{
	__u32 slot = vip->fallback_base + (hash & vip->fallback_mask);
	__u32 place = slot / SLOTS_OF_VALUE;
	struct slots *slots = bpf_map_lookup_elem(&fallback, &place);

	return slots ? slots->owner[slot % SLOTS_OF_VALUE] : 0;
}

/* Counts a packet that a CID took to another backend than the fallback would have, if the VIP asks. */
static __always_inline void count_migrated(const struct vip *vip, __u32 backend, __u32 hash)
{
	if (!(vip->flags & VIP_COUNT_MIGRATED))
		return;

	__u32 owner = find_fallback(vip, hash);
	__u32 pool = vip->pool;

	if (owner == 0 || owner - 1 == backend)
		return;

	__u64 *packets = bpf_map_lookup_elem(&migrated, &pool);

	if (packets)
		++*packets;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_DECAPSULATE_H
#define TERN_DECAPSULATE_H

#include "checksum.h"
#include "count.h"
#include "encapsulate.h"
#include "maps.h"
#include "packet.h"

/* ECN (RFC 3168). */
#define ECN_MASK 3
#define ECN_NONE 0
#define ECN_ECT_1 1
#define ECN_ECT_0 2
#define ECN_CE 3

/* What an inner packet's ECN becomes (RFC 6040, figure 4); negative: the packet is dropped. */
static __always_inline int inner_ecn(__u8 inner, __u8 outer)
{
	if (outer == ECN_CE)
		return inner == ECN_NONE ? -1 : ECN_CE;
	if (outer == ECN_ECT_1 && inner == ECN_ECT_0)
		return ECN_ECT_1;
	return inner;
}

static __always_inline struct tunnel_end *find_tunnel_end(const void *outer, bool ipv4, __be16 port)
{
	if (ipv4) {
		const struct iphdr *ip = outer;
		struct endpoint_v4 key = { .addr = ip->daddr, .port = port };

		return LOOKUP(tunnel_end_v4, &key);
	}

	const struct ipv6hdr *ip = outer;
	struct endpoint_v6 key = { .port = port };

	__builtin_memcpy(key.addr, &ip->daddr, sizeof(key.addr));
	return LOOKUP(tunnel_end_v6, &key);
}

static __always_inline bool is_from(const struct tunnel_end *end, const __be32 *src, bool ipv4)
{
	__be32 other = (src[0] & end->src_mask[0]) ^ end->src_addr[0];

	if (!ipv4)
		other |= ((src[1] & end->src_mask[1]) ^ end->src_addr[1]) |
			 ((src[2] & end->src_mask[2]) ^ end->src_addr[2]) |
			 ((src[3] & end->src_mask[3]) ^ end->src_addr[3]);
	return other == 0;
}

enum unwrapped {
	/* Not of a tunnel that ends here, or refused. */
	UNWRAPPED_NOT,
	/* The frame is the inner packet now. */
	UNWRAPPED,
	/* To be dropped. */
	UNWRAPPED_CONGESTED,
};

/*
 * Takes a packet out of a tunnel that ends here: the Ethernet header moves to the inner IP header, which
 * has to be whole. Every pointer into the frame is void.
 */
__noinline int decapsulate(struct xdp_md *ctx, const struct detour *detour)
{
	if (!detour)
		return UNWRAPPED_NOT;

	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u32 ethernet = detour->ethernet;
	__u32 left = detour->left;
	__u32 at = detour->offset;

	void *outer = behind_ethernet(data, ethernet);
	void *inner = data + BOUNDED(at, MAX_OFFSET);

	/* Two IPv4 headers are as long. */
	if (outer + sizeof(struct ipv6hdr) > data_end)
		return UNWRAPPED_NOT;

	struct tunnel_end *end = find_tunnel_end(outer, detour->ipv4, detour->port);

	if (!end)
		return UNWRAPPED_NOT;

	const __be32 *src;
	__u8 outer_ecn;

	if (detour->ipv4) {
		struct iphdr *ip = outer;

		src = &ip->saddr;
		outer_ecn = ip->tos & ECN_MASK;
	} else {
		struct ipv6hdr *ip = outer;

		src = ip->saddr.in6_u.u6_addr32;
		outer_ecn = ip->flow_lbl[0] >> 4 & ECN_MASK;
	}
	if (!is_from(end, src, detour->ipv4) || left < sizeof(struct iphdr) ||
	    inner + sizeof(struct iphdr) > data_end)
		goto reject;

	__be16 ether_type;
	int ecn;

	if (*(__u8 *)inner >> 4 == 4) {
		struct iphdr *ip = inner;

		if (bpf_ntohs(ip->tot_len) > left)
			goto reject;
		ether_type = bpf_htons(ETH_P_IP);
		ecn = inner_ecn(ip->tos & ECN_MASK, outer_ecn);
		if (ecn < 0)
			goto congested;

		__u16 *word = inner;
		__u16 before = *word;

		ip->tos = (ip->tos & ~ECN_MASK) | ecn;
		if (*word != before)
			ip->check = adjusted(ip->check, before, *word);
	} else if (*(__u8 *)inner >> 4 == 6) {
		struct ipv6hdr *ip = inner;

		if (inner + sizeof(*ip) > data_end ||
		    bpf_ntohs(ip->payload_len) + sizeof(*ip) > left)
			goto reject;
		ether_type = bpf_htons(ETH_P_IPV6);
		ecn = inner_ecn(ip->flow_lbl[0] >> 4 & ECN_MASK, outer_ecn);
		if (ecn < 0)
			goto congested;
		ip->flow_lbl[0] = (ip->flow_lbl[0] & ~(ECN_MASK << 4)) | ecn << 4;
	} else {
		goto reject;
	}

	__u32 room = BOUNDED(at - ethernet, MAX_OFFSET);
	void *moved = data + room;
	__be16 *type = behind_ethernet(moved, ethernet) - sizeof(ether_type);

	if (data + MAX_ETHERNET > data_end || moved + MAX_ETHERNET > data_end ||
	    (void *)(type + 1) > data_end)
		goto reject;
	/* Back to front: source and destination may overlap. */
	if (ethernet > 18)
		AT(__u32, moved + 18) = AT(__u32, data + 18);
	if (ethernet > 14)
		AT(__u32, moved + 14) = AT(__u32, data + 14);
	AT(__u32, moved + 10) = AT(__u32, data + 10);
	AT(__u16, moved + 8) = AT(__u16, data + 8);
	AT(__u64, moved) = AT(__u64, data);
	*type = ether_type;
	if (bpf_xdp_adjust_head(ctx, room))
		goto reject;
	count(passed_cells, CELL_DECAPSULATED, 0);
	return UNWRAPPED;
reject:
	count(passed_cells, CELL_TUNNEL_REJECTED, 0);
	return UNWRAPPED_NOT;
congested:
	count(passed_cells, CELL_TUNNEL_CONGESTED, 0);
	return UNWRAPPED_CONGESTED;
}

#endif

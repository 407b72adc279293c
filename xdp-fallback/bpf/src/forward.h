/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_FORWARD_H
#define TERN_FORWARD_H

#include "maps.h"
#include "packet.h"

/* One hop less to live. */
static __always_inline void decrement_ttl(const struct packet *packet)
{
	if (packet->ipv4) {
		struct iphdr *ip = packet->ip;
		/* The word of TTL and protocol falls by 0x0100: RFC 1624, equation 3, so that a
		 * wrong checksum stays wrong. */
		__u32 sum = (__u16)~bpf_ntohs(ip->check) + 0xfeff;

		ip->check = bpf_htons(~((sum & 0xffff) + (sum >> 16)));
		ip->ttl--;
	} else {
		struct ipv6hdr *ip = packet->ip;

		ip->hop_limit--;
	}
}

static __always_inline void set_macs(struct ethhdr *eth, const struct backend *backend)
{
	__builtin_memcpy(eth->h_dest, backend->dst_mac, ETH_ALEN);
	if (*(__u32 *)backend->src_mac | *(__u16 *)(backend->src_mac + 4))
		__builtin_memcpy(eth->h_source, backend->src_mac, ETH_ALEN);
}

static __always_inline int leave(struct xdp_md *ctx, const struct backend *backend)
{
	if (backend->ifindex == ctx->ingress_ifindex)
		return XDP_TX;
	return bpf_redirect(backend->ifindex, 0);
}

#endif

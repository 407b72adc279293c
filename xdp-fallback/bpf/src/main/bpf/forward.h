/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_FORWARD_H
#define TERN_FORWARD_H

#include "count.h"
#include "encapsulate.h"
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

static __always_inline void set_macs(const struct packet *packet, const struct backend *backend)
{
	__u8 *dst = packet->eth->h_dest;
	__u8 *src = packet->eth->h_source;
	__u32 high = AT(const __u32, backend->src_mac);
	__u16 low = AT(const __u16, backend->src_mac + 4);

	AT(__u32, dst) = AT(const __u32, backend->dst_mac);
	AT(__u16, dst + 4) = AT(const __u16, backend->dst_mac + 4);
	if (high | low) {
		AT(__u32, src) = high;
		AT(__u16, src + 4) = low;
	}
}

static __always_inline bool is_nat(const struct backend *backend)
{
	return backend->mode == MODE_NAT_V4 || backend->mode == MODE_NAT_V6;
}

static __always_inline int leave(struct xdp_md *ctx, const struct backend *backend)
{
	__u32 ifindex = backend->ifindex;

	if (ifindex == ctx->ingress_ifindex)
		return XDP_TX;

	long verdict = bpf_redirect_map(&interfaces, ifindex, XDP_ABORTED);

	return verdict == XDP_REDIRECT ? verdict : bpf_redirect(ifindex, 0);
}

/* Why a packet cannot go to the backend that it is for, or the reason that it has. */
static __always_inline __u32 check_backend(const struct packet *packet,
					   const struct backend *backend, __u32 reason)
{
	if (!backend || backend->mode == MODE_NONE)
		return REASON_DANGLING_BACKEND;
	if (backend->mode == MODE_LOCAL)
		return reason;
	if (packet->ttl <= 1)
		return REASON_TTL_EXPIRED;
	if (is_nat(backend) && packet->ipv4 != (backend->mode == MODE_NAT_V4))
		return REASON_WRONG_FAMILY;
	return reason;
}

static __always_inline bool is_dropped(__u32 reason)
{
	return reason == REASON_DANGLING_BACKEND || reason == REASON_TTL_EXPIRED ||
	       reason == REASON_WRONG_FAMILY;
}

static __always_inline int tunnel(struct xdp_md *ctx, const struct packet *packet,
				  const struct backend *backend, __u32 hash)
{
	if (encapsulate(ctx, packet, backend, hash))
		return leave(ctx, backend);
	count(&passed_cells, CELL_NO_HEADROOM, 0);
	return XDP_DROP;
}

#endif

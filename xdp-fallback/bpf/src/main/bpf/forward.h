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
		/* The octet of the TTL is the low one of its word in memory, and falls by 1: RFC
		 * 1624, equation 3, so that a wrong checksum stays wrong. */
		__u32 sum = (__u16)~ip->check + 0xfffe;

		ip->check = ~((sum & 0xffff) + (sum >> 16));
		ip->ttl--;
	} else {
		struct ipv6hdr *ip = packet->ip;

		ip->hop_limit--;
	}
}

static __always_inline void set_macs(const struct packet *packet, const struct backend *backend)
{
	void *eth = packet->eth;
	const void *macs = backend->dst_mac;
	__u64 high = AT(const __u64, macs);
	__u32 low = AT(const __u32, macs + 8);

	if (high >> 48 | low) {
		AT(__u64, eth) = high;
		AT(__u32, eth + 8) = low;
	} else {
		AT(__u32, eth) = high;
		AT(__u16, eth + 4) = high >> 32;
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
	count(passed_cells, CELL_NO_HEADROOM, 0);
	return XDP_DROP;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_PLAIN_H
#define TERN_PLAIN_H

#include "count.h"
#include "fallback.h"
#include "forward.h"
#include "memos.h"
#include "packet.h"
#include "server.h"
#include "shared.h"

/*
 * The frames that most are, by memos and at fixed offsets: without VLAN tags, IP options and extension
 * headers, and to a VIP without state. What becomes of them is the same as in route(), for a part of
 * the time; what is anything else is NOT_PLAIN and unchanged.
 */
#define NOT_PLAIN -3

/* Whether there is a source MAC address to write. */
static __always_inline bool has_src_mac(const struct backend *backend)
{
	return AT(const __u32, backend->src_mac) | AT(const __u16, backend->src_mac + 4);
}

static __always_inline __u32 plain_flow_hash(const struct packet *packet,
					     const struct vip_memo *memo)
{
	if (packet->ipv4) {
		const struct iphdr *ip = packet->ip;
		const struct udphdr *udp = packet->l4;

		return memo->hash ^ crc32_of_client(ip->saddr, udp->source);
	}
	return flow_hash(packet);
}

static __always_inline int leave_plain(struct xdp_md *ctx, const struct packet *packet,
				       const struct vip_memo *memo, const struct backend *backend)
{
	if (backend->mode == MODE_L2) {
		decrement_ttl(packet);
		set_macs(packet, backend);
		return leave(ctx, backend);
	}

	__u32 hash = backend->src_entropy_mask ? plain_flow_hash(packet, memo) : 0;

	decrement_ttl(packet);
	if (packet->ipv4 && has_src_mac(backend)) {
		if (encapsulate_plain(ctx, packet, backend, hash))
			return leave(ctx, backend);
		count(passed_cells, CELL_NO_HEADROOM, 0);
		return XDP_DROP;
	}
	set_macs(packet, backend);
	return tunnel(ctx, packet, backend, hash);
}

static __always_inline bool is_plain(const struct packet *packet, const struct backend *backend)
{
	return packet->ttl > 1 && (backend->mode == MODE_L2 || backend->mode == MODE_IPIP_V4);
}

/* The fallback's backend, for a packet whose CID does not route. */
static __always_inline int fall_back_plain(struct xdp_md *ctx, const struct packet *packet,
					   const struct vip_memo *memo, __u32 codepoint,
					   __u32 reason, __u32 octets)
{
	__u32 owner = find_fallback(&memo->vip, plain_flow_hash(packet, memo));
	__u32 index = owner - 1;
	struct backend *backend = bpf_map_lookup_elem(&backends, &index);

	if (!backend || !is_plain(packet, backend))
		return NOT_PLAIN;
	count(backend_cells, index, octets);
	count_vip(ctx, &memo->vip, codepoint, reason, octets);
	return leave_plain(ctx, packet, memo, backend);
}

/* UDP that no tunnel that ends here and no backend behind NAT has, to an address that is no VIP's. */
static __always_inline bool is_other(const struct udphdr *udp)
{
	return !has_port(port_bits_of(udp->dest)->tunnel_end, udp->dest) &&
	       !has_port(port_bits_of(udp->source)->return_path, udp->source);
}

static __always_inline int route_plain_vip(struct xdp_md *ctx, const struct packet *packet,
					   __u64 low, __u64 high, __u32 port, __u64 generation)
{
	__u32 octets = packet->end - (void *)packet->eth;
	struct cpu_memos *memos = memos_of_cpu();

	if (!memos)
		return NOT_PLAIN;

	const struct vip_memo *memo = vip_memo_of(memos, low, high, port);
	const struct vip *vip = &memo->vip;

	if (memo->addr[0] != low || memo->addr[1] != high || memo->port != port ||
	    memo->generation != generation || vip->flags & ~VIP_STEER_ONLY || vip->state_timeout)
		return NOT_PLAIN;

	if (vip->pool == NO_POOL)
		return is_other(packet->l4) ? pass(ctx, REASON_NOT_VIP, octets) : NOT_PLAIN;

	struct cid cid = {};
	__u32 reason;
	__u32 codepoint = CODEPOINT_UNROUTABLE;

	if (read_cid(ctx, packet, &cid, &reason)) {
		const struct cid_config *config = &memo->pool.config[cid.first >> 5];
		struct sid sid;

		reason = REASON_FALLBACK_UNKNOWN_CODEPOINT;
		/* The last one is always empty. */
		if (config->algorithm != ALGORITHM_NONE) {
			codepoint = cid.first >> 5;
			if (read_sid(config, &cid, &sid, &reason)) {
				__u64 tag = generation << 16 | config->sid_space;
				const struct server_memo *server =
					find_server_memo(memos, sid.word, tag);

				/* Or one of nobody: the tables know. */
				if (!server)
					return NOT_PLAIN;

				const struct backend *backend = &server->backend;

				if (!is_plain(packet, backend))
					return NOT_PLAIN;
				count(server_cells, server->server.cell, octets);
				count_vip(ctx, vip, codepoint, REASON_ROUTED_BY_CID, octets);
				return leave_plain(ctx, packet, memo, backend);
			}
		}
	}
	if (vip->flags & VIP_STEER_ONLY) {
		count_vip(ctx, vip, codepoint, REASON_STEER_LOCAL, octets);
		return XDP_PASS;
	}
	return fall_back_plain(ctx, packet, memo, codepoint, reason, octets);
}

/* A packet that route_frame() has looked at. */
static __always_inline struct packet plain_packet(struct xdp_md *ctx, bool ipv4)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	void *ip = eth + 1;
	struct packet packet = {
		.eth = eth,
		.end = (void *)(long)ctx->data_end,
		.ethernet = sizeof(*eth),
		.ip = ip,
		.l4 = ip + (ipv4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)),
		.ipv4 = ipv4,
	};

	return packet;
}

__noinline int route_plain_v4(struct xdp_md *ctx, __u64 generation)
{
	struct packet packet = plain_packet(ctx, true);
	const struct iphdr *ip = packet.ip;
	const struct udphdr *udp = packet.l4;

	if ((void *)(udp + 1) > packet.end)
		return NOT_PLAIN;
	packet.ttl = ip->ttl;
	return route_plain_vip(ctx, &packet, ip->daddr, 0, udp->dest | IS_IPV4,
			       generation);
}

__noinline int route_plain_v6(struct xdp_md *ctx, __u64 generation)
{
	struct packet packet = plain_packet(ctx, false);
	const struct ipv6hdr *ip = packet.ip;
	const struct udphdr *udp = packet.l4;

	if ((void *)(udp + 1) > packet.end)
		return NOT_PLAIN;
	packet.ttl = ip->hop_limit;

	const void *addr = &ip->daddr;

	return route_plain_vip(ctx, &packet, AT(const __u64, addr), AT(const __u64, addr + 8),
			       udp->dest, generation);
}

enum plain {
	/* No VIP's for sure. */
	PLAIN_OTHER,
	/* UDP to a port that a VIP has. */
	PLAIN_V4,
	PLAIN_V6,
	/* Something else. */
	PLAIN_NOT,
};

static __always_inline enum plain udp_is_plain(const struct udphdr *udp, enum plain plain)
{
	if (has_port(port_bits_of(udp->dest)->vip, udp->dest))
		return plain;
	return is_other(udp) ? PLAIN_OTHER : PLAIN_NOT;
}

/* What parse() would say, of frames that are easily seen to be in order. */
static __always_inline enum plain look(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	void *l3 = eth + 1;

	if (l3 + sizeof(struct iphdr) + sizeof(struct udphdr) > end)
		return PLAIN_NOT;

	__be16 ether_type = ether_type_of(eth);

	if (ether_type == bpf_htons(ETH_P_IP)) {
		const struct iphdr *ip = l3;
		const struct udphdr *udp = l3 + sizeof(*ip);
		__u32 total = bpf_ntohs(ip->tot_len);
		__u32 length = bpf_ntohs(udp->len);

		if (*(const __u8 *)ip != 0x45 || ip->frag_off & bpf_htons(0x3fff) ||
		    (__u64)(end - l3) < total || total < sizeof(*ip))
			return PLAIN_NOT;
		if (ip->protocol == IPPROTO_TCP)
			return PLAIN_OTHER;
		if (ip->protocol != IPPROTO_UDP || length < sizeof(*udp) ||
		    length + sizeof(*ip) > total)
			return PLAIN_NOT;
		return udp_is_plain(udp, PLAIN_V4);
	}
	if (ether_type == bpf_htons(ETH_P_IPV6)) {
		const struct ipv6hdr *ip = l3;
		const struct udphdr *udp = l3 + sizeof(*ip);

		if ((void *)(udp + 1) > end)
			return PLAIN_NOT;

		__u32 payload = bpf_ntohs(ip->payload_len);
		__u32 length = bpf_ntohs(udp->len);

		if (*(const __u8 *)ip >> 4 != 6 || (__u64)(end - (void *)udp) < payload)
			return PLAIN_NOT;
		if (ip->nexthdr == IPPROTO_TCP)
			return PLAIN_OTHER;
		if (ip->nexthdr != IPPROTO_UDP || length < sizeof(*udp) || length > payload)
			return PLAIN_NOT;
		return udp_is_plain(udp, PLAIN_V6);
	}
	return PLAIN_NOT;
}

#endif

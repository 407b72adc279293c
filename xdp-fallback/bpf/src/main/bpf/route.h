/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_ROUTE_H
#define TERN_ROUTE_H

#include "count.h"
#include "decapsulate.h"
#include "fallback.h"
#include "forward.h"
#include "icmp.h"
#include "nat.h"
#include "packet.h"
#include "server.h"
#include "state.h"
#include "vip.h"

/* Not verdicts: the packet may be in a tunnel that ends here, or it is ICMP. */
#define DETOUR_TUNNEL -1
#define DETOUR_ICMP -2

static __always_inline const struct port_bits *find_port(__be16 port, __u64 *bit)
{
	__u32 index = bpf_ntohs(port) >> 6;

	*bit = 1ull << (bpf_ntohs(port) & 63);
	return bpf_map_lookup_elem(&ports, &index);
}

static __always_inline struct vip *find_vip(const struct packet *packet, __u64 generation)
{
	const struct udphdr *udp = packet->l4;

	if (packet->ipv4) {
		const struct iphdr *ip = packet->ip;

		return find_vip_v4(ip->daddr, udp->dest, generation);
	}

	const struct ipv6hdr *ip = packet->ip;

	return find_vip_v6(&ip->daddr, udp->dest, generation);
}

/* Of UDP that is no VIP's. */
static __always_inline int pass_udp(struct xdp_md *ctx, const struct packet *packet, __u32 octets)
{
	const struct udphdr *udp = packet->l4;
	__u64 bit;
	const struct port_bits *bits = find_port(udp->source, &bit);
	__u32 reason = REASON_NOT_VIP;

	if (bits && bits->return_path & bit && un_nat(packet))
		reason = REASON_RETURN_PATH;
	return pass(ctx, reason, octets);
}

/* To the backend of the fallback, or of the state, for a packet whose CID does not route. */
static __always_inline __u32 find_owner(const struct vip *vip, const struct cid *cid, __u32 hash,
					__u32 *reason)
{
	__u32 owner = find_fallback(vip, hash);

	if (!vip->state_timeout)
		return owner;

	struct unroutable unroutable = {
		.timeout = vip->state_timeout,
		.dcid = cid->first | cid->word[0] << 8,
		.pool = vip->pool,
		.flow_hash = hash,
		.owner = owner,
		.reason = *reason,
		.has_dcid = cid->length >= KNOWN_DCID_OCTETS,
	};

	recall(&unroutable);
	*reason = unroutable.reason;
	return unroutable.owner;
}

/* What becomes of a UDP packet to a VIP. */
static __always_inline int route_udp(struct xdp_md *ctx, const struct packet *packet,
				     const struct vip *vip, __u64 generation, __u32 octets)
{
	struct cid cid = {};
	struct server *server = NULL;
	__u32 codepoint = CODEPOINT_UNROUTABLE;
	__u32 reason;
	__u32 backend_index;

	if (read_cid(ctx, packet, &cid, &reason))
		server = route_by_cid(vip->pool, &cid, generation, &codepoint, &reason);
	else
		cid.length = 0;

	if (server) {
		backend_index = server->backend;
		count(server_cells, server->cell, octets);
		if (vip->flags & VIP_COUNT_MIGRATED)
			count_migrated(vip, backend_index, flow_hash(packet));
	} else if (vip->flags & VIP_STEER_ONLY) {
		count_vip(ctx, vip, codepoint, REASON_STEER_LOCAL, octets);
		return XDP_PASS;
	} else {
		__u32 owner = find_owner(vip, &cid, flow_hash(packet), &reason);

		if (owner == 0) {
			count_vip(ctx, vip, codepoint, REASON_NO_FALLBACK, octets);
			return XDP_DROP;
		}
		backend_index = owner - 1;
		count(backend_cells, backend_index, octets);
	}

	struct backend *backend = bpf_map_lookup_elem(&backends, &backend_index);

	reason = check_backend(packet, backend, reason);
	count_vip(ctx, vip, codepoint, reason, octets);
	if (!backend || is_dropped(reason))
		return XDP_DROP;
	if (backend->mode == MODE_LOCAL)
		return XDP_PASS;
	if (backend->mode == MODE_L2 || is_nat(backend)) {
		if (backend->mode != MODE_L2)
			nat(packet, backend);
		decrement_ttl(packet);
		set_macs(packet, backend);
		return leave(ctx, backend);
	}

	__u32 hash = uses_hash(backend) ? flow_hash(packet) : 0;

	decrement_ttl(packet);
	set_macs(packet, backend);
	return tunnel(ctx, packet, backend, hash);
}

/*
 * What becomes of a frame, or a detour that it has to take: *detour says where. `tunnels`: look at
 * those, too.
 */
__noinline int route(struct xdp_md *ctx, struct detour *detour, bool tunnels)
{
	if (!detour)
		return XDP_PASS;

	struct packet packet = {};
	__u32 reason;
	enum parsed parsed = parse(ctx, &packet, &reason);
	__u32 octets = packet.end - (void *)packet.eth;
	void *at = packet.l4;
	int verdict;

	if (parsed == PARSED_UDP) {
		const struct udphdr *udp = packet.l4;
		__u64 bit;
		const struct port_bits *bits = find_port(udp->dest, &bit);

		if (bits && bits->vip & bit) {
			__u64 generation = current_generation();
			struct vip *vip = find_vip(&packet, generation);

			if (vip)
				return route_udp(ctx, &packet, vip, generation, octets);
		}
		if (!tunnels || !bits || !(bits->tunnel_end & bit))
			return pass_udp(ctx, &packet, octets);
		at = packet.l4 + sizeof(*udp);
		packet.left = payload_length(udp);
		detour->port = udp->dest;
		verdict = DETOUR_TUNNEL;
	} else if (parsed == PARSED_ICMP) {
		verdict = DETOUR_ICMP;
	} else if (parsed == PARSED_IPIP && tunnels) {
		detour->port = 0;
		verdict = DETOUR_TUNNEL;
	} else {
		return pass(ctx, reason, octets);
	}
	detour->ethernet = packet.ethernet;
	detour->offset = at - (void *)packet.eth;
	detour->left = packet.left;
	detour->ipv4 = packet.ipv4;
	return verdict;
}

/* What the plain paths leave to route(). */
#define NOT_PLAIN -3

/* Of a frame without VLAN tags, IP options and extension headers, with a UDP header that fits. */
static __always_inline int route_plain_udp(struct xdp_md *ctx, const struct packet *packet)
{
	const struct udphdr *udp = packet->l4;
	__u32 octets = packet->end - (void *)packet->eth;
	__u64 bit;
	const struct port_bits *bits = find_port(udp->dest, &bit);

	if (!bits || bits->tunnel_end & bit)
		return NOT_PLAIN;
	if (bits->vip & bit) {
		__u64 generation = current_generation();
		struct vip *vip = find_vip(packet, generation);

		if (vip)
			return route_udp(ctx, packet, vip, generation, octets);
	}
	bits = find_port(udp->source, &bit);
	if (!bits || bits->return_path & bit)
		return NOT_PLAIN;
	return pass(ctx, REASON_NOT_VIP, octets);
}

/*
 * The frames that most are: the same as route(), at fixed offsets, for a part of the time. What it is
 * not sure about is NOT_PLAIN.
 */
__noinline int route_plain(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct packet packet = { .eth = eth, .end = end, .ethernet = sizeof(*eth), .ip = eth + 1 };

	if (packet.ip + sizeof(struct iphdr) + sizeof(struct udphdr) > end)
		return NOT_PLAIN;
	if (ether_type_of(eth) == bpf_htons(ETH_P_IP)) {
		const struct iphdr *ip = packet.ip;
		const struct udphdr *udp = (const void *)(ip + 1);
		__u32 total = bpf_ntohs(ip->tot_len);
		__u32 length = bpf_ntohs(udp->len);

		if (*(const __u8 *)ip != 0x45 || ip->frag_off & bpf_htons(0x3fff) ||
		    (__u64)(end - packet.ip) < total || total < sizeof(*ip))
			return NOT_PLAIN;
		if (ip->protocol == IPPROTO_TCP)
			return pass(ctx, REASON_NOT_VIP, end - (void *)eth);
		if (ip->protocol != IPPROTO_UDP || length < sizeof(*udp) ||
		    length + sizeof(*ip) > total)
			return NOT_PLAIN;
		packet.ipv4 = true;
		packet.ttl = ip->ttl;
		packet.l4 = packet.ip + sizeof(*ip);
		return route_plain_udp(ctx, &packet);
	}
	if (ether_type_of(eth) == bpf_htons(ETH_P_IPV6)) {
		const struct ipv6hdr *ip = packet.ip;
		const struct udphdr *udp = (const void *)(ip + 1);

		if ((void *)(udp + 1) > end)
			return NOT_PLAIN;

		__u32 payload = bpf_ntohs(ip->payload_len);
		__u32 length = bpf_ntohs(udp->len);

		if (*(const __u8 *)ip >> 4 != 6 || (__u64)(end - (void *)udp) < payload)
			return NOT_PLAIN;
		if (ip->nexthdr == IPPROTO_TCP)
			return pass(ctx, REASON_NOT_VIP, end - (void *)eth);
		if (ip->nexthdr != IPPROTO_UDP || length < sizeof(*udp) || length > payload)
			return NOT_PLAIN;
		packet.ttl = ip->hop_limit;
		packet.l4 = packet.ip + sizeof(*ip);
		return route_plain_udp(ctx, &packet);
	}
	return NOT_PLAIN;
}

static __always_inline int route_frame(struct xdp_md *ctx)
{
	int verdict = route_plain(ctx);

	if (verdict != NOT_PLAIN)
		return verdict;

	struct detour detour = {};

	verdict = route(ctx, &detour, true);
	if (verdict == DETOUR_TUNNEL) {
		if (decapsulate(ctx, &detour) == UNWRAPPED_CONGESTED)
			return XDP_DROP;
		/* A tunnel in the tunnel is somebody else's. */
		verdict = route(ctx, &detour, false);
	}
	if (verdict == DETOUR_ICMP)
		verdict = detour.ipv4 ? route_icmp(ctx, &detour) : route_icmpv6(ctx, &detour);
	return verdict;
}

#endif

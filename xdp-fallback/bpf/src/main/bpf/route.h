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
#include "plain.h"
#include "server.h"
#include "shared.h"
#include "state.h"
#include "vip.h"

/* Not verdicts: the packet may be in a tunnel that ends here, or it is ICMP. */
#define DETOUR_TUNNEL -1
#define DETOUR_ICMP -2

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
	__u32 reason = REASON_NOT_VIP;

	if (has_port(port_bits_of(udp->source)->return_path, udp->source) && un_nat(packet))
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
		.has_dcid = cid->length >= KNOWN_DCID_OCTETS &&
			    (cid->header & (LONG_HEADER | FIXED_BIT)),
		.says_dcid = cid->header & LONG_HEADER,
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
		const volatile struct port_bits *bits = port_bits_of(udp->dest);

		if (has_port(bits->vip, udp->dest)) {
			__u64 generation = current_generation();
			struct vip *vip = find_vip(&packet, generation);

			if (vip)
				return route_udp(ctx, &packet, vip, generation, octets);
		}
		if (!tunnels || !has_port(bits->tunnel_end, udp->dest))
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

/* What is not plain. */
static __always_inline int route_carefully(struct xdp_md *ctx)
{
	struct detour detour = {};
	int verdict = route(ctx, &detour, true);

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

static __always_inline int route_frame(struct xdp_md *ctx)
{
	__u64 generation = current_generation();
	enum plain plain = look(ctx);
	int verdict = NOT_PLAIN;

	if (plain == PLAIN_OTHER)
		return pass(ctx, REASON_NOT_VIP, ctx->data_end - ctx->data);
	if (plain == PLAIN_V4)
		verdict = route_plain_v4(ctx, generation);
	else if (plain == PLAIN_V6)
		verdict = route_plain_v6(ctx, generation);
	return verdict != NOT_PLAIN ? verdict : route_carefully(ctx);
}

#endif

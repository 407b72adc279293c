/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_ROUTE_H
#define TERN_ROUTE_H

#include "packet.h"
#include "maps.h"
#include "cid.h"
#include "crc32.h"
#include "encapsulate.h"
#include "forward.h"
#include "nat.h"

static __always_inline void count(void *map, __u32 index, __u32 octets)
{
	struct cell *cell = bpf_map_lookup_elem(map, &index);

	if (cell) {
		cell->packets++;
		cell->octets += octets;
	}
}

static __always_inline struct vip *find_vip(const struct packet *packet)
{
	struct udphdr *udp = packet->l4;

	if (packet->ipv4) {
		struct iphdr *ip = packet->ip;
		struct endpoint_v4 key = { .addr = ip->daddr, .port = udp->dest };

		return bpf_map_lookup_elem(&vip_v4, &key);
	}

	struct ipv6hdr *ip = packet->ip;
	struct endpoint_v6 key = { .port = udp->dest };

	__builtin_memcpy(key.addr, &ip->daddr, 16);
	return bpf_map_lookup_elem(&vip_v6, &key);
}

static __always_inline __u32 flow_hash(const struct packet *packet)
{
	__u32 ports = *(__u32 *)packet->l4;
	__u32 crc = 0xffffffff;

	if (packet->ipv4) {
		struct iphdr *ip = packet->ip;

		crc = crc32_12(crc, ip->saddr, ip->daddr, ports);
	} else {
		__u32 *addresses = packet->ip + 8;

		crc = crc32_12(crc, addresses[0], addresses[1], addresses[2]);
		crc = crc32_12(crc, addresses[3], addresses[4], addresses[5]);
		crc = crc32_12(crc, addresses[6], addresses[7], ports);
	}
	return ~crc;
}

/* What becomes of a frame. */
static __always_inline int route(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u32 octets = data_end - data;
	struct packet packet = {};
	__u32 reason;

	if (parse(data, data_end, &packet, &reason) != PARSED_UDP) {
		count(&passed_cells, reason, octets);
		return XDP_PASS;
	}

	struct vip *vip = find_vip(&packet);

	if (!vip) {
		count(&passed_cells, un_nat(&packet) ? REASON_RETURN_PATH : REASON_NOT_VIP, octets);
		return XDP_PASS;
	}

	__u32 row = vip->index * CODEPOINTS;
	struct cid cid = {};
	struct server *server = NULL;
	__u32 backend_index;

	if (read_cid(packet.l4 + sizeof(struct udphdr), data_end, packet.payload_length, &cid, &reason)) {
		__u32 codepoint = cid.first >> 5;
		__u32 pool_index = vip->pool;
		struct pool *pool = bpf_map_lookup_elem(&pools, &pool_index);

		if (pool && codepoint != CODEPOINT_UNROUTABLE) {
			row += codepoint;
			server = find_server(&pool->config[codepoint & 7], &cid, &reason);
		} else {
			row += CODEPOINT_UNROUTABLE;
			reason = REASON_FALLBACK_UNKNOWN_CODEPOINT;
		}
	} else {
		row += CODEPOINT_UNROUTABLE;
	}

	if (server) {
		backend_index = server->backend;
		count(&server_cells, server->cell, octets);
	} else if (vip->flags & VIP_STEER_ONLY) {
		count(&cells, row * REASON_ROOM + REASON_STEER_LOCAL, octets);
		return XDP_PASS;
	} else {
		__u32 slot = vip->fallback_base +
			     (flow_hash(&packet) & vip->fallback_mask);
		__u32 *owner = bpf_map_lookup_elem(&fallback, &slot);

		if (!owner || *owner == 0) {
			count(&cells, row * REASON_ROOM + REASON_NO_FALLBACK, octets);
			return XDP_DROP;
		}
		backend_index = *owner - 1;
		count(&backend_cells, backend_index, octets);
	}

	struct backend *backend = bpf_map_lookup_elem(&backends, &backend_index);
	int verdict = XDP_DROP;

	if (!backend || backend->mode == MODE_NONE) {
		reason = REASON_DANGLING_BACKEND;
	} else if (backend->mode == MODE_LOCAL) {
		verdict = XDP_PASS;
	} else if (packet.ttl <= 1) {
		reason = REASON_TTL_EXPIRED;
	} else if (backend->mode == MODE_L2) {
		decrement_ttl(&packet);
		set_macs(data, backend);
		verdict = leave(ctx, backend);
	} else if (backend->mode == MODE_NAT_V4 || backend->mode == MODE_NAT_V6) {
		if (nat(&packet, backend)) {
			decrement_ttl(&packet);
			set_macs(data, backend);
			verdict = leave(ctx, backend);
		} else {
			reason = REASON_WRONG_FAMILY;
		}
	} else {
		__u32 hash = flow_hash(&packet);

		decrement_ttl(&packet);
		set_macs(data, backend);
		if (encapsulate(ctx, &packet, backend, hash))
			verdict = leave(ctx, backend);
	}
	count(&cells, row * REASON_ROOM + reason, octets);
	return verdict;
}

#endif

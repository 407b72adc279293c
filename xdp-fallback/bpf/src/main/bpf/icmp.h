/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_ICMP_H
#define TERN_ICMP_H

#include "checksum.h"
#include "count.h"
#include "fallback.h"
#include "forward.h"
#include "nat.h"
#include "packet.h"
#include "server.h"
#include "state.h"
#include "vip.h"

#define ICMP_OCTETS 8
/* RFC 792; linux/icmp.h needs the headers of a C library. */
#define ICMP_ECHOREPLY 0
#define ICMP_DEST_UNREACH 3
#define ICMP_ECHO 8
#define ICMP_TIME_EXCEEDED 11
#define ICMP_PARAMETERPROB 12
/* RFC 4443. */
#define ICMPV6_DEST_UNREACH 1
#define ICMPV6_PKT_TOOBIG 2
#define ICMPV6_TIME_EXCEED 3
#define ICMPV6_PARAMPROB 4
#define ICMPV6_ECHO_REQUEST 128
#define ICMPV6_ECHO_REPLY 129
/* RFC 4861. */
#define NDP_FIRST 133
#define NDP_LAST 137
/* First octet, version, both lengths of CIDs. */
#define QUOTED_LONG_HEADER 7

/* What an ICMP error quotes: a packet that a server sent. */
struct quoted {
	/* struct iphdr or struct ipv6hdr. */
	void *ip;
	struct udphdr *udp;
	/* Octets of UDP payload that are there. */
	__u32 left;
};

/*
 * The UDP packet that an ICMP error quotes, which may be cut short anywhere. False: it is no error, or
 * quotes something else, or less than a UDP header.
 */
static __always_inline bool read_quoted(const struct packet *packet, void *data_end,
					struct quoted *quoted)
{
	const __u8 *icmp = packet->l4;
	__u32 left = packet->left - ICMP_OCTETS;
	__u8 type = icmp[0];

	quoted->ip = packet->l4 + ICMP_OCTETS;
	if (packet->ipv4) {
		const struct iphdr *ip = quoted->ip;

		if (type != ICMP_DEST_UNREACH && type != ICMP_TIME_EXCEEDED &&
		    type != ICMP_PARAMETERPROB)
			return false;
		if (left < sizeof(*ip) || (void *)(ip + 1) > data_end)
			return false;

		__u32 header = ip->ihl * 4;

		if (ip->version != 4 || header < sizeof(*ip) || header > left ||
		    ip->frag_off & bpf_htons(0x1fff) || ip->protocol != IPPROTO_UDP)
			return false;
		left -= header;
		quoted->udp = quoted->ip + header;
	} else {
		const struct ipv6hdr *ip = quoted->ip;

		if (type != ICMPV6_DEST_UNREACH && type != ICMPV6_PKT_TOOBIG &&
		    type != ICMPV6_TIME_EXCEED && type != ICMPV6_PARAMPROB)
			return false;
		/* Extension headers are not followed: servers do not send them. */
		if (left < sizeof(*ip) || (void *)(ip + 1) > data_end || ip->version != 6 ||
		    ip->nexthdr != IPPROTO_UDP)
			return false;
		left -= sizeof(*ip);
		quoted->udp = quoted->ip + sizeof(*ip);
	}
	if (left < sizeof(struct udphdr) || (void *)(quoted->udp + 1) > data_end)
		return false;
	left -= sizeof(struct udphdr);

	__u32 length = bpf_ntohs(quoted->udp->len);

	/* Octets behind the quoted packet are none of it (RFC 4884 appends extensions). */
	if (length <= sizeof(struct udphdr))
		left = 0;
	else if (length - sizeof(struct udphdr) < left)
		left = length - sizeof(struct udphdr);
	quoted->left = left;
	return true;
}

/* The source CID in a quoted long header: the server wrote its server ID there. False: none. */
static __always_inline bool read_quoted_scid(struct xdp_md *ctx, const struct packet *packet,
					     const struct quoted *quoted, struct cid *cid)
{
	const void *data_end = packet->end;
	const __u8 *octets = (void *)(quoted->udp + 1);
	__u32 left = quoted->left;

	if (left < QUOTED_LONG_HEADER || (const void *)(octets + LONG_HEADER_DCID) > data_end ||
	    !(octets[0] & LONG_HEADER))
		return false;

	__u32 dcid = octets[LONG_HEADER_DCID - 1];

	if (left < QUOTED_LONG_HEADER + dcid)
		return false;
	left -= QUOTED_LONG_HEADER + dcid;
	octets += LONG_HEADER_DCID + dcid;
	if ((const void *)(octets + 1) > data_end)
		return false;
	cid->length = octets[0];
	if (cid->length == 0 || cid->length > left || (const void *)(octets + 2) > data_end)
		return false;
	load_cid(ctx, packet, octets + 1, cid);
	return true;
}

static __always_inline struct vip *find_quoted_vip(const struct packet *packet,
						   const struct quoted *quoted, __u64 generation)
{
	__be16 port = quoted->udp->source;

	if (packet->ipv4) {
		const struct iphdr *ip = packet->ip;
		const struct iphdr *sent = quoted->ip;

		return sent->saddr == ip->daddr ? find_vip_v4(ip->daddr, port, generation) : NULL;
	}

	const struct ipv6hdr *ip = packet->ip;
	const struct ipv6hdr *sent = quoted->ip;
	const __be32 *from = sent->saddr.in6_u.u6_addr32;
	const __be32 *to = ip->daddr.in6_u.u6_addr32;

	if (from[0] != to[0] || from[1] != to[1] || from[2] != to[2] || from[3] != to[3])
		return NULL;
	return find_vip_v6(&ip->daddr, port, generation);
}

/* Of the packets that the client sends: the inverse of what is quoted. */
static __always_inline __u32 quoted_flow_hash(const struct packet *packet,
					      const struct quoted *quoted)
{
	__u32 ports = quoted->udp->dest | (__u32)quoted->udp->source << 16;

	if (packet->ipv4) {
		const struct iphdr *ip = quoted->ip;

		return hash_v4(ip->daddr, ip->saddr, ports);
	}

	const struct ipv6hdr *ip = quoted->ip;

	return hash_v6(&ip->daddr, &ip->saddr, ports);
}

/*
 * Gives an ICMP error the backend's address, and the packet that it quotes the backend's address and
 * port as its source (RFC 5508, section 4.2), but for that packet's UDP checksum.
 */
static __always_inline void nat_error(const struct packet *packet, const struct quoted *quoted,
				      const struct backend *backend)
{
	__u16 *checksum = packet->l4 + 2;
	__u64 removed = quoted->udp->source;
	__u64 added = backend->port;

	nat_destination(packet, backend);
	if (packet->ipv4) {
		struct iphdr *ip = quoted->ip;

		/* What the address adds to the quoted header its checksum takes away: ICMP's own
		 * checksum sees the port alone. */
		ip->check = adjusted(ip->check, ip->saddr, backend->dst_addr[0]);
		ip->saddr = backend->dst_addr[0];
	} else {
		struct ipv6hdr *ip = quoted->ip;

		/* Twice: in the pseudo-header, and in what is quoted. */
		removed += 2 * sum_address(ip->saddr.in6_u.u6_addr32, false);
		added += 2 * sum_address(backend->dst_addr, false);
		__builtin_memcpy(&ip->saddr, backend->dst_addr, sizeof(ip->saddr));
	}
	*checksum = adjusted(*checksum, removed, added);
	quoted->udp->source = backend->port;
}

/* It is an echo request to an address that answers them; a group's MAC address cannot answer. */
static __always_inline bool is_answered_echo(const struct packet *packet)
{
	const struct ethhdr *eth = packet->eth;
	__u8 type = *(const __u8 *)packet->l4;

	if (eth->h_dest[0] & 1)
		return false;
	if (packet->ipv4) {
		const struct iphdr *ip = packet->ip;
		__be32 addr = ip->daddr;

		return type == ICMP_ECHO && LOOKUP(echo_v4, &addr);
	}

	const struct ipv6hdr *ip = packet->ip;
	__be32 addr[4];

	__builtin_memcpy(addr, &ip->daddr, sizeof(addr));
	return type == ICMPV6_ECHO_REQUEST && LOOKUP(echo_v6, addr);
}

/* Makes a reply of an echo request. */
static __always_inline void answer_echo(const struct packet *packet)
{
	struct ethhdr *eth = packet->eth;
	__u8 *type = packet->l4;
	__u16 *checksum = packet->l4 + 2;
	__u8 mac[ETH_ALEN];

	__builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, mac, ETH_ALEN);
	if (packet->ipv4) {
		struct iphdr *ip = packet->ip;
		__u16 *ttl = packet->ip + offsetof(struct iphdr, ttl);
		__u16 ttl_before = *ttl;
		__be32 vip = ip->daddr;

		ip->daddr = ip->saddr;
		ip->saddr = vip;
		ip->ttl = INITIAL_TTL;
		ip->check = adjusted(ip->check, ttl_before, *ttl);
		*type = ICMP_ECHOREPLY;
		*checksum = adjusted(*checksum, ICMP_ECHO, ICMP_ECHOREPLY);
		/* A reply of zeros alone has the other zero of one's complement; in every other
		 * reply the two are as good. */
		if (*checksum == 0)
			*checksum = 0xffff;
	} else {
		struct ipv6hdr *ip = packet->ip;
		__be32 vip[4];

		__builtin_memcpy(vip, &ip->daddr, sizeof(vip));
		__builtin_memcpy(&ip->daddr, &ip->saddr, sizeof(ip->daddr));
		__builtin_memcpy(&ip->saddr, vip, sizeof(ip->saddr));
		ip->hop_limit = INITIAL_TTL;
		*type = ICMPV6_ECHO_REPLY;
		*checksum = adjusted(*checksum, ICMPV6_ECHO_REQUEST, ICMPV6_ECHO_REPLY);
	}
}

/*
 * An ICMP error about a packet that a VIP's server sent goes to that server: the quoted source CID
 * names it, or the client's 4-tuple finds it.
 */
static __always_inline int route_error(struct xdp_md *ctx, const struct packet *packet,
				       const struct quoted *quoted, const struct vip *vip,
				       __u64 generation)
{
	__u32 octets = packet->end - (void *)packet->eth;
	__u32 hash = quoted_flow_hash(packet, quoted);
	__u32 codepoint = CODEPOINT_UNROUTABLE;
	__u32 reason;
	__u32 backend_index;
	struct cid cid = {};
	struct server *server = NULL;

	if (read_quoted_scid(ctx, packet, quoted, &cid))
		server = route_by_cid(vip->pool, &cid, generation, &codepoint, &reason);
	if (server) {
		reason = REASON_ICMP_BY_CID;
		backend_index = server->backend;
		count(server_cells, server->cell, octets);
		count_migrated(vip, backend_index, hash);
	} else if (vip->flags & VIP_STEER_ONLY) {
		count_vip(ctx, vip, codepoint, REASON_STEER_LOCAL, octets);
		return XDP_PASS;
	} else {
		struct unroutable unroutable = {
			.timeout = vip->state_timeout,
			.pool = vip->pool,
			.flow_hash = hash,
			.owner = find_fallback(vip, hash),
			.icmp = true,
		};

		if (vip->state_timeout)
			recall(&unroutable);
		if (unroutable.owner == 0) {
			count_vip(ctx, vip, codepoint, REASON_NO_FALLBACK, octets);
			return XDP_DROP;
		}
		reason = REASON_ICMP_FALLBACK;
		backend_index = unroutable.owner - 1;
		count(backend_cells, backend_index, octets);
	}

	struct backend *backend = bpf_map_lookup_elem(&backends, &backend_index);

	reason = check_backend(packet, backend, reason);
	count_vip(ctx, vip, codepoint, reason, octets);
	if (!backend || is_dropped(reason))
		return XDP_DROP;
	if (backend->mode == MODE_LOCAL)
		return XDP_PASS;
	decrement_ttl(packet);
	set_macs(packet, backend);
	if (backend->mode == MODE_L2)
		return leave(ctx, backend);
	if (is_nat(backend)) {
		nat_error(packet, quoted, backend);
		return leave(ctx, backend);
	}
	return tunnel(ctx, packet, backend, hash);
}

/* What becomes of ICMP or ICMPv6. */
static __always_inline int route_message(struct xdp_md *ctx, const struct detour *detour,
					 bool ipv4)
{
	struct packet packet = {
		.eth = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
		.ethernet = detour->ethernet,
		.left = detour->left,
		.ipv4 = ipv4,
	};
	__u32 octets = packet.end - (void *)packet.eth;

	packet.ip = behind_ethernet(packet.eth, packet.ethernet);
	packet.l4 = (void *)packet.eth + BOUNDED(detour->offset, MAX_OFFSET);
	if ((void *)(packet.eth + 1) > packet.end ||
	    packet.ip + (ipv4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) > packet.end)
		return XDP_PASS;
	packet.ttl = ipv4 ? ((struct iphdr *)packet.ip)->ttl :
			    ((struct ipv6hdr *)packet.ip)->hop_limit;
	if (packet.left < ICMP_OCTETS || packet.l4 + ICMP_OCTETS > packet.end)
		return pass(ctx, REASON_NOT_VIP, octets);

	__u8 type = *(__u8 *)packet.l4;

	if (!ipv4 && type >= NDP_FIRST && type <= NDP_LAST)
		return pass(ctx, REASON_NEIGHBOUR, octets);

	struct quoted quoted;

	if (read_quoted(&packet, packet.end, &quoted)) {
		__u64 generation = current_generation();
		struct vip *vip = find_quoted_vip(&packet, &quoted, generation);

		if (vip)
			return route_error(ctx, &packet, &quoted, vip, generation);
	} else if (is_answered_echo(&packet)) {
		pass(ctx, REASON_ICMP_ECHO, octets);
		answer_echo(&packet);
		return XDP_TX;
	}
	return pass(ctx, REASON_NOT_VIP, octets);
}

__noinline int route_icmp(struct xdp_md *ctx, const struct detour *detour)
{
	return detour ? route_message(ctx, detour, true) : XDP_PASS;
}

__noinline int route_icmpv6(struct xdp_md *ctx, const struct detour *detour)
{
	return detour ? route_message(ctx, detour, false) : XDP_PASS;
}

#endif

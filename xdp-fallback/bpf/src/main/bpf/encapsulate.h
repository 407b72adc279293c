/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_ENCAPSULATE_H
#define TERN_ENCAPSULATE_H

#include "maps.h"
#include "checksum.h"
#include "packet.h"

/* Of outer headers. */
#define INITIAL_TTL 64
/* Ephemeral ports carry the entropy (RFC 6335, section 6). */
#define EPHEMERAL_PORT 0xc000
#define GUE_OCTETS sizeof(struct udphdr)

/* The outer headers depend on the flow. */
static __always_inline bool uses_hash(const struct backend *backend)
{
	return backend->mode != MODE_IPIP_V4 || backend->src_entropy_mask;
}

/* Moves the Ethernet header, of 14, 18 or 22 octets, to the front of a frame that grew by `room`. */
static __always_inline void *move_ethernet(struct xdp_md *ctx, __u32 length, __u32 room)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;

	if (data + room + MAX_ETHERNET > data_end)
		return NULL;
	AT(__u64, data) = AT(__u64, data + room);
	AT(__u32, data + 8) = AT(__u32, data + room + 8);
	AT(__u16, data + 12) = AT(__u16, data + room + 12);
	if (length > 14)
		AT(__u32, data + 14) = AT(__u32, data + room + 14);
	if (length > 18)
		AT(__u32, data + 18) = AT(__u32, data + room + 18);
	return data;
}

static __always_inline void write_outer_ipv4(struct iphdr *ip, const struct backend *backend,
					     __u32 hash, __u8 traffic_class, __u8 protocol,
					     __u32 payload)
{
	__be32 src = backend->src_addr[0];

	if (backend->mode == MODE_IPIP_V4)
		src ^= bpf_htonl(hash >> 16 & bpf_ntohs(backend->src_entropy_mask));

	__u32 *words = (void *)ip;
	__be32 dst = backend->dst_addr[0];
	__u32 first = bpf_htons(0x4500 | traffic_class) |
		      (__u32)bpf_htons(payload + sizeof(*ip)) << 16;
	/* Never fragmented: identification 0 and DF (RFC 6864). */
	__u32 second = (__u32)bpf_htons(0x4000) << 16;
	__u32 third = INITIAL_TTL | protocol << 8;

	words[0] = first;
	words[1] = second;
	words[2] = third | (__u32)(__u16)~fold((__u64)first + second + third + src + dst) << 16;
	words[3] = src;
	words[4] = dst;
}

static __always_inline void write_outer_ipv6(struct ipv6hdr *ip, const struct backend *backend,
					     __u32 hash, __u8 traffic_class, __u8 protocol,
					     __u32 payload)
{
	__be32 *words = (void *)ip;

	/* The flow label carries the entropy (RFC 6438). */
	words[0] = bpf_htonl(6u << 28 | traffic_class << 20 | hash >> 12);
	ip->payload_len = bpf_htons(payload);
	ip->nexthdr = protocol;
	ip->hop_limit = INITIAL_TTL;
	__builtin_memcpy(&ip->saddr, backend->src_addr, 16);
	__builtin_memcpy(&ip->daddr, backend->dst_addr, 16);
	if (backend->mode == MODE_IPIP_V6)
		words[5] ^= bpf_htonl(hash >> 16 & bpf_ntohs(backend->src_entropy_mask));
}

/*
 * Puts the outer headers in front of the IP header: IP-in-IP in any pair of families (RFC 2003, RFC
 * 2473, RFC 4213), or GUE variant 1. DSCP and ECN are the inner ones (RFC 6040, normal mode). The
 * frame moves: every pointer into it is void. False, and the frame is whole, if there is no room.
 */
static __always_inline bool encapsulate(struct xdp_md *ctx, const struct packet *packet,
					const struct backend *backend, __u32 hash)
{
	bool outer_ipv4 = backend->mode == MODE_IPIP_V4 || backend->mode == MODE_GUE_V4;
	bool gue = backend->mode == MODE_GUE_V4 || backend->mode == MODE_GUE_V6;
	__u32 ethernet = packet->ethernet;
	__u32 payload;
	__u8 traffic_class;
	__u8 protocol;
	__be16 ether_type;

	if (packet->ipv4) {
		const struct iphdr *ip = packet->ip;

		payload = bpf_ntohs(ip->tot_len);
		traffic_class = ip->tos;
		protocol = IPPROTO_IPIP;
	} else {
		const struct ipv6hdr *ip = packet->ip;

		payload = bpf_ntohs(ip->payload_len) + sizeof(*ip);
		traffic_class = bpf_ntohl(*(const __be32 *)ip) >> 20;
		protocol = IPPROTO_IPV6;
	}

	__u32 room = (outer_ipv4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) +
		     (gue ? GUE_OCTETS : 0);

	if (bpf_xdp_adjust_head(ctx, -(int)room))
		return false;

	void *data = move_ethernet(ctx, ethernet, room);
	void *data_end = (void *)(long)ctx->data_end;

	if (!data)
		return false;

	void *outer = behind_ethernet(data, ethernet);
	struct udphdr *udp;

	if (gue) {
		payload += GUE_OCTETS;
		udp = outer + (outer_ipv4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
		if ((void *)(udp + 1) > data_end)
			return false;
		udp->source = bpf_htons(EPHEMERAL_PORT | hash >> 18);
		udp->dest = backend->port;
		udp->len = bpf_htons(payload);
		/* The inner packet has checksums of its own (IPv6: RFC 6935). */
		udp->check = 0;
		protocol = IPPROTO_UDP;
	}
	if (outer_ipv4) {
		if (outer + sizeof(struct iphdr) > data_end)
			return false;
		write_outer_ipv4(outer, backend, hash, traffic_class, protocol, payload);
		ether_type = bpf_htons(ETH_P_IP);
	} else {
		if (outer + sizeof(struct ipv6hdr) > data_end)
			return false;
		write_outer_ipv6(outer, backend, hash, traffic_class, protocol, payload);
		ether_type = bpf_htons(ETH_P_IPV6);
	}
	*(__be16 *)(outer - 2) = ether_type;
	return true;
}

/*
 * As encapsulate(), of an IPv4 packet without VLAN tags in IPv4 without UDP, and with both MAC
 * addresses of the backend.
 */
static __always_inline bool encapsulate_plain(struct xdp_md *ctx, const struct packet *packet,
					      const struct backend *backend, __u32 hash)
{
	const struct iphdr *inner = packet->ip;
	__u32 payload = bpf_ntohs(inner->tot_len);
	__u8 traffic_class = inner->tos;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct iphdr)))
		return false;

	void *data = (void *)(long)ctx->data;
	struct iphdr *outer = data + sizeof(struct ethhdr);
	const void *macs = backend->dst_mac;

	if ((void *)(outer + 1) > (void *)(long)ctx->data_end)
		return false;
	AT(__u64, data) = AT(const __u64, macs);
	AT(__u32, data + 8) = AT(const __u32, macs + 8);
	AT(__u16, data + 12) = bpf_htons(ETH_P_IP);
	write_outer_ipv4(outer, backend, hash, traffic_class, IPPROTO_IPIP, payload);
	return true;
}

#endif

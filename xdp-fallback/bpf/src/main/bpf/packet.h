/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_PACKET_H
#define TERN_PACKET_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include <stddef.h>

#include "layout.h"
#include "places.h"

/* No header begins behind it: the verifier wants to know that offsets are small. */
#define MAX_OFFSET 0x3fff

/* The longest Ethernet header: two VLAN tags. */
#define MAX_ETHERNET 22

static __always_inline __be16 ether_type_of(const struct ethhdr *eth)
{
	return AT(const __be16, (const void *)eth + offsetof(struct ethhdr, h_proto));
}

/* Where the IP header begins. */
static __always_inline void *behind_ethernet(void *frame, __u32 ethernet)
{
	return frame + sizeof(struct ethhdr) + BOUNDED(ethernet - sizeof(struct ethhdr), 15);
}

/* IPv6 extension headers that are followed; a packet with more of them is no VIP's. */
#define MAX_EXTENSIONS 4
#define EXTENSION_UNIT 8

struct vlan_header {
	__be16 tag_control;
	__be16 ether_type;
};

/* What the headers of a frame say. The pointers hold until something moves the frame. */
struct packet {
	struct ethhdr *eth;
	void *end;
	/* struct iphdr or struct ipv6hdr. */
	void *ip;
	/* What the IP packet carries. */
	void *l4;
	/* Octets in front of the IP header: 14, and 4 for each VLAN tag. */
	__u32 ethernet;
	/* Octets of IP payload from `l4` on. */
	__u32 left;
	bool ipv4;
	__u8 ttl;
};

/*
 * Where the rest of the work on a frame is, for functions of their own: the verifier looks into those
 * once, and adds up the stacks of a chain of calls.
 */
struct detour {
	/* Octets in front of the IP header. */
	__u32 ethernet;
	/* Octets in front of the ICMP header or the inner packet, and how many of IP payload are there. */
	__u32 offset;
	__u32 left;
	/* Of GUE, network order; 0: IP-in-IP. */
	__be16 port;
	bool ipv4;
	__u8 zero;
};

enum parsed {
	/* A whole UDP header, with a length that fits. */
	PARSED_UDP,
	/* A whole ICMP or ICMPv6 header. */
	PARSED_ICMP,
	/* IP-in-IP. */
	PARSED_IPIP,
	/* Nothing that is looked at; the reason says why. */
	PARSED_OTHER,
};

static __always_inline bool is_extension(__u32 next_header)
{
	return next_header == IPPROTO_HOPOPTS || next_header == IPPROTO_DSTOPTS ||
	       next_header == IPPROTO_ROUTING || next_header == IPPROTO_FRAGMENT;
}

/*
 * Follows IPv6 extension headers from `offset`, with `left` octets of IP payload: the offset behind
 * them, and above its 16 bits the header that is there. Negative: -1 less the reason why it is not
 * followed.
 */
__noinline int skip_extensions(struct xdp_md *ctx, __u32 offset, __u32 left, __u32 next_header)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;

	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		if (left < EXTENSION_UNIT || offset > MAX_OFFSET)
			return -1 - REASON_MALFORMED;

		const __u8 *extension = data + offset;

		if ((void *)(extension + EXTENSION_UNIT) > data_end)
			return -1 - REASON_MALFORMED;

		__u32 length = EXTENSION_UNIT;

		/* The second octet of a fragment header is not its length. */
		if (next_header != IPPROTO_FRAGMENT)
			length += extension[1] * EXTENSION_UNIT;
		if (length > left)
			return -1 - REASON_MALFORMED;
		/* Segments left: not yet where it is going (RFC 8200, section 4.4). */
		if (next_header == IPPROTO_ROUTING && extension[3] != 0)
			return -1 - REASON_NOT_VIP;
		/* Offset 0 without more fragments is a whole packet (RFC 6946). */
		if (next_header == IPPROTO_FRAGMENT && (extension[2] != 0 || extension[3] & 0xf9))
			return -1 - REASON_FRAGMENT;
		next_header = extension[0];
		offset += length;
		left -= length;
		if (!is_extension(next_header))
			return offset | next_header << 16;
	}
	return -1 - REASON_NOT_VIP;
}

/*
 * Parses up to the header behind IP. What is no IP, a fragment, or has lengths that lie is
 * PARSED_OTHER.
 */
static __always_inline enum parsed parse(struct xdp_md *ctx, struct packet *packet, __u32 *reason)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;

	packet->eth = eth;
	packet->end = data_end;
	*reason = REASON_MALFORMED;
	if ((void *)(eth + 1) > data_end)
		return PARSED_OTHER;

	__be16 ether_type = ether_type_of(eth);
	void *cursor = eth + 1;

	packet->ethernet = sizeof(*eth);

	if (ether_type == bpf_htons(ETH_P_8021Q) || ether_type == bpf_htons(ETH_P_8021AD)) {
		struct vlan_header *tag = cursor;

		if ((void *)(tag + 1) > data_end)
			return PARSED_OTHER;
		ether_type = tag->ether_type;
		cursor = tag + 1;
		packet->ethernet += sizeof(*tag);
		if (ether_type == bpf_htons(ETH_P_8021Q)) {
			tag = cursor;
			if ((void *)(tag + 1) > data_end)
				return PARSED_OTHER;
			ether_type = tag->ether_type;
			cursor = tag + 1;
			packet->ethernet += sizeof(*tag);
		}
	}

	packet->ip = cursor;

	__u32 left;
	__u32 protocol;

	if (ether_type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = cursor;

		if ((void *)(ip + 1) > data_end)
			return PARSED_OTHER;

		__u32 header = ip->ihl * 4;
		__u32 total = bpf_ntohs(ip->tot_len);

		if (ip->version != 4 || header < sizeof(*ip) || header > total ||
		    total > (__u64)(data_end - cursor))
			return PARSED_OTHER;
		/* MF or an offset: a part of a packet. */
		if (ip->frag_off & bpf_htons(0x3fff)) {
			*reason = REASON_FRAGMENT;
			return PARSED_OTHER;
		}
		packet->ipv4 = true;
		packet->ttl = ip->ttl;
		packet->l4 = cursor + header;
		left = total - header;
		protocol = ip->protocol;
	} else if (ether_type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = cursor;

		if ((void *)(ip + 1) > data_end)
			return PARSED_OTHER;
		left = bpf_ntohs(ip->payload_len);
		if (ip->version != 6 || left > (__u64)(data_end - (void *)(ip + 1)))
			return PARSED_OTHER;
		packet->ipv4 = false;
		packet->ttl = ip->hop_limit;
		packet->l4 = ip + 1;
		protocol = ip->nexthdr;
		if (is_extension(protocol)) {
			__u32 offset = packet->ethernet + sizeof(*ip);
			int next = skip_extensions(ctx, offset, left, protocol);

			if (next < 0) {
				*reason = -1 - next;
				return PARSED_OTHER;
			}
			left -= (next & 0xffff) - offset;
			packet->l4 = data + (next & MAX_OFFSET);
			protocol = next >> 16;
		}
	} else {
		*reason = ether_type == bpf_htons(ETH_P_ARP) ? REASON_NEIGHBOUR : REASON_NOT_VIP;
		return PARSED_OTHER;
	}
	packet->left = left;

	if (protocol == IPPROTO_UDP) {
		struct udphdr *udp = packet->l4;

		if (left < sizeof(*udp) || (void *)(udp + 1) > data_end)
			return PARSED_OTHER;

		__u32 length = bpf_ntohs(udp->len);

		if (length < sizeof(*udp) || length > left)
			return PARSED_OTHER;
		return PARSED_UDP;
	}
	*reason = REASON_NOT_VIP;
	if (protocol == (packet->ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return PARSED_ICMP;
	if (protocol == IPPROTO_IPIP || protocol == IPPROTO_IPV6)
		return PARSED_IPIP;
	return PARSED_OTHER;
}

/* Octets of UDP payload: behind them nothing is read that counts. */
static __always_inline __u32 payload_length(const struct udphdr *udp)
{
	return bpf_ntohs(udp->len) - sizeof(*udp);
}

#endif

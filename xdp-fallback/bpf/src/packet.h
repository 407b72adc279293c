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

#include "layout.h"

/* No frame is longer; the verifier wants to know that offsets are small. */
#define MAX_OFFSET 0x3fff

struct vlan_header {
	__be16 tag_control;
	__be16 ether_type;
};

/* What the headers of a frame say. The pointers hold until something moves the frame. */
struct packet {
	/* struct iphdr or struct ipv6hdr. */
	void *ip;
	/* struct udphdr. */
	void *l4;
	/* Octets in front of the IP header: 14, and 4 for each VLAN tag. */
	__u32 ethernet;
	/* Octets of UDP payload. */
	__u32 payload_length;
	bool ipv4;
	__u8 ttl;
};

enum parsed {
	PARSED_UDP,
	PARSED_ICMP,
	/* Not ours; the reason says why. */
	PARSED_OTHER,
};

/*
 * Parses up to the UDP or ICMP header. What is no IP, a fragment, or has lengths that lie is
 * PARSED_OTHER.
 */
static __always_inline enum parsed parse(void *data, void *data_end, struct packet *packet,
					 __u32 *reason)
{
	struct ethhdr *eth = data;

	*reason = REASON_MALFORMED;
	if ((void *)(eth + 1) > data_end)
		return PARSED_OTHER;

	__be16 ether_type = eth->h_proto;
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
	__u8 protocol;

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
	} else {
		*reason = ether_type == bpf_htons(ETH_P_ARP) ? REASON_NEIGHBOUR : REASON_NOT_VIP;
		return PARSED_OTHER;
	}

	if (protocol != IPPROTO_UDP) {
		*reason = REASON_NOT_VIP;
		return PARSED_OTHER;
	}

	struct udphdr *udp = packet->l4;

	if (left < sizeof(*udp) || (void *)(udp + 1) > data_end)
		return PARSED_OTHER;

	__u32 length = bpf_ntohs(udp->len);

	if (length < sizeof(*udp) || length > left)
		return PARSED_OTHER;
	packet->payload_length = length - sizeof(*udp);
	return PARSED_UDP;
}

#endif

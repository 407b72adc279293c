/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_NAT_H
#define TERN_NAT_H

#include "maps.h"
#include "packet.h"

/*
 * RFC 1624, equation 3, over the words that change: a wrong checksum stays wrong. One's complement
 * sums do not mind the byte order, so all words are as they are in memory.
 */

static __always_inline __u32 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static __always_inline __u16 adjusted(__u16 checksum, __u64 removed, __u64 added)
{
	return ~fold((__u16)~checksum + (fold(removed) ^ 0xffff) + added);
}

/* Zero means that there is none (RFC 768): it stays zero, and none becomes it. */
static __always_inline __u16 adjusted_udp(__u16 checksum, __u64 removed, __u64 added)
{
	if (checksum == 0)
		return 0;
	checksum = adjusted(checksum, removed, added);
	return checksum ? checksum : 0xffff;
}

static __always_inline __u64 sum_address(const __be32 *address, bool ipv4)
{
	__u64 sum = address[0];

	if (!ipv4)
		sum += (__u64)address[1] + address[2] + address[3];
	return sum;
}

/* Gives a packet for a backend the backend's own address and port. False: the families differ. */
static __always_inline bool nat(const struct packet *packet, const struct backend *backend)
{
	struct udphdr *udp = packet->l4;

	if (packet->ipv4 != (backend->mode == MODE_NAT_V4))
		return false;

	__u64 removed;
	__u64 added = sum_address(backend->dst_addr, packet->ipv4);

	if (packet->ipv4) {
		struct iphdr *ip = packet->ip;

		removed = ip->daddr;
		ip->check = adjusted(ip->check, removed, added);
		ip->daddr = backend->dst_addr[0];
	} else {
		struct ipv6hdr *ip = packet->ip;

		removed = sum_address(ip->daddr.in6_u.u6_addr32, false);
		__builtin_memcpy(&ip->daddr, backend->dst_addr, 16);
	}
	udp->check = adjusted_udp(udp->check, removed + udp->dest, added + backend->port);
	udp->dest = backend->port;
	return true;
}

/* Gives what a backend behind NAT sends the address and port of its VIP again. True if it was one. */
static __always_inline bool un_nat(const struct packet *packet)
{
	struct udphdr *udp = packet->l4;

	if (packet->ipv4) {
		struct iphdr *ip = packet->ip;
		struct endpoint_v4 key = { .addr = ip->saddr, .port = udp->source };
		struct endpoint_v4 *vip = bpf_map_lookup_elem(&return_path_v4, &key);

		if (!vip)
			return false;
		ip->check = adjusted(ip->check, ip->saddr, vip->addr);
		udp->check = adjusted_udp(udp->check, (__u64)ip->saddr + udp->source,
					  (__u64)vip->addr + vip->port);
		ip->saddr = vip->addr;
		udp->source = vip->port;
		return true;
	}

	struct ipv6hdr *ip = packet->ip;
	struct endpoint_v6 key = { .port = udp->source };

	__builtin_memcpy(key.addr, &ip->saddr, 16);

	struct endpoint_v6 *vip = bpf_map_lookup_elem(&return_path_v6, &key);

	if (!vip)
		return false;
	udp->check = adjusted_udp(udp->check, sum_address(key.addr, false) + udp->source,
				  sum_address(vip->addr, false) + vip->port);
	__builtin_memcpy(&ip->saddr, vip->addr, 16);
	udp->source = vip->port;
	return true;
}

#endif

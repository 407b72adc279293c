/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_NAT_H
#define TERN_NAT_H

#include "checksum.h"
#include "maps.h"
#include "packet.h"

/* Gives an IP header the backend's address as its destination. */
static __always_inline void nat_destination(const struct packet *packet,
					    const struct backend *backend)
{
	if (packet->ipv4) {
		struct iphdr *ip = packet->ip;

		ip->check = adjusted(ip->check, ip->daddr, backend->dst_addr[0]);
		ip->daddr = backend->dst_addr[0];
	} else {
		struct ipv6hdr *ip = packet->ip;

		__builtin_memcpy(&ip->daddr, backend->dst_addr, sizeof(ip->daddr));
	}
}

/* Gives a UDP packet for a backend the backend's own address and port. */
static __always_inline void nat(const struct packet *packet, const struct backend *backend)
{
	struct udphdr *udp = packet->l4;
	const __be32 *vip = packet->ipv4 ? packet->ip + offsetof(struct iphdr, daddr)
					 : packet->ip + offsetof(struct ipv6hdr, daddr);

	udp->check = adjusted_udp(udp->check, sum_address(vip, packet->ipv4) + udp->dest,
				  sum_address(backend->dst_addr, packet->ipv4) + backend->port);
	udp->dest = backend->port;
	nat_destination(packet, backend);
}

/* Gives what a backend behind NAT sends the address and port of its VIP again. True if it was one. */
static __always_inline bool un_nat(const struct packet *packet)
{
	struct udphdr *udp = packet->l4;

	if (packet->ipv4) {
		struct iphdr *ip = packet->ip;
		struct endpoint_v4 key = { .addr = ip->saddr, .port = udp->source };
		struct endpoint_v4 *vip = LOOKUP(return_path_v4, &key);

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

	__builtin_memcpy(key.addr, &ip->saddr, sizeof(key.addr));

	struct endpoint_v6 *vip = LOOKUP(return_path_v6, &key);

	if (!vip)
		return false;
	udp->check = adjusted_udp(udp->check, sum_address(key.addr, false) + udp->source,
				  sum_address(vip->addr, false) + vip->port);
	__builtin_memcpy(&ip->saddr, vip->addr, sizeof(ip->saddr));
	udp->source = vip->port;
	return true;
}

#endif

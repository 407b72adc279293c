/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_CHECKSUM_H
#define TERN_CHECKSUM_H

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

#endif

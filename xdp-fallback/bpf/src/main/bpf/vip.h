/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_VIP_H
#define TERN_VIP_H

#include "maps.h"
#include "memos.h"
#include "packet.h"

static __always_inline struct vip *find_vip_v4(__be32 addr, __be16 port, __u64 generation)
{
	struct endpoint_v4 key = { .addr = addr, .port = port };
	struct vip *vip = LOOKUP(vip_v4, &key);

	remember_vip(addr, 0, port | IS_IPV4, vip, generation);
	return vip;
}

static __always_inline struct vip *find_vip_v6(const struct in6_addr *addr, __be16 port,
					       __u64 generation)
{
	struct endpoint_v6 key = { .port = port };

	__builtin_memcpy(key.addr, addr, sizeof(key.addr));

	struct vip *vip = LOOKUP(vip_v6, &key);

	remember_vip(AT(const __u64, addr), AT(const __u64, (const void *)addr + 8), port, vip,
		     generation);
	return vip;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_SHARED_H
#define TERN_SHARED_H

#include "maps.h"
#include "packet.h"

/* Has to be read before what is remembered under it. One more than the agent's: 0 is no generation. */
static __always_inline __u64 current_generation(void)
{
	return *(const volatile __u64 *)&shared.generation + 1;
}

static __always_inline const volatile struct port_bits *port_bits_of(__be16 port)
{
	return &shared.ports[bpf_ntohs(port) >> 6 & (PORT_WORDS - 1)];
}

static __always_inline bool has_port(__u64 bits, __be16 port)
{
	return bits >> (bpf_ntohs(port) & 63) & 1;
}

#endif

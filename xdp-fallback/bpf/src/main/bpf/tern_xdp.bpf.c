// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0

/*
 * The XDP program of real servers and edges. What it wants of the kernel:
 *
 *     5.1   32-bit arithmetic (-mcpu=v3)
 *     5.2   variables in maps: shared.h
 *     5.3   bounded loops: extension headers, short frames, samples
 *     5.8   ring buffer: samples (count.h)
 *     5.9   BPF links for XDP: attached and replaced by the agent
 *     5.12  functions that are verified once, with pointers to memory (__noinline)
 *     5.13  batches of per-CPU array elements: the agent reads counters so
 *     6.10  faster, not needed: per-CPU arrays and CPU numbers without a call
 */

#include "route.h"

SEC("xdp")
int tern_xdp(struct xdp_md *ctx)
{
	return route_frame(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";

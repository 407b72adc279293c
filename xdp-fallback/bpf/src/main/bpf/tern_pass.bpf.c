// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0

/*
 * Passes everything. For the far end of a veth pair whose near end sends by XDP_TX: the kernel wakes the
 * receiver for such frames only if it has an XDP program, too (drivers/net/veth.c); without one they wait
 * for the next frame that comes another way.
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int tern_pass(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";

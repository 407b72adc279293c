// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0

#include "route.h"

SEC("xdp")
int tern_xdp(struct xdp_md *ctx)
{
	return route_frame(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_COUNT_H
#define TERN_COUNT_H

#include "maps.h"
#include "packet.h"
#include "shared.h"

static __always_inline void add(struct cell *cell, __u32 octets)
{
	if (cell) {
		cell->packets++;
		cell->octets += octets;
	}
}

/* In one of the maps of cells. */
#define count(map, index, octets)                  \
	({                                         \
		__u32 row = (index);               \
		add(LOOKUP(map, &row), octets);    \
	})

/* Puts a copy of the frame, as it is now, on the event ring. */
__noinline int copy_frame(struct xdp_md *ctx, __u32 reason)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		count(passed_cells, CELL_EVENT_LOST, 0);
		return 0;
	}

	const __u8 *data = (void *)(long)ctx->data;
	const __u8 *data_end = (void *)(long)ctx->data_end;
	__u32 captured = 0;

	for (int i = 0; i < EVENT_OCTETS; i++) {
		if (data + i + 1 > data_end)
			break;
		event->octets[i] = data[i];
		captured++;
	}
	event->time = bpf_ktime_get_ns();
	event->ifindex = ctx->ingress_ifindex;
	event->reason = reason;
	event->length = data_end - data;
	event->captured = captured;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/* Copies the frame, if it is its turn. */
__noinline int take_sample(struct xdp_md *ctx, __u32 reason)
{
	struct sample *sample = bpf_map_lookup_elem(&samples, &reason);

	if (!sample || (bpf_get_prandom_u32() & sample->mask) != 0)
		return 0;
	if (sample->interval) {
		__u64 *due = bpf_map_lookup_elem(&sample_times, &reason);
		__u64 now = bpf_ktime_get_ns();

		if (!due || *due > now + sample->burst)
			return 0;
		*due = (*due > now ? *due : now) + sample->interval;
	}
	return copy_frame(ctx, reason);
}

/* A sample of the packets of a reason, for whoever wants to know why: call it before the frame changes. */
static __always_inline void sample(struct xdp_md *ctx, __u32 reason)
{
	if (*(const volatile __u64 *)&shared.sampled >> reason & 1)
		take_sample(ctx, reason);
}

/* Of a packet that is no VIP's. */
static __always_inline int pass(struct xdp_md *ctx, __u32 reason, __u32 octets)
{
	count(passed_cells, reason, octets);
	if (reason != REASON_NOT_VIP && reason != REASON_RETURN_PATH)
		sample(ctx, reason);
	return XDP_PASS;
}

/* Of a packet to a VIP, in its row of `cells`. */
static __always_inline void count_vip(struct xdp_md *ctx, const struct vip *vip, __u32 codepoint,
				      __u32 reason, __u32 octets)
{
	count(cells, (vip->index * CODEPOINTS + codepoint) * REASON_ROOM + reason, octets);
	if (reason != REASON_ROUTED_BY_CID)
		sample(ctx, reason);
}

#endif

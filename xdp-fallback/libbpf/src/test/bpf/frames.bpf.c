/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */

/* What the tests of io.tern.libbpf load: counts frames, tells of each by a ring buffer, and returns
 * what `verdicts` says for the frame's first octet, or XDP_PASS. */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct cell {
	__u64 frames;
	__u32 octets;
};

const volatile __u32 mark = 0;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct cell);
} cells SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} verdicts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("xdp")
int count_frames(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	__u32 zero = 0;
	__u32 event[2] = { mark, end - data };
	struct cell *cell = bpf_map_lookup_elem(&cells, &zero);

	if (cell) {
		cell->frames++;
		cell->octets += end - data;
	}
	bpf_ringbuf_output(&events, event, sizeof(event), 0);
	if (data + 1 > end)
		return XDP_DROP;

	__u32 first = *(__u8 *)data;
	__u32 *verdict = bpf_map_lookup_elem(&verdicts, &first);

	*(__u8 *)data = first + 1;
	return verdict ? *verdict : XDP_PASS;
}

SEC("xdp")
int drop_all(struct xdp_md *ctx)
{
	return XDP_DROP;
}

/* The verifier has to refuse this one: it reads behind the end. */
SEC("xdp")
int reads_too_far(struct xdp_md *ctx)
{
	return *(__u32 *)(long)ctx->data;
}

char LICENSE[] SEC("license") = "GPL";

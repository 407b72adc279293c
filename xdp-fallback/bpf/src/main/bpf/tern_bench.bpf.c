// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0

/*
 * The program of tern_xdp.bpf.c for BPF_PROG_TEST_RUN with many repetitions: those run on one frame,
 * and each meets what the one before has left of it. So each repetition begins by making the frame
 * what it was, of the next flow, and ends by taking off what was put in front. The other programs
 * have these costs alone, to be subtracted; or they are sender, reference and receiver of live runs.
 */

#include "route.h"

/* Flows, as the goals of the benchmark count them. */
#define BENCH_CIDS 65536

struct bench {
	__u32 packets;
	/* Flows less one, a power of two less one. */
	__u32 mask;
	/* Servers less one, a power of two less one: the flows' CIDs are clear text, with the number
	 * of the server in the SID's first octets; 0: they are not. */
	__u32 clear_text;
	/* 1: they come from `bench_cids`. */
	__u32 from_table;
};

struct bench_cid {
	__u8 octets[20];
	__u8 zero[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct bench);
	__uint(max_entries, 1);
} bench SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct bench_cid);
	__uint(max_entries, BENCH_CIDS);
} bench_cids SEC(".maps");

/* What came back in a live run, by what it is. */
#define RECEIVED_UDP 0
#define RECEIVED_IPIP 1
#define RECEIVED_OTHER 2
#define RECEIVED_KINDS 3

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, RECEIVED_KINDS);
} bench_received SEC(".maps");

/* An IPv4 frame without options, with UDP and at least 40 octets of payload. */
static __always_inline bool renew(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u8 *payload = (void *)(ip + 1) + sizeof(struct udphdr);
	__u32 zero = 0;
	struct bench *bench_ = bpf_map_lookup_elem(&bench, &zero);

	if (!bench_ || (void *)(payload + 40) > data_end)
		return false;

	/* Not in the order of memory. */
	__u32 flow = bench_->packets++ * 2654435761u >> 8 & bench_->mask;

	/*
	 * In one piece, each field that the program reads in one: a load has to wait for smaller stores
	 * to the same octets, which no NIC makes.
	 */
	AT(__u16, data + offsetof(struct ethhdr, h_proto)) = bpf_htons(ETH_P_IP);
	ip->ttl = 64;
	ip->check = 0x1234;
	ip->saddr = bpf_htonl(0x0a000000 | flow);
	if (bench_->clear_text) {
		AT(__u64, payload + 2) = flow & bench_->clear_text;
	} else if (bench_->from_table) {
		struct bench_cid *cid = bpf_map_lookup_elem(&bench_cids, &flow);

		if (!cid)
			return false;
		AT(__u64, payload + 1) = AT(__u64, cid->octets);
		AT(__u64, payload + 9) = AT(__u64, cid->octets + 8);
		AT(__u32, payload + 17) = AT(__u32, cid->octets + 16);
	}
	return true;
}

SEC("xdp")
int bench_empty(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_TX;
}

SEC("xdp")
int bench_pass(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

/* In a live run it is the sender: each repetition is a frame of the next flow that leaves. */
SEC("xdp")
int bench_renew(struct xdp_md *ctx)
{
	return renew(ctx) ? XDP_TX : XDP_ABORTED;
}

SEC("xdp")
int bench_adjust(struct xdp_md *ctx)
{
	if (!renew(ctx) || bpf_xdp_adjust_head(ctx, -(int)sizeof(struct iphdr)) ||
	    bpf_xdp_adjust_head(ctx, sizeof(struct iphdr)))
		return XDP_ABORTED;
	return XDP_TX;
}

SEC("xdp")
int bench_route(struct xdp_md *ctx)
{
	return renew(ctx) ? route_frame(ctx) : XDP_ABORTED;
}

SEC("xdp")
int bench_route_ipip(struct xdp_md *ctx)
{
	if (!renew(ctx))
		return XDP_ABORTED;

	int verdict = route_frame(ctx);

	return bpf_xdp_adjust_head(ctx, sizeof(struct iphdr)) ? XDP_ABORTED : verdict;
}

/* Counts what comes back in a live run, and ends it. */
SEC("xdp")
int bench_receive(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 kind = RECEIVED_OTHER;

	if ((void *)(ip + 1) <= (void *)(long)ctx->data_end &&
	    eth->h_proto == bpf_htons(ETH_P_IP)) {
		if (ip->protocol == IPPROTO_UDP)
			kind = RECEIVED_UDP;
		else if (ip->protocol == IPPROTO_IPIP)
			kind = RECEIVED_IPIP;
	}

	__u64 *frames = bpf_map_lookup_elem(&bench_received, &kind);

	if (frames)
		++*frames;
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";

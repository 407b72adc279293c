/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_WORKERS_H
#define TERN_WORKERS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "layout.h"

/*
 * Keys, values and maps of the worker program: what it and io.tern.workers agree on. One set of maps
 * for each UDP address and port whose sockets share it (SO_REUSEPORT). All integers are in host byte
 * order.
 *
 * Whoever changes a layout raises WORKER_LAYOUT_VERSION: processes of another version refuse the group.
 */

#define WORKER_LAYOUT_VERSION 1

/* Slots. Packets that no CID routes cost a look at each of them. */
#define WORKERS 256
#define WORKER_SIDS 8192

/* Value of `worker_group`, which has one. */
struct worker_group {
	__u32 layout_version;
	/* Workers of older generations take no new connections. */
	__u32 accept_from;
};

/* Value of `worker_slots`. Its worker alone writes it. */
struct worker {
	/* Raised whenever a socket takes the slot: entries of `worker_sids` of its predecessor are void. */
	__u32 incarnation;
	__u32 generation;
	/* 1: takes new connections. */
	__u32 accepts;
	/* Process ID as the worker sees it, for people. */
	__u32 process;
};

/* Value of `worker_sids`. */
struct worker_sid {
	__u32 slot;
	__u32 incarnation;
};

/* Rows of `worker_cells`. */
enum worker_cell {
	/* To the worker that the CID names. */
	WORKER_BY_CID = 0,
	/* By the hash of the 4-tuple, among workers that take new connections: */
	/* not QUIC, or no codepoint that has a configuration, or too short; */
	WORKER_UNROUTABLE = 1,
	/* the CID names nobody who is registered; */
	WORKER_UNKNOWN = 2,
	/* the CID names a worker whose socket is closed. */
	WORKER_GONE = 3,
	/* No worker takes new connections: by the kernel's hash among all sockets. */
	WORKER_NONE_ACCEPTS = 4,
	WORKER_CELLS = 8,
};

/* Index: slot. A closed socket leaves by itself. */
struct {
	__uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, WORKERS);
} worker_sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct worker);
	__uint(max_entries, WORKERS);
} worker_slots SEC(".maps");

/*
 * By codepoint. `mask` has the octets of the server ID that name the worker and nothing else; `key` is
 * the codepoint; `sid_space` and `short_sid` are not used.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct cid_config);
	__uint(max_entries, CODEPOINTS);
} worker_configs SEC(".maps");

/* Key: the server ID under the configuration's mask, and the codepoint as its space. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct sid_long);
	__type(value, struct worker_sid);
	__uint(max_entries, WORKER_SIDS);
} worker_sids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct worker_group);
	__uint(max_entries, 1);
} worker_group SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, WORKER_CELLS);
} worker_cells SEC(".maps");

#endif

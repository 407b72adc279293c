/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_MAPS_H
#define TERN_MAPS_H

#include "layout.h"

/*
 * The contract's tables as maps. The loader sets the sizes that depend on the device. A pool's slots
 * and a VIP's cells are ranges of arrays, so that the hot path has two hash look-ups: the VIP and the
 * server ID.
 */

#define VIPS 1024
#define POOLS 1024
#define BACKENDS 65536
#define SERVER_IDS 65536
#define FALLBACK_SLOTS 524288
#define KEYS (POOLS * CODEPOINTS)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct endpoint_v4);
	__type(value, struct vip);
	__uint(max_entries, VIPS);
} vip_v4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct endpoint_v6);
	__type(value, struct vip);
	__uint(max_entries, VIPS);
} vip_v6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct pool);
	__uint(max_entries, POOLS);
} pools SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct sid_short);
	__type(value, struct server);
	__uint(max_entries, SERVER_IDS);
} server_id_short SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct sid_long);
	__type(value, struct server);
	__uint(max_entries, SERVER_IDS);
} server_id SEC(".maps");

/* Backend index plus one; 0 is an empty slot. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, FALLBACK_SLOTS);
} fallback SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct backend);
	__uint(max_entries, BACKENDS);
} backends SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct endpoint_v4);
	__type(value, struct endpoint_v4);
	__uint(max_entries, BACKENDS);
} return_path_v4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct endpoint_v6);
	__type(value, struct endpoint_v6);
	__uint(max_entries, BACKENDS);
} return_path_v6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct key);
	__uint(max_entries, KEYS);
} keys SEC(".maps");

#define MEMOS 16384

/* By a hash of the CID: the newest one wins. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct memo);
	__uint(max_entries, MEMOS);
} memos SEC(".maps");

/*
 * One cell for each VIP, codepoint and reason. What the contract counts are sums of them: a VIP's
 * packets over codepoints and reasons, a configuration's over the VIPs of its pool, a reason's over
 * all. So a packet costs one cell here and one of its server.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct cell);
	__uint(max_entries, VIPS * 2 * CODEPOINTS * REASON_ROOM);
} cells SEC(".maps");

/* By row of struct server: packets that the server ID routed. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct cell);
	__uint(max_entries, SERVER_IDS);
} server_cells SEC(".maps");

/* By backend: packets that the fallback sent. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct cell);
	__uint(max_entries, BACKENDS);
} backend_cells SEC(".maps");

/* By reason: packets that are no VIP's. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct cell);
	__uint(max_entries, REASON_ROOM);
} passed_cells SEC(".maps");

#endif

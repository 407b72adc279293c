/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_MAPS_H
#define TERN_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

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
#define TUNNEL_ENDS 64
#define KNOWN 65536
#define INTERFACES 512
#define EVENT_RING_OCTETS (256 * 1024)

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

/* By slot / SLOTS_OF_VALUE. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct slots);
	__uint(max_entries, FALLBACK_SLOTS / SLOTS_OF_VALUE);
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

/* By pool: packets routed by CID to another backend than the fallback would have chosen. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, POOLS);
} migrated SEC(".maps");

struct shared shared SEC(".data.shared");

/* Addresses whose echo requests are answered; the values mean nothing. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __be32);
	__type(value, __u32);
	__uint(max_entries, VIPS);
} echo_v4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __be32[4]);
	__type(value, __u32);
	__uint(max_entries, VIPS);
} echo_v6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct endpoint_v4);
	__type(value, struct tunnel_end);
	__uint(max_entries, TUNNEL_ENDS);
} tunnel_end_v4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct endpoint_v6);
	__type(value, struct tunnel_end);
	__uint(max_entries, TUNNEL_ENDS);
} tunnel_end_v6 SEC(".maps");

/* Where unroutable DCIDs and 4-tuples of stateful VIPs went: bounded, the oldest makes room. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct known_dcid);
	__type(value, struct known);
	__uint(max_entries, KNOWN);
} known_dcids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct known_tuple);
	__type(value, struct known);
	__uint(max_entries, KNOWN);
} known_tuples SEC(".maps");

/* Interfaces that packets may leave by: index to itself. Others cost more, and work too. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, INTERFACES);
} interfaces SEC(".maps");

/* By reason; struct shared says which of them are enabled. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct sample);
	__uint(max_entries, REASON_ROOM);
} samples SEC(".maps");

/* By reason: when the next sample would be due if all came evenly (GCRA). */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, REASON_ROOM);
} sample_times SEC(".maps");

/* Records are struct event. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, EVENT_RING_OCTETS);
} events SEC(".maps");

#endif

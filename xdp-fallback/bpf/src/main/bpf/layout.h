/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_LAYOUT_H
#define TERN_LAYOUT_H

#include <linux/types.h>

/*
 * Keys and values of the maps: what the agent and the BPF programs agree on. All sizes are fixed and
 * there is no hidden padding, so that the bytes are the same whoever writes them. Integers are in
 * host byte order unless they say network order.
 *
 * The agent finds fields by these names, in the object's type information; maps of another layout are
 * read by theirs, and written anew.
 */

/* Cells of the contract's counter `reason`, in its order. */
enum reason {
	REASON_NOT_VIP = 0,
	REASON_FRAGMENT = 1,
	REASON_MALFORMED = 2,
	REASON_STEER_LOCAL = 3,
	REASON_ROUTED_BY_CID = 4,
	REASON_NOT_QUIC = 5,
	REASON_FALLBACK_CID_TOO_SHORT = 6,
	REASON_FALLBACK_UNKNOWN_CODEPOINT = 7,
	REASON_FALLBACK_UNKNOWN_SERVER = 8,
	REASON_NO_FALLBACK = 9,
	REASON_TTL_EXPIRED = 10,
	REASON_DANGLING_BACKEND = 11,
	REASON_PACKET_OUT = 12,
	REASON_FALLBACK_CID_LENGTH_MISMATCH = 13,
	REASON_KNOWN_DCID = 14,
	REASON_KNOWN_TUPLE = 15,
	REASON_ICMP_BY_CID = 16,
	REASON_ICMP_FALLBACK = 17,
	REASON_ICMP_REPLICATED = 18,
	REASON_ICMP_ECHO = 19,
	REASON_RETURN_PATH = 20,
	REASON_NEIGHBOUR = 21,
	REASON_WRONG_FAMILY = 22,
	REASON_COUNT = 23,
	/* Room for new ones; a power of two, so that an index is a shift. */
	REASON_ROOM = 32,
};

/* Codepoints 0 to 6 have configurations; packets without one count under 7. */
#define CODEPOINTS 8
#define CODEPOINT_UNROUTABLE 7

/* Key of `vip_v4`, of `return_path_v4`. Network order. */
struct endpoint_v4 {
	__be32 addr;
	__be16 port;
	__u16 zero;
};

/* Key of `vip_v6`, of `return_path_v6`. Network order. */
struct endpoint_v6 {
	__be32 addr[4];
	__be16 port;
	__u16 zero;
};

#define VIP_STEER_ONLY 0x01
#define VIP_COUNT_MIGRATED 0x02

struct vip {
	/* Row of `cells`. */
	__u32 index;
	/* Index of `pools` and of `migrated`; never 0. */
	__u32 pool;
	/* First slot in `fallback`, and number of slots less one. */
	__u32 fallback_base;
	__u32 fallback_mask;
	__u32 flags;
	__u32 zero;
	/* Nanoseconds that `known_dcids` and `known_tuples` count; 0: the VIP is not stateful. */
	__u64 state_timeout;
};

#define SLOTS_OF_VALUE 4

/*
 * Value of `fallback`: four slots side by side. The kernel gives a smaller value eight octets as well,
 * and what decides about a packet of a new flow is how much of the array the caches hold. Each is the
 * index of the backend that owns it, plus one; 0: nobody.
 */
struct slots {
	__u16 owner[SLOTS_OF_VALUE];
};

/*
 * By port >> 6: bit (port & 63) of each word says that there may be an entry with the port. So that
 * most of what is not ours costs no hash.
 */
struct port_bits {
	/* Destination ports in `vip_v4` and `vip_v6`. */
	__u64 vip;
	/* Source ports in `return_path_v4` and `return_path_v6`. */
	__u64 return_path;
	/* Destination ports of GUE in `tunnel_end_v4` and `tunnel_end_v6`. */
	__u64 tunnel_end;
	__u64 zero;
};

#define PORT_WORDS 1024

/*
 * The one value of the map `.data.shared`: a variable, which costs no look-up. The agent writes all of
 * it at once; each word changes by itself.
 */
struct shared {
	/*
	 * CPUs have memos of entries of `vip_v4`, `vip_v6`, `pools`, `server_id`, `server_id_short` and
	 * `backends`, and of addresses that are no VIP's. They hold as long as this is what it was:
	 * whoever changes or deletes one of those entries, or adds a VIP, raises it afterwards.
	 */
	__u64 generation;
	/* Bit by reason: `samples` has it enabled. */
	__u64 sampled;
	__u64 zero[6];
	/* Whoever adds an entry with a port sets its bit before; it may go when the last one is gone. */
	struct port_bits ports[PORT_WORDS];
};

enum algorithm {
	ALGORITHM_NONE = 0,
	ALGORITHM_PLAINTEXT = 1,
	ALGORITHM_SINGLE_PASS = 2,
	ALGORITHM_FOUR_PASS = 3,
};

struct cid_config {
	__u8 algorithm;
	/* Of the whole CID, its first octet included. */
	__u8 cid_length;
	/* 1: the low five bits of the first octet are cid_length - 1. */
	__u8 check_length;
	/* 1: the SID is longer than the nonce (four-pass). */
	__u8 fourth_pass;
	__u16 sid_space;
	/* 1: SIDs have up to six octets and are in `server_id_short`. */
	__u16 short_sid;
	/* Octets of the SID behind the CID's first octet, in memory order. */
	__u64 mask[2];
	/* Of the two halves of a four-pass CID, in memory order; octets in front of the right one. */
	__u64 left_mask[2];
	__u64 right_mask[2];
	__u32 right_offset;
	/* Index of `keys`. */
	__u32 key;
	/* Never that of any other configuration there was: memos are its. 0: CIDs are decoded anew. */
	__u64 generation;
};

/* Value of `pools`: the configurations of a pool. */
struct pool {
	struct cid_config config[CODEPOINTS];
};

/* Key of `server_id_short`: SIDs of up to six octets, zeros behind. */
struct sid_short {
	__u16 space;
	__u8 sid[6];
};

/* Key of `server_id`: longer ones. */
struct sid_long {
	__u8 sid[15];
	__u8 zero;
	__u16 space;
	__u8 zeros[6];
};

struct server {
	/* Index of `backends`. */
	__u32 backend;
	/* Row of `server_cells`. */
	__u32 cell;
};

enum mode {
	MODE_NONE = 0,
	MODE_L2 = 1,
	MODE_IPIP_V4 = 2,
	MODE_IPIP_V6 = 3,
	MODE_GUE_V4 = 4,
	MODE_GUE_V6 = 5,
	MODE_NAT_V4 = 6,
	MODE_NAT_V6 = 7,
	MODE_LOCAL = 8,
};

/* There is an entry in `serving_backend`: what is remembered of the backend counts. */
#define BACKEND_SERVES 0x01

/*
 * What few packets want comes first: the values of an array begin eight octets before a cache line
 * (Linux 6.18), and what the others want is in one.
 */
struct backend {
	__u32 flags;
	/* Of the contract; what is remembered of an index holds only for the ID that it had then. */
	__u32 id;
	/* MODE_NONE: no entry in `backend`. */
	__u32 mode;
	/* Where its packets leave; the interface that they came in by is XDP_TX. */
	__u32 ifindex;
	__u8 dst_mac[6];
	/* Zero: the source MAC address stays. */
	__u8 src_mac[6];
	/* GUE or NAT, network order. */
	__be16 port;
	__be16 src_entropy_mask;
	/* Outer addresses or that of NAT, network order; IPv4 in the first. */
	__be32 src_addr[4];
	__be32 dst_addr[4];
};

/*
 * AES-128: the round keys in the order of use, words in memory order. For single-pass CIDs those of the
 * equivalent inverse cipher.
 */
struct key {
	__u32 round[44];
};

/*
 * Value of `tunnel_end_v4` and `tunnel_end_v6`, whose keys are the outer destination address with
 * port 0 for IP-in-IP or with the port of GUE: packets from `src_addr` under `src_mask` (IPv4 in the
 * first word) are taken out of the tunnel. Network order.
 */
struct tunnel_end {
	__be32 src_addr[4];
	__be32 src_mask[4];
};

/* Keys of `known_dcids` and `known_tuples`, and their value. */
struct known_dcid {
	__u32 pool;
	/* The first eight octets. */
	__u8 dcid[8];
};

struct known_tuple {
	__u32 pool;
	__u32 flow_hash;
};

struct known {
	__u32 backend;
	/* struct backend.id. */
	__u32 backend_id;
	/* CLOCK_MONOTONIC of the last packet, nanoseconds. */
	__u64 time;
};

/*
 * Value of `samples`, by reason: one of `mask` + 1 packets (a power of two), no more than one in
 * `interval` nanoseconds and CPU on average, and up to `burst` nanoseconds' worth at once; interval 0:
 * no limit.
 */
struct sample {
	__u32 mask;
	__u32 zero;
	__u64 interval;
	__u64 burst;
};

/* Octets of a frame in a record of `events`. */
#define EVENT_OCTETS 256

/* A record of `events`: a frame as it came, or the front of it. */
struct event {
	/* CLOCK_MONOTONIC, nanoseconds. */
	__u64 time;
	__u32 ifindex;
	__u32 reason;
	/* Of the frame, and how many of them are here. */
	__u32 length;
	__u32 captured;
	__u8 octets[EVENT_OCTETS];
};

/* Per CPU. */
struct cell {
	__u64 packets;
	__u64 octets;
};

/*
 * Rows of `passed_cells` that are no reasons of the contract: what happened beside. A packet that is
 * taken out of a tunnel counts here and, as what came out, under its reason.
 */
#define CELL_DECAPSULATED 24
/* Of the tunnel, but not from an address that it takes packets from, or not an IP packet: passed. */
#define CELL_TUNNEL_REJECTED 25
/* Congestion was marked on the outer header, and the inner one cannot say so (RFC 6040): dropped. */
#define CELL_TUNNEL_CONGESTED 26
/* No room for the outer headers: dropped. */
#define CELL_NO_HEADROOM 27
/* Sampled, but `events` was full. */
#define CELL_EVENT_LOST 28

#endif

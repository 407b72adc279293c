/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_STATE_H
#define TERN_STATE_H

#include "maps.h"
#include "packet.h"

/* A DCID counts by its first eight octets, since a short header does not say how long it is. */
#define KNOWN_DCID_OCTETS 8

/* An unroutable packet of a stateful VIP. */
struct unroutable {
	__u64 timeout;
	__u64 dcid;
	__u32 pool;
	__u32 flow_hash;
	/* By the fallback, plus one, 0 if nobody; becomes what is remembered. */
	__u32 owner;
	/* In: why the CID does not route. */
	__u32 reason;
	/* `dcid` has all its octets, and DTLS, STUN or ZRTP (RFC 9443) have not the same in its place. */
	bool has_dcid;
	/*
	 * It is a DCID for certain: behind a short header there may be a shorter one and ciphertext, or
	 * no QUIC at all.
	 */
	bool says_dcid;
	/* What an ICMP error quotes asks, and leaves nothing behind. */
	bool icmp;
	__u8 zero[5];
};

/* Plus one; 0: nobody, too old, not that backend any more, or one that serves nobody. */
static __always_inline __u32 owner_of(const struct known *known, __u64 now, __u64 timeout,
				      bool *live)
{
	*live = known && now - known->time < timeout;
	if (!*live)
		return 0;

	__u32 index = known->backend;
	struct backend *backend = bpf_map_lookup_elem(&backends, &index);

	if (!backend || backend->id != known->backend_id || !(backend->flags & BACKEND_SERVES))
		return 0;
	return index + 1;
}

/*
 * Steps 3 and 4 of the forwarding order in draft-ietf-quic-load-balancers: where the DCID went, else
 * where the 4-tuple went; and remembers where they go now. LRU maps: a flood of new ones pushes out
 * what has been silent longest.
 */
__noinline int recall(struct unroutable *packet)
{
	if (!packet)
		return -1;

	__u64 now = bpf_ktime_get_ns();
	struct known_dcid dcid_key = { .pool = packet->pool };
	struct known_tuple tuple_key = { .pool = packet->pool, .flow_hash = packet->flow_hash };
	struct known *by_dcid = NULL;
	struct known *by_tuple = bpf_map_lookup_elem(&known_tuples, &tuple_key);
	bool live = false, knows_dcid = false;
	__u32 owner = 0;
	__u32 reason = REASON_KNOWN_DCID;

	if (packet->has_dcid) {
		__builtin_memcpy(dcid_key.dcid, &packet->dcid, sizeof(dcid_key.dcid));
		by_dcid = bpf_map_lookup_elem(&known_dcids, &dcid_key);
		owner = owner_of(by_dcid, now, packet->timeout, &knows_dcid);
	}
	if (!knows_dcid) {
		owner = owner_of(by_tuple, now, packet->timeout, &live);
		reason = REASON_KNOWN_TUPLE;
	}
	if (owner) {
		packet->owner = owner;
		packet->reason = reason;
	}
	if (packet->icmp || packet->owner == 0)
		return 0;

	__u32 index = packet->owner - 1;
	struct backend *backend = bpf_map_lookup_elem(&backends, &index);

	if (!backend)
		return 0;

	struct known known = { .backend = index, .backend_id = backend->id, .time = now };

	if (by_tuple)
		*by_tuple = known;
	else
		bpf_map_update_elem(&known_tuples, &tuple_key, &known, BPF_ANY);
	if (!packet->has_dcid || !(knows_dcid || packet->says_dcid))
		return 0;
	if (by_dcid)
		*by_dcid = known;
	else
		bpf_map_update_elem(&known_dcids, &dcid_key, &known, BPF_ANY);
	return 0;
}

#endif

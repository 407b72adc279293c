/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_CID_H
#define TERN_CID_H

#include "decode.h"
#include "packet.h"

#define LONG_HEADER 0x80
/* RFC 9000, section 17.3. */
#define FIXED_BIT 0x40
/* First octet, version, DCID length: RFC 8999, section 5.1. */
#define LONG_HEADER_DCID 6
#define SHORT_HEADER_DCID 1
/* The longest CID that QUIC-LB has. */
#define MAX_CID 20

/* As load_cid, at the end of a frame; a function of its own, because the verifier follows each length. */
__noinline int load_cid_at_end(struct xdp_md *ctx, __u32 offset, struct cid *cid)
{
	const __u8 *data_end = (void *)(long)ctx->data_end;
	const __u8 *start = (void *)(long)ctx->data;
	union {
		__u64 word[3];
		__u8 octet[24];
	} tail = {};

	if (!cid || offset > MAX_OFFSET)
		return -1;
	start += offset + 1;
	for (int i = 0; i < MAX_CID - 1; i++) {
		if (start + i + 1 > data_end)
			break;
		tail.octet[i] = start[i];
	}
	cid->word[0] = tail.word[0];
	cid->word[1] = tail.word[1];
	cid->tail = tail.word[2];
	return 0;
}

/*
 * The octets of a CID from `start` on, of which the first is in the frame. They may reach past the
 * CID, and past the UDP payload: the masks of the CID's configuration take care of that. Behind the
 * frame there are zeros.
 */
static __always_inline void load_cid(struct xdp_md *ctx, const struct packet *packet,
				     const __u8 *start, struct cid *cid)
{
	cid->first = start[0];
	if ((void *)(start + MAX_CID) <= packet->end) {
		cid->word[0] = AT(const __u64, start + 1);
		cid->word[1] = AT(const __u64, start + 9);
		cid->tail = AT(const __u32, start + 16) >> 8;
	} else {
		load_cid_at_end(ctx, start - (const __u8 *)packet->eth, cid);
	}
}

/*
 * Reads the destination connection ID of a UDP payload, by what all versions of QUIC have in common
 * and by nothing else. A short header does not say how long its DCID is: everything behind the first
 * octet counts. False: not QUIC, or no octet of DCID, as *reason says.
 */
static __always_inline bool read_cid(struct xdp_md *ctx, const struct packet *packet,
				     struct cid *cid, __u32 *reason)
{
	const struct udphdr *udp = packet->l4;
	const void *data_end = packet->end;
	const __u8 *octets = (const void *)(udp + 1);
	__u32 length = payload_length(udp);

	*reason = REASON_NOT_QUIC;
	if (length == 0 || (const void *)(octets + 1) > data_end)
		return false;
	cid->header = octets[0];
	if (octets[0] & LONG_HEADER) {
		if (length < LONG_HEADER_DCID ||
		    (const void *)(octets + LONG_HEADER_DCID) > data_end)
			return false;
		cid->length = octets[LONG_HEADER_DCID - 1];
		if (LONG_HEADER_DCID + cid->length > length)
			return false;
		octets += LONG_HEADER_DCID;
	} else {
		cid->length = length - SHORT_HEADER_DCID;
		octets += SHORT_HEADER_DCID;
	}
	if (cid->length == 0) {
		*reason = REASON_FALLBACK_CID_TOO_SHORT;
		return false;
	}
	if ((const void *)(octets + 1) > data_end)
		return false;
	load_cid(ctx, packet, octets, cid);
	return true;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_CID_H
#define TERN_CID_H

#include "decode.h"
#include "maps.h"
#include "packet.h"

#define LONG_HEADER 0x80
/* First octet, version, DCID length: RFC 8999, section 5.1. */
#define LONG_HEADER_DCID 6
#define SHORT_HEADER_DCID 1

/*
 * Reads the destination connection ID of a UDP payload, by what all versions of QUIC have in common
 * and by nothing else. A short header does not say how long its DCID is: everything behind the first
 * octet counts. False: not QUIC, or no octet of DCID (cid->length 0 tells them apart).
 */
static __always_inline bool read_cid(void *payload, void *data_end, __u32 payload_length,
				     struct cid *cid, __u32 *reason)
{
	__u8 *octets = payload;
	__u8 *start;

	*reason = REASON_NOT_QUIC;
	if (payload_length == 0 || (void *)(octets + 1) > data_end)
		return false;
	if (octets[0] & LONG_HEADER) {
		if (payload_length < LONG_HEADER_DCID ||
		    (void *)(octets + LONG_HEADER_DCID) > data_end)
			return false;
		cid->length = octets[5];
		if (LONG_HEADER_DCID + cid->length > payload_length)
			return false;
		start = octets + LONG_HEADER_DCID;
	} else {
		cid->length = payload_length - SHORT_HEADER_DCID;
		start = octets + SHORT_HEADER_DCID;
	}
	if (cid->length == 0) {
		*reason = REASON_FALLBACK_CID_TOO_SHORT;
		return false;
	}
	if ((void *)(start + 20) <= data_end) {
		/* May reach past the CID: the masks of its configuration take care of that. */
		cid->first = start[0];
		cid->word[0] = *(__u64 *)(start + 1);
		cid->word[1] = *(__u64 *)(start + 9);
		cid->tail = *(__u32 *)(start + 16) >> 8;
		return true;
	}
	/* The end of a short frame. */
	__u8 copy[20] = {};

#pragma unroll
	for (int i = 0; i < 20; i++) {
		if ((void *)(start + i + 1) > data_end)
			break;
		copy[i] = start[i];
	}
	cid->first = copy[0];
	__builtin_memcpy(&cid->word[0], copy + 1, 8);
	__builtin_memcpy(&cid->word[1], copy + 9, 8);
	cid->tail = 0;
	__builtin_memcpy(&cid->tail, copy + 17, 3);
	return true;
}

/* The server that a CID names; NULL if none, and *reason says why. */
static __always_inline struct server *find_server(const struct cid_config *config,
						  const struct cid *cid, __u32 *reason)
{
	if (config->algorithm == ALGORITHM_NONE) {
		*reason = REASON_FALLBACK_UNKNOWN_CODEPOINT;
		return NULL;
	}
	if (cid->length < config->cid_length) {
		*reason = REASON_FALLBACK_CID_TOO_SHORT;
		return NULL;
	}
	if (config->check_length && (cid->first & 0x1f) + 1 != config->cid_length) {
		*reason = REASON_FALLBACK_CID_LENGTH_MISMATCH;
		return NULL;
	}

	struct sid sid = {};

	if (config->algorithm == ALGORITHM_PLAINTEXT) {
		sid.word[0] = cid->word[0] & config->mask[0];
		sid.word[1] = cid->word[1] & config->mask[1];
	} else if (decrypt(config, cid, &sid)) {
		*reason = REASON_FALLBACK_UNKNOWN_SERVER;
		return NULL;
	}

	struct server *server;

	if (config->short_sid) {
		__u64 key = sid.word[0] << 16 | config->sid_space;

		server = bpf_map_lookup_elem(&server_id_short, &key);
	} else {
		__u64 key[3] = { sid.word[0], sid.word[1], config->sid_space };

		server = bpf_map_lookup_elem(&server_id, key);
	}
	*reason = server ? REASON_ROUTED_BY_CID : REASON_FALLBACK_UNKNOWN_SERVER;
	return server;
}

#endif

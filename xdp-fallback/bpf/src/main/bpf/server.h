/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_SERVER_H
#define TERN_SERVER_H

#include "cid.h"
#include "maps.h"

/* The server that a CID of the configuration names; NULL if none, and *reason says why. */
static __always_inline struct server *find_server(const struct cid_config *config,
						  const struct cid *cid, __u64 generation,
						  __u32 *reason)
{
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

	__u64 tag = generation << 16 | config->sid_space;
	__u32 index = ((sid.word[0] ^ sid.word[1] * 0xff51afd7ed558ccdull ^ tag) *
		       0x9e3779b97f4a7c15ull) >> 50;
	struct server_memo *memo = bpf_map_lookup_elem(&server_memos, &index);

	*reason = REASON_ROUTED_BY_CID;
	if (memo && memo->sid[0] == sid.word[0] && memo->sid[1] == sid.word[1] &&
	    memo->tag == tag)
		return &memo->server;

	struct server *server;

	if (config->short_sid) {
		__u64 key = sid.word[0] << 16 | config->sid_space;

		server = LOOKUP(server_id_short, &key);
	} else {
		__u64 key[3] = { sid.word[0], sid.word[1], config->sid_space };

		server = LOOKUP(server_id, key);
	}
	if (!server) {
		*reason = REASON_FALLBACK_UNKNOWN_SERVER;
		return NULL;
	}
	if (memo) {
		memo->tag = tag;
		memo->sid[0] = sid.word[0];
		memo->sid[1] = sid.word[1];
		memo->server = *server;
	}
	return server;
}

/*
 * The server that the CID names by its pool's configurations; NULL if none. *codepoint becomes that of
 * the configuration, or CODEPOINT_UNROUTABLE if there is none for the CID.
 */
static __always_inline struct server *route_by_cid(__u32 pool_index, const struct cid *cid,
						   __u64 generation, __u32 *codepoint,
						   __u32 *reason)
{
	__u32 first = cid->first >> 5;
	struct pool *pool = bpf_map_lookup_elem(&pools, &pool_index);

	*codepoint = CODEPOINT_UNROUTABLE;
	*reason = REASON_FALLBACK_UNKNOWN_CODEPOINT;
	if (!pool || first == CODEPOINT_UNROUTABLE)
		return NULL;

	const struct cid_config *config = &pool->config[first & (CODEPOINTS - 1)];

	if (config->algorithm == ALGORITHM_NONE)
		return NULL;
	*codepoint = first;
	return find_server(config, cid, generation, reason);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_SERVER_H
#define TERN_SERVER_H

#include "cid.h"
#include "maps.h"
#include "memos.h"

/* The SID in a CID of the configuration. False: it has none, and *reason says why. */
static __always_inline bool read_sid(const struct cid_config *config, const struct cid *cid,
				     struct sid *sid, __u32 *reason)
{
	if (cid->length < config->cid_length) {
		*reason = REASON_FALLBACK_CID_TOO_SHORT;
		return false;
	}
	if (config->check_length && (cid->first & 0x1f) + 1 != config->cid_length) {
		*reason = REASON_FALLBACK_CID_LENGTH_MISMATCH;
		return false;
	}
	if (config->algorithm == ALGORITHM_PLAINTEXT) {
		sid->word[0] = cid->word[0] & config->mask[0];
		sid->word[1] = cid->word[1] & config->mask[1];
	} else {
		sid->word[0] = 0;
		sid->word[1] = 0;
		if (decrypt(config, cid, sid)) {
			*reason = REASON_FALLBACK_UNKNOWN_SERVER;
			return false;
		}
	}
	return true;
}

/* The server that a CID of the configuration names; NULL if none, and *reason says why. */
static __always_inline struct server *find_server(const struct cid_config *config,
						  const struct cid *cid, __u64 generation,
						  __u32 *reason)
{
	struct sid sid;

	if (!read_sid(config, cid, &sid, reason))
		return NULL;

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
	*reason = REASON_ROUTED_BY_CID;
	remember_server(sid.word, generation << 16 | config->sid_space, server);
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

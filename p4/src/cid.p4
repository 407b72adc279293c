// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_CID_P4
#define TERN_CID_P4

#include "aes128.p4"

// Reads the server ID in the destination connection ID (draft-ietf-quic-load-balancers).
// meta.backend_id stays 0 if it names none; meta.reason says why.
control Cid(in headers_t hdr, inout metadata_t meta) {
    @id(0x13000003)
    direct_counter(CounterType.packets_and_bytes) cid_config_counter;
    @id(0x13000004)
    direct_counter(CounterType.packets_and_bytes) server_id_counter;

    // Sets the SID space, the shortest CID of the configuration and, from a clear-text CID, the
    // server ID. `sid_mask` covers the SID's octets, left aligned: no shift, and one action for
    // every length. Long enough CIDs have all of these octets. `check_length` asks that the low five
    // bits of the first octet give the number of octets behind it (length self-description).
    @id(0x01000003)
    action decode_plaintext(
        @id(1) bit<16> sid_space,
        @id(2) bit<120> sid_mask,
        @id(3) bit<8> min_cid_length,
        @id(4) bit<1> check_length
    ) {
        meta.sid_space = sid_space;
        meta.server_id = hdr.cid.tail[151:32] & sid_mask;
        meta.min_cid_length = min_cid_length;
        meta.check_length = check_length;
    }

#if WITH_SINGLE_PASS || WITH_FOUR_PASS
    aes128_t aes;
#include "aes128_linear.p4"
#endif

#if WITH_SINGLE_PASS
#include "aes128_decrypt.p4"
#include "single_pass.p4"
#endif

#if WITH_FOUR_PASS
#include "aes128_encrypt.p4"
#include "four_pass.p4"
#endif

    @id(0x02000003)
    @entry_restriction("codepoint != 7")
    table cid_config {
        key = {
            meta.pool_id: exact @id(1) @name("pool_id");
            hdr.cid.codepoint: exact @id(2) @name("codepoint");
        }
        actions = {
            decode_plaintext;
#if WITH_SINGLE_PASS
            decode_single_pass;
#endif
#if WITH_FOUR_PASS
            decode_four_pass;
#endif
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        counters = cid_config_counter;
        size = CID_CONFIG_SIZE;
    }

    // Sets the backend that the server ID names.
    @id(0x01000004)
    action to_backend(@id(1) @refers_to(backend, backend_id) bit<32> backend_id) {
        meta.backend_id = backend_id;
        meta.reason = REASON_ROUTED_BY_CID;
    }

    @id(0x02000004)
    table server_id {
        key = {
            meta.sid_space: exact @id(1) @name("sid_space");
            meta.server_id: exact @id(2) @name("server_id");
        }
        actions = {
            to_backend;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        counters = server_id_counter;
        size = SERVER_ID_SIZE;
    }

    apply {
        // Without a CID, the parser has said why.
        if (hdr.cid.isValid()) {
            if (hdr.cid.codepoint == CODEPOINT_UNROUTABLE) {
                meta.reason = REASON_FALLBACK_UNKNOWN_CODEPOINT;
            } else if (!cid_config.apply().hit) {
                meta.reason = REASON_FALLBACK_UNKNOWN_CODEPOINT;
            } else if (meta.cid_length < (bit<16>) meta.min_cid_length) {
                meta.reason = REASON_FALLBACK_CID_TOO_SHORT;
            } else if (meta.check_length == 1
                && (bit<8>) hdr.cid.length_or_random + 1 != meta.min_cid_length) {
                meta.reason = REASON_FALLBACK_CID_LENGTH_MISMATCH;
            } else if (!server_id.apply().hit) {
                meta.reason = REASON_FALLBACK_UNKNOWN_SERVER;
            }
        }
        if (hdr.icmp.isValid()) {
            if (meta.backend_id == 0) {
                meta.reason = REASON_ICMP_FALLBACK;
            } else {
                meta.reason = REASON_ICMP_BY_CID;
            }
        }
    }
}

#endif

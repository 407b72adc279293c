// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_CID_P4
#define TERN_CID_P4

// Reads the server ID in the destination connection ID (draft-ietf-quic-load-balancers).
// `routable` says whether meta.backend_id is set; meta.reason says why, or why not.
control Cid(in headers_t hdr, inout metadata_t meta, out bool routable) {
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
        meta.server_id = meta.cid_tail[151:32] & sid_mask;
        meta.min_cid_length = min_cid_length;
        meta.check_length = check_length == 1;
    }

#if WITH_SINGLE_PASS
    // The same of a CID whose SID and nonce are one AES-128 block.
    @id(0x01000013)
    action decode_single_pass(
        @id(1) bit<16> sid_space,
        @id(2) bit<120> sid_mask,
        @id(3) bit<8> min_cid_length,
        @id(4) bit<1> check_length,
        @id(5) bit<128> round_key_0,
        @id(6) bit<128> round_key_1,
        @id(7) bit<128> round_key_2,
        @id(8) bit<128> round_key_3,
        @id(9) bit<128> round_key_4,
        @id(10) bit<128> round_key_5,
        @id(11) bit<128> round_key_6,
        @id(12) bit<128> round_key_7,
        @id(13) bit<128> round_key_8,
        @id(14) bit<128> round_key_9,
        @id(15) bit<128> round_key_10
    ) {
        meta.sid_space = sid_space;
        meta.min_cid_length = min_cid_length;
        meta.check_length = check_length == 1;
    }
#endif

#if WITH_FOUR_PASS
    // The same of a CID that four passes of a Feistel network made.
    @id(0x01000014)
    action decode_four_pass(
        @id(1) bit<16> sid_space,
        @id(2) bit<120> sid_mask,
        @id(3) bit<8> min_cid_length,
        @id(4) bit<1> check_length,
        @id(5) bit<8> half_shift,
        @id(6) bit<80> left_mask,
        @id(7) bit<80> right_mask,
        @id(8) bit<1> fourth_pass,
        @id(9) bit<128> round_key_0,
        @id(10) bit<128> round_key_1,
        @id(11) bit<128> round_key_2,
        @id(12) bit<128> round_key_3,
        @id(13) bit<128> round_key_4,
        @id(14) bit<128> round_key_5,
        @id(15) bit<128> round_key_6,
        @id(16) bit<128> round_key_7,
        @id(17) bit<128> round_key_8,
        @id(18) bit<128> round_key_9,
        @id(19) bit<128> round_key_10
    ) {
        meta.sid_space = sid_space;
        meta.min_cid_length = min_cid_length;
        meta.check_length = check_length == 1;
    }
#endif

    @id(0x02000003)
    @entry_restriction("codepoint != 7")
    table cid_config {
        key = {
            meta.pool_id: exact @id(1) @name("pool_id");
            hdr.cid_first_octet.codepoint: exact @id(2) @name("codepoint");
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
        routable = false;
        if (!meta.quic) {
            meta.reason = REASON_NOT_QUIC;
        } else if (meta.cid_length == 0) {
            meta.reason = REASON_FALLBACK_CID_TOO_SHORT;
        } else if (hdr.cid_first_octet.codepoint == CODEPOINT_UNROUTABLE) {
            meta.reason = REASON_FALLBACK_UNKNOWN_CODEPOINT;
        } else if (!cid_config.apply().hit) {
            meta.reason = REASON_FALLBACK_UNKNOWN_CODEPOINT;
        } else if (meta.cid_length < (bit<16>) meta.min_cid_length) {
            meta.reason = REASON_FALLBACK_CID_TOO_SHORT;
        } else if (meta.check_length
            && (bit<8>) hdr.cid_first_octet.length_or_random + 1 != meta.min_cid_length) {
            meta.reason = REASON_FALLBACK_CID_LENGTH_MISMATCH;
        } else if (!server_id.apply().hit) {
            meta.reason = REASON_FALLBACK_UNKNOWN_SERVER;
        } else {
            meta.reason = REASON_ROUTED_BY_CID;
            routable = true;
        }
        if (meta.icmp_error) {
            meta.reason = routable ? (bit<32>) REASON_ICMP_BY_CID : REASON_ICMP_FALLBACK;
        }
    }
}

#endif

// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_STATE_P4
#define TERN_STATE_P4

#if WITH_STATE

// Where unroutable DCIDs and 4-tuples went before: steps 3 and 4 of the forwarding order in
// draft-ietf-quic-load-balancers, so that a connection with such CIDs survives a change of the pool
// and, by its DCID, a change of its client's address.
//
// Two tables of STATE_SIZE cells. A cell is its owner's until the pool's time-out after its last
// packet; who meets a cell that is somebody else's is not remembered. A DCID counts by its first
// eight octets, since a short header does not say how long it is; shorter ones are not remembered.
// Only long headers make a DCID known: behind a short header there may be a shorter one and
// ciphertext, or no QUIC at all. And only those with QUIC's fixed bit (RFC 9000, section 17.3) ask:
// DTLS, STUN and ZRTP have it clear (RFC 9443), and octets in that place that all of their clients
// send. A 4-tuple counts by its CRC-32: those that share it share their slot as well.
//
// meta.backend_id is what the fallback says, 0 if nothing, and becomes what is remembered.
control State(inout headers_t hdr, inout metadata_t meta, in standard_metadata_t standard_metadata) {
    const bit<64> CRC32_RANGE = 0x100000000;
    const bit<16> DCID_OCTETS = 8;

    // Pool (16), first octets of the DCID (64), backend (32), microseconds of the last packet (48).
    @id(0x16000001)
    register<bit<160>>(STATE_SIZE) known_dcids;
    // Pool (16), CRC-32 of the 4-tuple (32), backend (32), microseconds of the last packet (48).
    @id(0x16000002)
    register<bit<128>>(STATE_SIZE) known_tuples;

    // The backend still gets packets.
    @id(0x01000018)
    action still_serves() {
    }

    // Backends of stateful pools: what is remembered of others is forgotten.
    @id(0x0200000F)
    table serving_backend {
        key = {
            hdr.remembered.candidate: exact @id(1) @name("backend_id") @refers_to(backend, backend_id);
        }
        actions = {
            still_serves;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        size = BACKEND_SIZE;
    }

    apply {
        hdr.remembered.candidate = 0;
        hdr.remembered.reason = meta.reason;
        hdr.remembered.dcid_cell = 0;
        if (hdr.cid.isValid() && !hdr.icmp.isValid() && meta.cid_length >= DCID_OCTETS
            && (hdr.quic_long.isValid() || QUIC_BIT(hdr.quic))) {
            hdr.dcid.setValid();
            hdr.dcid.octets = hdr.cid.codepoint ++ hdr.cid.length_or_random ++ hdr.cid.tail[151:96];
            hash(hdr.remembered.dcid_index, HashAlgorithm.crc32, 32w0, hdr.dcid, CRC32_RANGE);
            hdr.remembered.dcid_index = hdr.remembered.dcid_index & (STATE_SIZE - 1);
            known_dcids.read(hdr.remembered.dcid_cell, hdr.remembered.dcid_index);
        }
        hdr.remembered.tuple_index = hdr.flow.hash & (STATE_SIZE - 1);
        known_tuples.read(hdr.remembered.tuple_cell, hdr.remembered.tuple_index);
        hdr.remembered.dcid_age =
            standard_metadata.ingress_global_timestamp - hdr.remembered.dcid_cell[47:0];
        hdr.remembered.tuple_age =
            standard_metadata.ingress_global_timestamp - hdr.remembered.tuple_cell[47:0];

        // Pool 0 does not exist: a cell of it was never used.
        if (hdr.dcid.isValid()
            && hdr.remembered.dcid_cell[159:144] == meta.pool_id
            && hdr.remembered.dcid_cell[143:80] == hdr.dcid.octets
            && hdr.remembered.dcid_age < hdr.remembered.timeout) {
            hdr.remembered.candidate = hdr.remembered.dcid_cell[79:48];
            hdr.remembered.reason = REASON_KNOWN_DCID;
        } else if (hdr.remembered.tuple_cell[127:112] == meta.pool_id
            && hdr.remembered.tuple_cell[111:80] == hdr.flow.hash
            && hdr.remembered.tuple_age < hdr.remembered.timeout) {
            hdr.remembered.candidate = hdr.remembered.tuple_cell[79:48];
            hdr.remembered.reason = REASON_KNOWN_TUPLE;
        }
        if (serving_backend.apply().hit) {
            meta.backend_id = hdr.remembered.candidate;
            if (hdr.icmp.isValid()) {
                meta.icmp_group = 0;
            } else {
                meta.reason = hdr.remembered.reason;
            }
        }
        if (meta.backend_id != 0 && !hdr.icmp.isValid()) {
            if (hdr.dcid.isValid()
                && (hdr.remembered.reason == REASON_KNOWN_DCID
                    || (hdr.quic_long.isValid()
                        && (hdr.remembered.dcid_cell[159:144] == 0
                            || hdr.remembered.dcid_age >= hdr.remembered.timeout)))) {
                hdr.remembered.dcid_cell = meta.pool_id ++ hdr.dcid.octets ++ meta.backend_id
                    ++ standard_metadata.ingress_global_timestamp;
                known_dcids.write(hdr.remembered.dcid_index, hdr.remembered.dcid_cell);
            }
            if (hdr.remembered.tuple_cell[127:112] == 0
                || hdr.remembered.tuple_age >= hdr.remembered.timeout
                || (hdr.remembered.tuple_cell[127:112] == meta.pool_id
                    && hdr.remembered.tuple_cell[111:80] == hdr.flow.hash)) {
                hdr.remembered.tuple_cell = meta.pool_id ++ hdr.flow.hash ++ meta.backend_id
                    ++ standard_metadata.ingress_global_timestamp;
                known_tuples.write(hdr.remembered.tuple_index, hdr.remembered.tuple_cell);
            }
        }
    }
}

#endif

#endif

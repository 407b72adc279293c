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
// A 4-tuple counts by its CRC-32: those that share it share their slot as well.
//
// `found` says whether meta.backend_id is set: by the fallback before, or by what is remembered.
control State(in headers_t hdr, inout metadata_t meta, in bit<48> now, inout bool found) {
    const bit<64> CRC32_RANGE = 0x100000000;
    const bit<16> DCID_OCTETS = 8;

    // Pool (16), first octets of the DCID (64), backend (32), microseconds of the last packet (48).
    @id(0x16000001)
    register<bit<160>>(STATE_SIZE) known_dcids;
    // Pool (16), CRC-32 of the 4-tuple (32), backend (32), microseconds of the last packet (48).
    @id(0x16000002)
    register<bit<128>>(STATE_SIZE) known_tuples;

    bit<32> candidate = 0;

    // The backend still gets packets.
    @id(0x01000018)
    action still_serves() {
    }

    // Backends of stateful pools: what is remembered of others is forgotten.
    @id(0x0200000F)
    table serving_backend {
        key = {
            candidate: exact @id(1) @name("backend_id") @refers_to(backend, backend_id);
        }
        actions = {
            still_serves;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        size = BACKEND_SIZE;
    }

    apply {
        bit<64> dcid = hdr.cid_first_octet.codepoint ++ hdr.cid_first_octet.length_or_random
            ++ meta.cid_tail[151:96];
        bool has_dcid = meta.quic && !meta.icmp_error && meta.cid_length >= DCID_OCTETS;
        bit<32> dcid_index = 0;
        bit<160> dcid_cell = 0;
        if (has_dcid) {
            hash(dcid_index, HashAlgorithm.crc32, 32w0, {dcid}, CRC32_RANGE);
            dcid_index = dcid_index & (STATE_SIZE - 1);
            known_dcids.read(dcid_cell, dcid_index);
        }
        bit<32> tuple_index = meta.flow_hash & (STATE_SIZE - 1);
        bit<128> tuple_cell;
        known_tuples.read(tuple_cell, tuple_index);

        // Pool 0 does not exist: the cell was never used.
        bool dcid_live = dcid_cell[159:144] != 0 && now - dcid_cell[47:0] < meta.state_timeout;
        bool tuple_live = tuple_cell[127:112] != 0 && now - tuple_cell[47:0] < meta.state_timeout;
        bool dcid_own = has_dcid && dcid_cell[159:144] == meta.pool_id && dcid_cell[143:80] == dcid;
        bool tuple_own = tuple_cell[127:112] == meta.pool_id && tuple_cell[111:80] == meta.flow_hash;

        bit<32> reason = meta.reason;
        if (dcid_live && dcid_own) {
            candidate = dcid_cell[79:48];
            reason = REASON_KNOWN_DCID;
        } else if (tuple_live && tuple_own) {
            candidate = tuple_cell[79:48];
            reason = REASON_KNOWN_TUPLE;
        }
        if (serving_backend.apply().hit) {
            meta.backend_id = candidate;
            found = true;
            if (meta.icmp_error) {
                meta.icmp_group = 0;
            } else {
                meta.reason = reason;
            }
        }
        if (found && !meta.icmp_error) {
            if (has_dcid && (dcid_own || !dcid_live)) {
                known_dcids.write(dcid_index, meta.pool_id ++ dcid ++ meta.backend_id ++ now);
            }
            if (tuple_own || !tuple_live) {
                known_tuples.write(
                    tuple_index, meta.pool_id ++ meta.flow_hash ++ meta.backend_id ++ now);
            }
        }
    }
}

#endif

#endif

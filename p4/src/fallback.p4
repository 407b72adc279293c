// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_FALLBACK_P4
#define TERN_FALLBACK_P4

// The 4-tuple route (Maglev): hdr.flow.backend_id is the owner of the packet's slot, 0 if it
// has none.
control Fallback(inout headers_t hdr, in metadata_t meta) {
    // Sets the backend that owns the slot.
    @id(0x01000005)
    action to_fallback_backend(@id(1) @refers_to(backend, backend_id) bit<32> fallback_backend_id) {
        hdr.flow.backend_id = fallback_backend_id;
    }

    @id(0x02000005)
    table fallback {
        key = {
            meta.pool_id: exact @id(1) @name("pool_id");
            hdr.flow.slot: exact @id(2) @name("slot");
        }
        actions = {
            to_fallback_backend;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        size = FALLBACK_SIZE;
    }

    apply {
        hdr.flow.backend_id = 0;
        // The slots of a pool are a power of two: hardware has no modulo.
        hdr.flow.slot = hdr.flow.hash & meta.fallback_mask;
        fallback.apply();
    }
}

#endif

// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_PUNT_P4
#define TERN_PUNT_P4

// Copies packets to the controller, by the reason that they counted under: ARP and NDP for whoever
// answers them, samples of unroutable packets for whoever wants to know why. What becomes of the
// packet itself is as without. The meter of the entry keeps the controller from being flooded.
control Punt(
    inout headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    // The clone session with the controller's port.
    const bit<32> CONTROLLER_SESSION = 1;
    const bit<8> GREEN = 0;

    @id(0x15000001)
    direct_meter<bit<8>>(MeterType.packets) punt_meter;

    // Copies one of `sample_mask` + 1 packets (a power of two) as they came, without those beyond
    // the meter's committed rate.
    @id(0x01000017)
    action copy_to_controller(@id(1) @name("sample_mask") bit<16> mask) {
        punt_meter.read(hdr.scratch.color);
        hdr.scratch.sample_mask = mask;
    }

    @id(0x0200000C)
    @entry_restriction("
        // Each packet of these is the packet of a client.
        reason != 0 && reason != 4 && reason != 12 && reason != 20
    ")
    table punt {
        key = {
            meta.reason: exact @id(1) @name("reason");
        }
        actions = {
            copy_to_controller;
            @defaultonly NoAction;
        }
        const default_action = NoAction();
        meters = punt_meter;
        size = REASON_COUNT;
    }

    apply {
        // Before the look-up: that is when targets run the meter.
        hdr.scratch.setValid();
        if (punt.apply().hit) {
            random(hdr.scratch.sample, 16w0, 16w0xFFFF);
            if (hdr.scratch.color == GREEN
                && hdr.scratch.sample & hdr.scratch.sample_mask == 0) {
                meta.copied_ingress_port = standard_metadata.ingress_port;
                clone_preserving_field_list(CloneType.I2E, CONTROLLER_SESSION, FIELDS_OF_COPY);
            }
        }
    }
}

#endif

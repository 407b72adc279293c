// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_L2_P4
#define TERN_L2_P4

// Carries what Tern does not steer, and nothing back to where it came from. Changes no octet of the
// frame.
control L2(in headers_t hdr, inout standard_metadata_t standard_metadata) {
    // Sets the egress port; a frame that came by that port is dropped, as its station has it already
    // (IEEE 802.1D). Port 255 is the controller.
    @id(0x01000007)
    action l2_forward(@id(1) bit<9> port) {
        standard_metadata.egress_spec = port;
    }

    // Sets the multicast group: every port of it gets a copy, but the one the frame came from. A
    // group that the device does not have drops the frame: without a group, it would leave by
    // port 0.
    @id(0x01000008)
    action l2_flood(@id(1) bit<16> multicast_group) {
        mark_to_drop(standard_metadata);
        standard_metadata.mcast_grp = multicast_group;
    }

    // Drops the frame.
    @id(0x01000009)
    action l2_drop() {
        mark_to_drop(standard_metadata);
    }

    @id(0x02000007)
    table l2 {
        key = {
            hdr.ethernet.dst_mac: exact @id(1) @name("dst_mac") @format(MAC_ADDRESS);
        }
        actions = {
            l2_forward;
            l2_flood;
            l2_drop;
        }
        // The controller sets it: whether to flood is the network's affair.
        default_action = l2_drop();
        size = L2_SIZE;
    }

    apply {
        switch (l2.apply().action_run) {
            l2_forward: {
                if (standard_metadata.egress_spec == standard_metadata.ingress_port) {
                    mark_to_drop(standard_metadata);
                }
            }
            default: {
            }
        }
    }
}

#endif

// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_EGRESS_P4
#define TERN_EGRESS_P4

control TernEgress(
    inout headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    // What v1model targets call the copies of a multicast group.
    const bit<32> INSTANCE_REPLICATION = 5;

    apply {
        if (standard_metadata.instance_type == INSTANCE_REPLICATION
            && standard_metadata.egress_port == standard_metadata.ingress_port) {
            mark_to_drop(standard_metadata);
        } else if (standard_metadata.egress_port == CPU_PORT) {
            hdr.packet_in.setValid();
            hdr.packet_in.ingress_port = standard_metadata.ingress_port;
            hdr.packet_in.pad = 0;
        }
    }
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The least that a switch can do, as the measure for what Tern's program costs on the same target:
// parses Ethernet, looks the destination MAC address up in one exact table, and sends the frame out.

#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst_mac;
    bit<48> src_mac;
    bit<16> ether_type;
}

struct headers_t {
    ethernet_t ethernet;
}

struct metadata_t {
}

parser ReferenceParser(
    packet_in packet,
    out headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    state start {
        packet.extract(hdr.ethernet);
        transition accept;
    }
}

control NoChecksums(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control ReferenceIngress(
    inout headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    @id(0x01000001)
    action forward(@id(1) bit<9> port) {
        standard_metadata.egress_spec = port;
    }

    @id(0x01000002)
    action drop() {
        mark_to_drop(standard_metadata);
    }

    @id(0x02000001)
    table l2 {
        key = {
            hdr.ethernet.dst_mac: exact @id(1) @name("dst_mac");
        }
        actions = {
            forward;
            @defaultonly drop;
        }
        const default_action = drop();
        size = 1024;
    }

    apply {
        l2.apply();
    }
}

control ReferenceEgress(
    inout headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    apply {
    }
}

control ReferenceDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
    }
}

V1Switch(
    ReferenceParser(),
    NoChecksums(),
    ReferenceIngress(),
    ReferenceEgress(),
    NoChecksums(),
    ReferenceDeparser()
) main;

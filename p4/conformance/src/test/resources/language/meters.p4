// Direct and indirect meters: the colours that they give stand in the frame.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<16> flow;
    bit<8>  cell;
    bit<8>  direct_colour;
    bit<8>  indirect_colour;
    bit<8>  octets_colour;
}

struct headers_t { probe_t probe; }
struct meta_t { bit<2> colour; bit<8> indirect; bit<8> octets; }

parser Read(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    state start { packet.extract(hdr.probe); transition accept; }
}
control Check(inout headers_t hdr, inout meta_t meta) { apply {} }

control Receive(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    direct_meter<bit<2>>(MeterType.packets) flow_meter;
    direct_counter(CounterType.packets_and_bytes) flow_counter;
    meter(8, MeterType.packets) cell_meter;
    meter(8, MeterType.bytes) octets_meter;

    action mark() { flow_meter.read(meta.colour); flow_counter.count(); }
    action mark_and_tell(bit<8> octet) {
        flow_meter.read(meta.colour);
        flow_counter.count();
        hdr.probe.cell = octet;
    }
    table flows {
        key = { hdr.probe.flow : exact; }
        actions = { mark; mark_and_tell; @defaultonly NoAction; }
        default_action = NoAction();
        meters = flow_meter;
        counters = flow_counter;
        size = 1024;
    }
    apply {
        meta.colour = 3;
        flows.apply();
        cell_meter.execute_meter((bit<32>) hdr.probe.cell, meta.indirect);
        octets_meter.execute_meter((bit<32>) hdr.probe.cell, meta.octets);
        hdr.probe.direct_colour = (bit<8>) meta.colour;
        hdr.probe.indirect_colour = meta.indirect;
        hdr.probe.octets_colour = meta.octets;
        std.egress_spec = 1;
    }
}
control Send(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) { apply {} }
control Sum(inout headers_t hdr, inout meta_t meta) { apply {} }
control Write(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr.probe); } }
V1Switch(Read(), Check(), Receive(), Send(), Sum(), Write()) main;

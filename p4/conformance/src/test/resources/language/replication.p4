// Clones, multicast and truncation: the first octets of a frame say what becomes of it, and egress
// writes down what it sees of each copy.
#include <core.p4>
#include <v1model.p4>

const bit<8> CLONE_INGRESS = 1;      // bits of probe.wish
const bit<8> CLONE_KEEPING = 2;
const bit<8> CLONE_EGRESS  = 4;
const bit<8> MULTICAST     = 8;
const bit<8> TRUNCATE      = 16;
const bit<8> DROP          = 32;
const bit<8> TRUNCATE_LATE = 64;
const bit<8> SHORTEN       = 128;

const bit<8> KEPT = 1;               // a field list

header probe_t {
    bit<8>  wish;
    bit<8>  session;
    bit<16> group;
    bit<16> length;
    bit<16> port;
    bit<8>  type;
    bit<16> rid;
    bit<16> kept;
    bit<16> lost;
    bit<32> packet_length;
    bit<8>  touched;
}
header tail_t { bit<32> octets; }

struct headers_t { probe_t probe; tail_t tail; }
struct meta_t {
    @field_list(KEPT) bit<16> kept;
    @field_list(KEPT) bit<72> kept_wide;
    bit<16> lost;
}

parser Read(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    state start { packet.extract(hdr.probe); packet.extract(hdr.tail); transition accept; }
}
control Check(inout headers_t hdr, inout meta_t meta) { apply {} }

control Receive(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    apply {
        meta.kept = 0x1234 ^ hdr.probe.group;
        meta.kept_wide = 72w0x112233445566778899;
        meta.lost = 0x4321;
        hdr.probe.touched = 1;
        std.egress_spec = 1;
        if (hdr.probe.wish & CLONE_INGRESS != 0) {
            clone(CloneType.I2E, (bit<32>) hdr.probe.session);
        }
        if (hdr.probe.wish & CLONE_KEEPING != 0) {
            clone_preserving_field_list(CloneType.I2E, (bit<32>) hdr.probe.session, KEPT);
        }
        if (hdr.probe.wish & MULTICAST != 0) { std.mcast_grp = hdr.probe.group; }
        if (hdr.probe.wish & TRUNCATE != 0) { truncate((bit<32>) hdr.probe.length); }
        if (hdr.probe.wish & SHORTEN != 0) { hdr.tail.setInvalid(); }
        if (hdr.probe.wish & DROP != 0) { mark_to_drop(std); }
    }
}
control Send(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    apply {
        if (std.instance_type != 2) {
            if (hdr.probe.wish & CLONE_EGRESS != 0) {
                clone_preserving_field_list(CloneType.E2E, (bit<32>) hdr.probe.session, KEPT);
            }
            if (hdr.probe.wish & TRUNCATE_LATE != 0) { truncate((bit<32>) hdr.probe.length); }
        }
        hdr.probe.port = (bit<16>) std.egress_port;
        hdr.probe.type = (bit<8>) std.instance_type;
        hdr.probe.rid = std.egress_rid;
        hdr.probe.kept = meta.kept ^ (bit<16>) meta.kept_wide[71:56];
        hdr.probe.lost = meta.lost;
        hdr.probe.packet_length = std.packet_length;
    }
}
control Sum(inout headers_t hdr, inout meta_t meta) { apply {} }
control Write(packet_out packet, in headers_t hdr) {
    apply { packet.emit(hdr.probe); packet.emit(hdr.tail); }
}
V1Switch(Read(), Check(), Receive(), Send(), Sum(), Write()) main;

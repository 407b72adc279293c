// Parsing: advance, lookahead, varbit fields alone and in stacks, loops, verify, stack operations,
// and checksums with conditions and over the payload.
#include <core.p4>
#include <v1model.p4>

error { Forbidden }

header start_t {
    bit<8>  skip;         // octets that the parser jumps over
    bit<16> long_length;  // octets of the varbit field, up to 2046
    bit<8>  wish;         // bits of the constants below
    bit<8>  error_code;
    bit<8>  depth;
}
const bit<8> PEEK = 1;
const bit<8> PUSH = 2;
const bit<8> POP = 4;
const bit<8> ADD = 8;
const bit<8> PAYLOAD_SUM = 16;
const bit<8> REMOVE_LAST = 32;

header long_t { varbit<16368> octets; }
header option_t {
    bit<4>  more;
    bit<4>  kind;
    bit<8>  length;       // octets behind this one, up to 31
    varbit<248> value;
}
header peeked_t { bit<152> value; bit<16> first; bit<8> bits; }
header sum_t { bit<16> sum; bit<16> payload_sum; bit<16> word; }

struct headers_t {
    start_t     start;
    long_t      octets;
    option_t[4] options;
    peeked_t    peeked;
    sum_t       sum;
}
struct meta_t { bit<152> peeked; bit<8> depth; bit<4> kinds; bit<8> first_length; }

parser Read(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    state start {
        packet.extract(hdr.start);
        transition select(hdr.start.wish & PEEK) {
            PEEK: peek;
            default: skip;
        }
    }
    state peek {
        meta.peeked = packet.lookahead<bit<152>>();
        transition skip;
    }
    state skip {
        packet.advance((bit<32>) hdr.start.skip << 3);
        packet.extract(hdr.octets, (bit<32>) hdr.start.long_length << 3);
        transition options;
    }
    state options {
        bit<16> next = packet.lookahead<bit<16>>();
        packet.extract(hdr.options.next, (bit<32>) next[7:0] << 3);
        meta.depth = meta.depth + 1;
        meta.kinds = meta.kinds ^ hdr.options.last.kind;
        verify(hdr.options.last.kind != 15, error.Forbidden);
        transition select(hdr.options.last.more, packet.lookahead<bit<4>>()) {
            (0, _): accept;
            (_, 0xf): accept;
            default: options;
        }
    }
}
control Check(inout headers_t hdr, inout meta_t meta) { apply {} }

control Receive(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    apply {
        std.egress_spec = 1;
        if (std.parser_error == error.NoError) { hdr.start.error_code = 0; }
        else if (std.parser_error == error.PacketTooShort) { hdr.start.error_code = 1; }
        else if (std.parser_error == error.StackOutOfBounds) { hdr.start.error_code = 2; }
        else if (std.parser_error == error.HeaderTooShort) { hdr.start.error_code = 3; }
        else if (std.parser_error == error.Forbidden) { hdr.start.error_code = 4; }
        else { hdr.start.error_code = 5; }
        hdr.start.depth = meta.depth;
        if (hdr.start.isValid()) {
            if (hdr.start.wish & PEEK != 0) {
                hdr.peeked.setValid();
                hdr.peeked.value = meta.peeked;
                hdr.peeked.first = meta.peeked[151:136];
                hdr.peeked.bits = meta.peeked[83:76];
            }
            if (hdr.start.wish & PUSH != 0) {
                hdr.options.push_front(1);
                hdr.options[0] = hdr.options[1];
                hdr.options[0].kind = meta.kinds;
            }
            if (hdr.start.wish & POP != 0) { hdr.options.pop_front(1); }
            if (hdr.start.wish & REMOVE_LAST != 0) { hdr.options[3].setInvalid(); }
            if (hdr.start.wish & ADD != 0) {
                hdr.sum.setValid();
                hdr.sum.word = 0xbeef;
            }
        }
    }
}
control Send(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) { apply {} }
control Sum(inout headers_t hdr, inout meta_t meta) {
    apply {
        update_checksum(hdr.sum.isValid(),
            { hdr.start.skip, hdr.start.depth, hdr.sum.word, hdr.octets.octets }, hdr.sum.sum,
            HashAlgorithm.csum16);
        update_checksum_with_payload(hdr.sum.isValid() && hdr.start.wish & PAYLOAD_SUM != 0,
            { hdr.start.long_length, hdr.sum.word }, hdr.sum.payload_sum, HashAlgorithm.csum16);
    }
}
control Write(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.start);
        packet.emit(hdr.octets);
        packet.emit(hdr.options);
        packet.emit(hdr.peeked);
        packet.emit(hdr.sum);
    }
}
V1Switch(Read(), Check(), Receive(), Send(), Sum(), Write()) main;

// Words of 1 to 128 bits and more: shifts by a field, slices, concatenations, bitwise operators,
// sums; hashes, random numbers and registers.
#include <core.p4>
#include <v1model.p4>

header operands_t {
    bit<8>   count;
    bit<16>  a16;
    bit<16>  b16;
    bit<64>  a64;
    bit<64>  b64;
    bit<128> a128;
    bit<128> b128;
    bit<4>   a4;
    bit<12>  a12;
}
header results_t {
    bit<16>  left16;
    bit<16>  right16;
    bit<64>  left64;
    bit<64>  right64;
    bit<128> left128;
    bit<128> right128;
    bit<16>  bits16;
    bit<128> bits128;
    bit<128> rotated128;
    bit<16>  sum16;
    bit<128> sum128;
    bit<16>  slices16;
    bit<128> concatenated;
    bit<16>  chosen;
    bit<8>   comparisons;
    bit<16>  crc16;
    bit<32>  crc32;
    bit<16>  csum16;
    bit<32>  slot;
    bit<16>  random_same;
    bit<16>  random_range;
    bit<48>  narrow_register;
    bit<128> wide_register;
    bit<16>  planes;
}
struct headers_t { operands_t in_; results_t out_; }
struct meta_t { bit<8> count; }

parser Read(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    state start { packet.extract(hdr.in_); transition accept; }
}
control Check(inout headers_t hdr, inout meta_t meta) { apply {} }

control Receive(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    register<bit<48>>(16) narrow;
    register<bit<128>>(16) wide;

    apply {
        std.egress_spec = 1;
        hdr.out_.setValid();
        meta.count = hdr.in_.count;
        hdr.out_.left16 = hdr.in_.a16 << meta.count;
        hdr.out_.right16 = hdr.in_.a16 >> meta.count;
        hdr.out_.left64 = hdr.in_.a64 << meta.count;
        hdr.out_.right64 = hdr.in_.a64 >> meta.count;
        hdr.out_.left128 = hdr.in_.a128 << meta.count;
        hdr.out_.right128 = hdr.in_.a128 >> meta.count;
        hdr.out_.bits16 = (hdr.in_.a16 & ~hdr.in_.b16) ^ (hdr.in_.a16 | 0x0f0f);
        hdr.out_.bits128 = (hdr.in_.a128 & ~hdr.in_.b128) ^ (hdr.in_.a128 | hdr.in_.b128 >> 3);
        hdr.out_.rotated128 = hdr.in_.a128 << 72 | hdr.in_.a128 >> 56;
        hdr.out_.sum16 = hdr.in_.a16 + hdr.in_.b16 - (hdr.in_.a16 << 1);
        hdr.out_.sum128 = hdr.in_.a128 + hdr.in_.b128 - (bit<128>) hdr.in_.a64;
        hdr.out_.slices16 = hdr.in_.a128[71:56];
        hdr.out_.slices16[3:0] = hdr.in_.b128[67:64];
        hdr.out_.concatenated = hdr.in_.a128[99:70] ++ hdr.in_.b64 ++ hdr.in_.a16 ++ hdr.in_.a4 ++ hdr.in_.a12 ++ 2w1;
        hdr.out_.concatenated[65:62] = hdr.in_.a4;
        hdr.out_.chosen = hdr.in_.a16 > hdr.in_.b16 ? hdr.in_.a16 : hdr.in_.b16;
        hdr.out_.comparisons = (bit<8>) ((bit<1>) (hdr.in_.a128 > hdr.in_.b128)
            ++ (bit<1>) (hdr.in_.a64 <= hdr.in_.b64) ++ (bit<1>) (hdr.in_.a128[63:0] == hdr.in_.a64));
        hash(hdr.out_.crc16, HashAlgorithm.crc16, 16w0, { hdr.in_.a16, hdr.in_.a128, hdr.in_.a4 }, 32w0x10000);
        hash(hdr.out_.crc32, HashAlgorithm.crc32, 32w0, { hdr.in_.a16, hdr.in_.a128, hdr.in_.a4, hdr.in_.a12 }, 64w0x100000000);
        hash(hdr.out_.csum16, HashAlgorithm.csum16, 16w0, { hdr.in_.a16, hdr.in_.a128 }, 32w0x10000);
        hash(hdr.out_.slot, HashAlgorithm.crc32, 32w7, { hdr.in_.b128 }, 32w1000);
        random(hdr.out_.random_same, 16w77, 16w77);
        random(hdr.out_.random_range, 16w100, 16w131);
        bit<48> cell;
        bit<128> wide_cell;
        narrow.read(cell, (bit<32>) hdr.in_.a4);
        hdr.out_.narrow_register = cell;
        narrow.write((bit<32>) hdr.in_.a4, cell + (bit<48>) hdr.in_.a16);
        wide.read(wide_cell, (bit<32>) hdr.in_.a4);
        hdr.out_.wide_register = wide_cell;
        wide.write((bit<32>) hdr.in_.a4, wide_cell ^ hdr.in_.a128);

        // A few rounds of what bit-sliced ciphers are made of.
        bit<16> p = hdr.in_.a16;
        bit<16> q = hdr.in_.b16;
        bit<16> s = hdr.in_.a64[15:0];
        bit<16> t = hdr.in_.b64[63:48];
        p = p ^ q;
        q = q & s;
        s = s | t;
        t = ~t ^ p;
        p = (p << 4) | (p >> 12);
        q = (q & 0xf0f0) >> 4 | (q & 0x0f0f) << 4;
        s = s ^ (p & t);
        t = t + q;
        p = p ^ s ^ t;
        q = q ^ (p[7:0] ++ p[15:8]);
        hdr.out_.planes = p ^ q ^ s ^ t;
    }
}
control Send(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) { apply {} }
control Sum(inout headers_t hdr, inout meta_t meta) { apply {} }
control Write(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr.out_); } }
V1Switch(Read(), Check(), Receive(), Send(), Sum(), Write()) main;

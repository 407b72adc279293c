// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_HEADERS_P4
#define TERN_HEADERS_P4

// The port that the P4Runtime server injects packet-outs into and takes packet-ins from.
const bit<9> CPU_PORT = 255;

const bit<16> ETHERTYPE_IPV4 = 0x0800;
const bit<16> ETHERTYPE_IPV6 = 0x86DD;
const bit<8> IP_PROTOCOL_UDP = 17;

const bit<32> ETHERNET_OCTETS = 14;
const bit<32> IPV6_OCTETS = 40;
const bit<16> UDP_OCTETS = 8;

// Codepoint of CIDs that no configuration made: always unroutable.
const bit<3> CODEPOINT_UNROUTABLE = 0b111;

// In front of a frame that the controller sends: leave by this port.
@controller_header("packet_out")
header packet_out_t {
    bit<9> egress_port;
    @padding bit<7> pad;
}

// In front of a frame that the controller receives: it came in by this port.
@controller_header("packet_in")
header packet_in_t {
    bit<9> ingress_port;
    @padding bit<7> pad;
}

header ethernet_t {
    bit<48> dst_mac;
    bit<48> src_mac;
    bit<16> ether_type;
}

header ipv4_t {
    bit<4> version;
    bit<4> ihl;
    bit<8> traffic_class;
    bit<16> total_length;
    bit<16> identification;
    bit<1> reserved;
    bit<1> dont_fragment;
    bit<1> more_fragments;
    bit<13> fragment_offset;
    bit<8> ttl;
    bit<8> protocol;
    bit<16> checksum;
    bit<32> src_addr;
    bit<32> dst_addr;
}

// Carried along, never read.
header ipv4_options_t {
    varbit<320> options;
}

header ipv6_t {
    bit<4> version;
    bit<8> traffic_class;
    bit<20> flow_label;
    bit<16> payload_length;
    bit<8> next_header;
    bit<8> hop_limit;
    bit<128> src_addr;
    bit<128> dst_addr;
}

header udp_t {
    bit<16> src_port;
    bit<16> dst_port;
    bit<16> length;
    bit<16> checksum;
}

// RFC 8999, section 5: all that every version of QUIC has in common.

// The first octet. In a short header the destination connection ID follows.
header quic_t {
    bit<1> long_form;
    bit<7> version_specific;
}

// What a long header has between the first octet and the destination connection ID.
header quic_long_t {
    bit<32> version;
    bit<8> dcid_length;
}

// First octet of the destination connection ID: QUIC-LB puts the config rotation bits on top.
header cid_first_octet_t {
    bit<3> codepoint;
    bit<5> length_or_random;
}

struct headers_t {
    packet_out_t packet_out;
    packet_in_t packet_in;
    ethernet_t ethernet;
    ipv4_t ipv4;
    ipv4_options_t ipv4_options;
    ipv6_t ipv6;
    udp_t udp;
    quic_t quic;
    quic_long_t quic_long;
    cid_first_octet_t cid_first_octet;
}

#endif

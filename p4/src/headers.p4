// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_HEADERS_P4
#define TERN_HEADERS_P4

// The port that the P4Runtime server injects packet-outs into and takes packet-ins from.
const bit<9> CPU_PORT = 255;

const bit<16> ETHERTYPE_IPV4 = 0x0800;
const bit<16> ETHERTYPE_ARP = 0x0806;
const bit<16> ETHERTYPE_VLAN = 0x8100;
const bit<16> ETHERTYPE_IPV6 = 0x86DD;
const bit<16> ETHERTYPE_QINQ = 0x88A8;

// IPv4 protocols and IPv6 next headers.
const bit<8> IP_HOP_BY_HOP = 0;
const bit<8> IP_ICMP = 1;
const bit<8> IP_IPV4 = 4;
const bit<8> IP_UDP = 17;
const bit<8> IP_IPV6 = 41;
const bit<8> IP_ROUTING = 43;
const bit<8> IP_FRAGMENT = 44;
const bit<8> IP_ICMPV6 = 58;
const bit<8> IP_DESTINATION_OPTIONS = 60;

const bit<8> ICMP_ECHO_REPLY = 0;
const bit<8> ICMP_UNREACHABLE = 3;
const bit<8> ICMP_ECHO_REQUEST = 8;
const bit<8> ICMP_TIME_EXCEEDED = 11;
const bit<8> ICMP_PARAMETER_PROBLEM = 12;

const bit<8> ICMPV6_UNREACHABLE = 1;
const bit<8> ICMPV6_PACKET_TOO_BIG = 2;
const bit<8> ICMPV6_TIME_EXCEEDED = 3;
const bit<8> ICMPV6_PARAMETER_PROBLEM = 4;
const bit<8> ICMPV6_ECHO_REQUEST = 128;
const bit<8> ICMPV6_ECHO_REPLY = 129;
const bit<8> NDP_FIRST = 133;
const bit<8> NDP_LAST = 137;

const bit<32> ETHERNET_OCTETS = 14;
const bit<32> VLAN_OCTETS = 4;
const bit<16> IPV4_OCTETS = 20;
const bit<16> IPV6_OCTETS = 40;
const bit<16> UDP_OCTETS = 8;
const bit<16> ICMP_OCTETS = 8;

// What this device writes into outer headers and echo replies.
const bit<8> INITIAL_TTL = 64;

// Codepoint of CIDs that no configuration made: always unroutable.
const bit<3> CODEPOINT_UNROUTABLE = 0b111;

// In front of a frame that the controller sends: leave by this port.
@controller_header("packet_out")
header packet_out_t {
    bit<9> egress_port;
    @padding bit<7> pad;
}

// In front of a frame that the controller receives: it came in by this port, and counted in this
// cell of `reason`.
@controller_header("packet_in")
header packet_in_t {
    bit<9> ingress_port;
    @padding bit<7> pad;
    bit<8> reason;
}

header ethernet_t {
    bit<48> dst_mac;
    bit<48> src_mac;
    bit<16> ether_type;
}

// 802.1Q, and the outer tag of 802.1ad (QinQ).
header vlan_t {
    bit<16> tag_control;
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

// Hop-by-hop options, routing, fragment and destination options alike (RFC 8200, section 4). Of the
// first two octets behind the length, a routing header has the segments left in the second; a
// fragment header has its offset (13 bits), 2 reserved bits and the M flag in both.
header ipv6_extension_t {
    bit<8> next_header;
    bit<8> length;
    bit<8> octet_2;
    bit<8> octet_3;
    varbit<16352> rest;
}

header udp_t {
    bit<16> src_port;
    bit<16> dst_port;
    bit<16> length;
    bit<16> checksum;
}

// ICMP and ICMPv6.
header icmp_t {
    bit<8> type;
    bit<8> code;
    bit<16> checksum;
    bit<32> rest;
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

// What a long header that an ICMP error quotes has between that and the source connection ID.
header quic_quoted_dcid_t {
    varbit<2040> dcid;
}

header quic_quoted_scid_length_t {
    bit<8> scid_length;
}

// First octet of the connection ID that routes: QUIC-LB puts the config rotation bits on top.
header cid_first_octet_t {
    bit<3> codepoint;
    bit<5> length_or_random;
}

struct headers_t {
    packet_out_t packet_out;
    packet_in_t packet_in;
    ethernet_t ethernet;
    vlan_t[2] vlan;
#if WITH_TUNNELS
    // Written by Encapsulate.
    ipv4_t outer_ipv4;
    ipv6_t outer_ipv6;
#endif
#if WITH_GUE
    udp_t outer_udp;
#endif
    ipv4_t ipv4;
    ipv4_options_t ipv4_options;
    ipv6_t ipv6;
    ipv6_extension_t[4] ipv6_extensions;
    udp_t udp;
    icmp_t icmp;
    // The packet that an ICMP error quotes.
    ipv4_t quoted_ipv4;
    ipv4_options_t quoted_ipv4_options;
    ipv6_t quoted_ipv6;
    udp_t quoted_udp;
    // Of the UDP payload, or of what is quoted of one.
    quic_t quic;
    quic_long_t quic_long;
    quic_quoted_dcid_t quic_quoted_dcid;
    quic_quoted_scid_length_t quic_quoted_scid_length;
    cid_first_octet_t cid_first_octet;
}

#endif

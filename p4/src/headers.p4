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
const bit<32> UDP_OCTETS = 8;
const bit<32> ICMP_OCTETS = 8;

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

// What RFC 9000 calls the fixed bit.
#define QUIC_BIT(quic) (quic.version_specific[6:6] == 1)

// What a long header has between the first octet and the destination connection ID.
header quic_long_t {
    bit<32> version;
    bit<8> dcid_length;
}

// What a long header that an ICMP error quotes has between that and the source connection ID.
header quic_quoted_t {
    varbit<2040> dcid;
    bit<8> scid_length;
}

// The connection ID that routes, as far as QUIC-LB can use it, and what follows if it is shorter: the
// masks of its configuration take care of that. QUIC-LB puts the config rotation bits on top.
header cid_t {
    bit<3> codepoint;
    bit<5> length_or_random;
    bit<152> tail;
}

// Headers from here on are never on the wire: they are variables that cost nothing until they are
// made valid.

// CIDs with less than 20 octets up to the end of the UDP payload. One for each number of octets: the
// parser has no shifts. While it is valid, the CID's octets are still in the payload, and hdr.cid must not
// be emitted.
header short_payload_t {
    bit<8> octets_1;
    bit<16> octets_2;
    bit<24> octets_3;
    bit<32> octets_4;
    bit<40> octets_5;
    bit<48> octets_6;
    bit<56> octets_7;
    bit<64> octets_8;
    bit<72> octets_9;
    bit<80> octets_10;
    bit<88> octets_11;
    bit<96> octets_12;
    bit<104> octets_13;
    bit<112> octets_14;
    bit<120> octets_15;
    bit<128> octets_16;
    bit<136> octets_17;
    bit<144> octets_18;
    bit<152> octets_19;
}

// The 4-tuple of the packets that a client sends, for hashing.
header tuple_v4_t {
    bit<32> client_addr;
    bit<32> vip_addr;
    bit<16> client_port;
    bit<16> vip_port;
}

header tuple_v6_t {
    bit<128> client_addr;
    bit<128> vip_addr;
    bit<16> client_port;
    bit<16> vip_port;
}

// From FlowHash and Fallback; valid when the 4-tuple was hashed.
header flow_t {
    bit<32> hash;
    bit<32> slot;
    bit<32> backend_id;
}

#if WITH_TUNNELS || WITH_NAT
// What Egress has to do, from Steer or Replicate.
header rewrite_t {
    bit<8> kind;
    // IPv4 addresses in the low 32 bits. NAT has a new address and no source.
    bit<128> src_addr;
    bit<128> dst_addr;
    // Destination port of GUE or NAT.
    bit<16> dst_port;
    // Bits of the source address that the flow hash varies.
    bit<16> src_entropy_mask;
}
#endif

#if WITH_STATE
// Valid if the pool keeps state.
header remembered_t {
    // Of the pool, in microseconds.
    bit<48> timeout;
    bit<64> dcid;
    bit<32> dcid_index;
    bit<160> dcid_cell;
    bit<32> tuple_index;
    bit<128> tuple_cell;
    bit<48> dcid_age;
    bit<48> tuple_age;
    bit<32> candidate;
    bit<32> reason;
}

// For hashing.
header dcid_t {
    bit<64> octets;
}
#endif

header scratch_t {
    // IPv6 extension headers: first two octets; IP_ROUTING or IP_FRAGMENT if it is one; how many.
    bit<16> extension;
    bit<8> extension_kind;
    bit<8> extensions;
    // Incremental checksums.
    bit<32> removed;
    bit<32> added;
    bit<32> sum;
    bit<16> port;
    // Exchanging source and destination.
    bit<48> mac;
    bit<128> addr;
    // Of outer headers.
    bit<16> payload_octets;
    bit<8> traffic_class;
    bit<8> protocol;
    bit<16> ether_type;
    // Copies to the controller.
    bit<16> sample;
    bit<16> sample_mask;
    bit<8> color;
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
    icmp_t icmp;
    // The packet that an ICMP error quotes; `udp` is its.
    ipv4_t quoted_ipv4;
    ipv4_options_t quoted_ipv4_options;
    ipv6_t quoted_ipv6;
    udp_t udp;
    // Of the UDP payload, or of what is quoted of one.
    quic_t quic;
    quic_long_t quic_long;
    quic_quoted_t quic_quoted;
    cid_t cid;
    // Never on the wire.
    short_payload_t short_payload;
    tuple_v4_t tuple_v4;
    tuple_v6_t tuple_v6;
    flow_t flow;
#if WITH_TUNNELS || WITH_NAT
    rewrite_t rewrite;
#endif
#if WITH_STATE
    remembered_t remembered;
    dcid_t dcid;
#endif
    scratch_t scratch;
}

#endif

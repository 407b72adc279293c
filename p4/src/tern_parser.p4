// SPDX-License-Identifier: Apache-2.0
//
// Nothing is read behind the end of the UDP payload, whatever else the frame carries: each state
// looks at what is left before it reads. A frame whose lengths lie ends in the state `malformed`, or with
// a parser error, and Ingress leaves it to L2. What an ICMP error quotes may be cut short anywhere:
// that is no error.
//
// Lengths are compared by subtraction: the top bit of a difference says that it is negative. That
// takes one select for several comparisons, where a comparison would take a variable of its own.

#ifndef TERN_PARSER_P4
#define TERN_PARSER_P4

#define NEGATIVE 32w0x80000000 &&& 32w0x80000000

parser TernParser(
    packet_in packet,
    out headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    // Unread octets: of the frame, from the IP header on of the IP packet, from the UDP header on of
    // the UDP payload.
    bit<32> left = 0;
    // A difference of lengths, or the bits of a header of variable length.
    bit<32> spare = 0;

    state start {
        transition select(standard_metadata.ingress_port) {
            CPU_PORT: from_controller;
            default: ethernet;
        }
    }

    // The frame behind this header leaves as it is.
    state from_controller {
        packet.extract(hdr.packet_out);
        transition accept;
    }

    state malformed {
        meta.reason = REASON_MALFORMED;
        transition accept;
    }

    state fragment {
        meta.reason = REASON_FRAGMENT;
        transition accept;
    }

    // ARP and NDP.
    state neighbour {
        meta.reason = REASON_NEIGHBOUR;
        transition accept;
    }

    state ethernet {
        packet.extract(hdr.ethernet);
        left = standard_metadata.packet_length - ETHERNET_OCTETS;
        transition select(hdr.ethernet.ether_type) {
#if WITH_IPV4
            ETHERTYPE_IPV4: ipv4;
#endif
#if WITH_IPV6
            ETHERTYPE_IPV6: ipv6;
#endif
            ETHERTYPE_VLAN: vlan_0;
            ETHERTYPE_QINQ: vlan_0;
            ETHERTYPE_ARP: neighbour;
            default: accept;
        }
    }

    // More than two tags are not followed: such a packet is no VIP's.
    state vlan_0 {
        packet.extract(hdr.vlan[0]);
        left = left - VLAN_OCTETS;
        transition select(hdr.vlan[0].ether_type) {
#if WITH_IPV4
            ETHERTYPE_IPV4: ipv4;
#endif
#if WITH_IPV6
            ETHERTYPE_IPV6: ipv6;
#endif
            ETHERTYPE_VLAN: vlan_1;
            ETHERTYPE_ARP: neighbour;
            default: accept;
        }
    }

    state vlan_1 {
        packet.extract(hdr.vlan[1]);
        left = left - VLAN_OCTETS;
        transition select(hdr.vlan[1].ether_type) {
#if WITH_IPV4
            ETHERTYPE_IPV4: ipv4;
#endif
#if WITH_IPV6
            ETHERTYPE_IPV6: ipv6;
#endif
            ETHERTYPE_ARP: neighbour;
            default: accept;
        }
    }

#if WITH_IPV4
    state ipv4 {
        packet.extract(hdr.ipv4);
        spare = left - (bit<32>) hdr.ipv4.total_length;
        left = (bit<32>) hdr.ipv4.total_length - ((bit<32>) hdr.ipv4.ihl << 2);
        transition select(spare, left, hdr.ipv4.version, hdr.ipv4.ihl) {
            (NEGATIVE, _, _, _): malformed;
            (_, NEGATIVE, _, _): malformed;
            (_, _, 4, 5): ipv4_payload;
            (_, _, 4, 0 .. 4): malformed;
            (_, _, 4, _): ipv4_options;
            default: malformed;
        }
    }

    state ipv4_options {
        spare = ((bit<32>) hdr.ipv4.ihl - 5) << 5;
        packet.extract(hdr.ipv4_options, spare);
        transition ipv4_payload;
    }

    // Only the first fragment has a UDP header: all of them go the same way, without Tern.
    state ipv4_payload {
        transition select(
            hdr.ipv4.more_fragments,
            hdr.ipv4.fragment_offset,
            hdr.ipv4.protocol
        ) {
            (0, 0, IP_UDP): udp;
            (0, 0, IP_ICMP): icmpv4;
            (0, 0, _): accept;
            default: fragment;
        }
    }
#endif

#if WITH_IPV6
    state ipv6 {
        packet.extract(hdr.ipv6);
        spare = left - (bit<32>) IPV6_OCTETS - (bit<32>) hdr.ipv6.payload_length;
        left = (bit<32>) hdr.ipv6.payload_length;
        transition select(spare, hdr.ipv6.version, hdr.ipv6.next_header) {
            (NEGATIVE, _, _): malformed;
            (_, 6, IP_UDP): udp;
            (_, 6, IP_ICMPV6): icmpv6;
            (_, 6, IP_HOP_BY_HOP): ipv6_extensions;
            (_, 6, IP_DESTINATION_OPTIONS): ipv6_extensions;
            (_, 6, IP_ROUTING): ipv6_extensions;
            (_, 6, IP_FRAGMENT): ipv6_extensions;
            (_, 6, _): accept;
            default: malformed;
        }
    }

    state ipv6_extensions {
        hdr.scratch.setValid();
        hdr.scratch.extensions = 0;
        hdr.scratch.extension_kind = 0;
        transition select(hdr.ipv6.next_header) {
            IP_ROUTING: ipv6_routing;
            IP_FRAGMENT: ipv6_fragment;
            default: ipv6_extension;
        }
    }

    // Hop-by-hop options, routing headers and destination options: eight octets, and as many more times
    // as the second octet says.
    state ipv6_extension {
        transition select(left) {
            0 .. 7: malformed;
            default: ipv6_extension_length;
        }
    }

    state ipv6_extension_length {
        hdr.scratch.extension = packet.lookahead<bit<16>>();
        left = left - (((bit<32>) hdr.scratch.extension[7:0] << 3) + 8);
        spare = ((bit<32>) hdr.scratch.extension[7:0] << 6) + 32;
        transition select(left) {
            NEGATIVE: malformed;
            default: ipv6_extension_whole;
        }
    }

    state ipv6_routing {
        hdr.scratch.extension_kind = IP_ROUTING;
        transition ipv6_extension;
    }

    // The second octet is not its length.
    state ipv6_fragment {
        hdr.scratch.extension_kind = IP_FRAGMENT;
        left = left - 8;
        spare = 32;
        transition select(left) {
            NEGATIVE: malformed;
            default: ipv6_extension_whole;
        }
    }

    // With segments left the packet is not yet where it is going (RFC 8200, section 4.4). A fragment
    // with offset 0 and without more fragments is a whole packet (RFC 6946).
    state ipv6_extension_whole {
        packet.extract(hdr.ipv6_extensions.next, spare);
        transition select(
            hdr.scratch.extension_kind,
            hdr.ipv6_extensions.last.octet_2,
            hdr.ipv6_extensions.last.octet_3
        ) {
            (IP_ROUTING, _, 0): ipv6_next_header;
            (IP_ROUTING, _, _): accept;
            (IP_FRAGMENT, 0, 0 &&& 0xF9): ipv6_next_header;
            (IP_FRAGMENT, _, _): fragment;
            default: ipv6_next_header;
        }
    }

    // A fifth extension header is not followed: such a packet is no VIP's.
    state ipv6_next_header {
        hdr.scratch.extensions = hdr.scratch.extensions + 1;
        hdr.scratch.extension_kind = 0;
        transition select(hdr.ipv6_extensions.last.next_header, hdr.scratch.extensions) {
            (IP_UDP, _): udp;
            (IP_ICMPV6, _): icmpv6;
            (_, 4): accept;
            (IP_HOP_BY_HOP, _): ipv6_extension;
            (IP_DESTINATION_OPTIONS, _): ipv6_extension;
            (IP_ROUTING, _): ipv6_routing;
            (IP_FRAGMENT, _): ipv6_fragment;
            default: accept;
        }
    }
#endif

    state udp {
        transition select(left) {
            0 .. 7: malformed;
            default: udp_header;
        }
    }

    state udp_header {
        packet.extract(hdr.udp);
        spare = left - (bit<32>) hdr.udp.length;
        left = (bit<32>) hdr.udp.length - UDP_OCTETS;
        meta.vip_port = hdr.udp.dst_port;
        transition select(spare, left) {
            (NEGATIVE, _): malformed;
            (_, NEGATIVE): malformed;
            (_, 0): no_quic;
            default: quic;
        }
    }

    // For a VIP's packet; Ingress overwrites it for others.
    state no_quic {
        meta.reason = REASON_NOT_QUIC;
        transition accept;
    }

    state no_cid {
        meta.reason = REASON_FALLBACK_CID_TOO_SHORT;
        transition accept;
    }

    // A short header does not say how long its DCID is: the CID configuration will.
    state quic {
        packet.extract(hdr.quic);
        left = left - 1;
        meta.cid_length = (bit<16>) left;
        transition select(hdr.quic.long_form, left) {
            (0, 0): no_cid;
            (0, _): cid;
            (1, 0 .. 4): no_quic;
            default: quic_long;
        }
    }

    state quic_long {
        packet.extract(hdr.quic_long);
        left = left - 5;
        spare = left - (bit<32>) hdr.quic_long.dcid_length;
        meta.cid_length = (bit<16>) hdr.quic_long.dcid_length;
        transition select(spare, hdr.quic_long.dcid_length) {
            (NEGATIVE, _): no_quic;
            (_, 0): no_cid;
            default: cid;
        }
    }

#if WITH_IPV4
    // ICMP with less than a header is not looked at.
    state icmpv4 {
        transition select(left) {
            0 .. 7: accept;
            default: icmpv4_message;
        }
    }

    state icmpv4_message {
        packet.extract(hdr.icmp);
        left = left - ICMP_OCTETS;
        transition select(hdr.icmp.type, left) {
            (_, 0 .. 19): accept;
            (ICMP_UNREACHABLE, _): quoted_ipv4;
            (ICMP_TIME_EXCEEDED, _): quoted_ipv4;
            (ICMP_PARAMETER_PROBLEM, _): quoted_ipv4;
            default: accept;
        }
    }

    state quoted_ipv4 {
        packet.extract(hdr.quoted_ipv4);
        left = left - ((bit<32>) hdr.quoted_ipv4.ihl << 2);
        transition select(
            left,
            hdr.quoted_ipv4.version,
            hdr.quoted_ipv4.ihl,
            hdr.quoted_ipv4.fragment_offset,
            hdr.quoted_ipv4.protocol
        ) {
            (NEGATIVE, _, _, _, _): accept;
            (_, 4, 5, 0, IP_UDP): quoted_udp;
            (_, 4, 6 .. 15, 0, IP_UDP): quoted_ipv4_options;
            default: accept;
        }
    }

    state quoted_ipv4_options {
        spare = ((bit<32>) hdr.quoted_ipv4.ihl - 5) << 5;
        packet.extract(hdr.quoted_ipv4_options, spare);
        transition quoted_udp;
    }
#endif

#if WITH_IPV6
    state icmpv6 {
        transition select(left) {
            0 .. 7: accept;
            default: icmpv6_message;
        }
    }

    state icmpv6_message {
        packet.extract(hdr.icmp);
        left = left - ICMP_OCTETS;
        transition select(hdr.icmp.type, left) {
            (NDP_FIRST .. NDP_LAST, _): neighbour;
            (_, 0 .. 39): accept;
            (ICMPV6_UNREACHABLE, _): quoted_ipv6;
            (ICMPV6_PACKET_TOO_BIG, _): quoted_ipv6;
            (ICMPV6_TIME_EXCEEDED, _): quoted_ipv6;
            (ICMPV6_PARAMETER_PROBLEM, _): quoted_ipv6;
            default: accept;
        }
    }

    // Extension headers of the quoted packet are not followed: servers do not send them.
    state quoted_ipv6 {
        packet.extract(hdr.quoted_ipv6);
        left = left - (bit<32>) IPV6_OCTETS;
        transition select(hdr.quoted_ipv6.version, hdr.quoted_ipv6.next_header) {
            (6, IP_UDP): quoted_udp;
            default: accept;
        }
    }
#endif

    state quoted_udp {
        transition select(left) {
            0 .. 7: accept;
            default: quoted_udp_header;
        }
    }

    // Octets behind the quoted packet are none of it (RFC 4884 appends extensions).
    state quoted_udp_header {
        packet.extract(hdr.udp);
        left = left - UDP_OCTETS;
        spare = left + UDP_OCTETS - (bit<32>) hdr.udp.length;
        meta.vip_port = hdr.udp.src_port;
        transition select(spare, hdr.udp.length) {
            (_, 0 .. 8): accept;
            (NEGATIVE, _): quoted_udp_payload;
            default: quoted_udp_end;
        }
    }

    state quoted_udp_end {
        left = left - spare;
        transition quoted_udp_payload;
    }

    // The server sent the quoted packet: what routes is the source CID of its long header.
    state quoted_udp_payload {
        transition select(left) {
            0 .. 6: accept;
            default: quoted_quic;
        }
    }

    state quoted_quic {
        packet.extract(hdr.quic);
        left = left - 1;
        transition select(hdr.quic.long_form) {
            1: quoted_quic_long;
            default: accept;
        }
    }

    state quoted_quic_long {
        packet.extract(hdr.quic_long);
        left = left - 6 - (bit<32>) hdr.quic_long.dcid_length;
        spare = (bit<32>) hdr.quic_long.dcid_length << 3;
        transition select(left) {
            NEGATIVE: accept;
            default: quoted_scid;
        }
    }

    state quoted_scid {
        packet.extract(hdr.quic_quoted, spare);
        spare = left - (bit<32>) hdr.quic_quoted.scid_length;
        meta.cid_length = (bit<16>) hdr.quic_quoted.scid_length;
        transition select(spare, hdr.quic_quoted.scid_length) {
            (NEGATIVE, _): accept;
            (_, 0): accept;
            default: cid;
        }
    }

    // The octets may reach past the CID into what follows it: the masks of the configuration take
    // care of that. They never reach past the UDP payload.
    state cid {
        transition select(left) {
            0 .. 19: cid_short;
            default: cid_whole;
        }
    }

    // In a state of its own: a target tries one value after the other.
    state cid_short {
        transition select(left) {
            1: cid_1;
            2: cid_2;
            3: cid_3;
            4: cid_4;
            5: cid_5;
            6: cid_6;
            7: cid_7;
            8: cid_8;
            9: cid_9;
            10: cid_10;
            11: cid_11;
            12: cid_12;
            13: cid_13;
            14: cid_14;
            15: cid_15;
            16: cid_16;
            17: cid_17;
            18: cid_18;
            19: cid_19;
        }
    }

    state cid_whole {
        packet.extract(hdr.cid);
        transition accept;
    }

    // The payload ends before the longest CID would: the octets stay in it, and zeros follow.

    state cid_1 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_1 = packet.lookahead<bit<8>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_1[7:5];
        hdr.cid.length_or_random = hdr.short_payload.octets_1[4:0];
        hdr.cid.tail = 0;
        transition accept;
    }

    state cid_2 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_2 = packet.lookahead<bit<16>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_2[15:13];
        hdr.cid.length_or_random = hdr.short_payload.octets_2[12:8];
        hdr.cid.tail = hdr.short_payload.octets_2[7:0] ++ 144w0;
        transition accept;
    }

    state cid_3 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_3 = packet.lookahead<bit<24>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_3[23:21];
        hdr.cid.length_or_random = hdr.short_payload.octets_3[20:16];
        hdr.cid.tail = hdr.short_payload.octets_3[15:0] ++ 136w0;
        transition accept;
    }

    state cid_4 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_4 = packet.lookahead<bit<32>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_4[31:29];
        hdr.cid.length_or_random = hdr.short_payload.octets_4[28:24];
        hdr.cid.tail = hdr.short_payload.octets_4[23:0] ++ 128w0;
        transition accept;
    }

    state cid_5 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_5 = packet.lookahead<bit<40>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_5[39:37];
        hdr.cid.length_or_random = hdr.short_payload.octets_5[36:32];
        hdr.cid.tail = hdr.short_payload.octets_5[31:0] ++ 120w0;
        transition accept;
    }

    state cid_6 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_6 = packet.lookahead<bit<48>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_6[47:45];
        hdr.cid.length_or_random = hdr.short_payload.octets_6[44:40];
        hdr.cid.tail = hdr.short_payload.octets_6[39:0] ++ 112w0;
        transition accept;
    }

    state cid_7 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_7 = packet.lookahead<bit<56>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_7[55:53];
        hdr.cid.length_or_random = hdr.short_payload.octets_7[52:48];
        hdr.cid.tail = hdr.short_payload.octets_7[47:0] ++ 104w0;
        transition accept;
    }

    state cid_8 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_8 = packet.lookahead<bit<64>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_8[63:61];
        hdr.cid.length_or_random = hdr.short_payload.octets_8[60:56];
        hdr.cid.tail = hdr.short_payload.octets_8[55:0] ++ 96w0;
        transition accept;
    }

    state cid_9 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_9 = packet.lookahead<bit<72>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_9[71:69];
        hdr.cid.length_or_random = hdr.short_payload.octets_9[68:64];
        hdr.cid.tail = hdr.short_payload.octets_9[63:0] ++ 88w0;
        transition accept;
    }

    state cid_10 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_10 = packet.lookahead<bit<80>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_10[79:77];
        hdr.cid.length_or_random = hdr.short_payload.octets_10[76:72];
        hdr.cid.tail = hdr.short_payload.octets_10[71:0] ++ 80w0;
        transition accept;
    }

    state cid_11 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_11 = packet.lookahead<bit<88>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_11[87:85];
        hdr.cid.length_or_random = hdr.short_payload.octets_11[84:80];
        hdr.cid.tail = hdr.short_payload.octets_11[79:0] ++ 72w0;
        transition accept;
    }

    state cid_12 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_12 = packet.lookahead<bit<96>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_12[95:93];
        hdr.cid.length_or_random = hdr.short_payload.octets_12[92:88];
        hdr.cid.tail = hdr.short_payload.octets_12[87:0] ++ 64w0;
        transition accept;
    }

    state cid_13 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_13 = packet.lookahead<bit<104>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_13[103:101];
        hdr.cid.length_or_random = hdr.short_payload.octets_13[100:96];
        hdr.cid.tail = hdr.short_payload.octets_13[95:0] ++ 56w0;
        transition accept;
    }

    state cid_14 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_14 = packet.lookahead<bit<112>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_14[111:109];
        hdr.cid.length_or_random = hdr.short_payload.octets_14[108:104];
        hdr.cid.tail = hdr.short_payload.octets_14[103:0] ++ 48w0;
        transition accept;
    }

    state cid_15 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_15 = packet.lookahead<bit<120>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_15[119:117];
        hdr.cid.length_or_random = hdr.short_payload.octets_15[116:112];
        hdr.cid.tail = hdr.short_payload.octets_15[111:0] ++ 40w0;
        transition accept;
    }

    state cid_16 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_16 = packet.lookahead<bit<128>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_16[127:125];
        hdr.cid.length_or_random = hdr.short_payload.octets_16[124:120];
        hdr.cid.tail = hdr.short_payload.octets_16[119:0] ++ 32w0;
        transition accept;
    }

    state cid_17 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_17 = packet.lookahead<bit<136>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_17[135:133];
        hdr.cid.length_or_random = hdr.short_payload.octets_17[132:128];
        hdr.cid.tail = hdr.short_payload.octets_17[127:0] ++ 24w0;
        transition accept;
    }

    state cid_18 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_18 = packet.lookahead<bit<144>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_18[143:141];
        hdr.cid.length_or_random = hdr.short_payload.octets_18[140:136];
        hdr.cid.tail = hdr.short_payload.octets_18[135:0] ++ 16w0;
        transition accept;
    }

    state cid_19 {
        hdr.short_payload.setValid();
        hdr.short_payload.octets_19 = packet.lookahead<bit<152>>();
        hdr.cid.setValid();
        hdr.cid.codepoint = hdr.short_payload.octets_19[151:149];
        hdr.cid.length_or_random = hdr.short_payload.octets_19[148:144];
        hdr.cid.tail = hdr.short_payload.octets_19[143:0] ++ 8w0;
        transition accept;
    }
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Nothing is read behind the end of the UDP payload, whatever else the frame carries: each state
// compares with what is left before it reads. A frame whose lengths lie ends with a parser error
// and the headers up to there; Ingress leaves it to L2. What an ICMP error quotes may be cut short
// anywhere: that is no error.

#ifndef TERN_PARSER_P4
#define TERN_PARSER_P4

error {
    IpHeaderLength,
    IpLengthBeyondFrame,
    UdpLength
}

parser TernParser(
    packet_in packet,
    out headers_t hdr,
    inout metadata_t meta,
    inout standard_metadata_t standard_metadata
) {
    // Octets in front of the IP header.
    bit<32> ip_offset = ETHERNET_OCTETS;
    // Octets of the IP payload; from the UDP header on, octets of the UDP payload that are unread.
    bit<16> left = 0;
    // Octets of the IPv6 extension header, or of the quoted UDP payload.
    bit<16> octets = 0;
#if WITH_IPV6
    bit<8> extensions = 0;
#endif

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

    state ethernet {
        packet.extract(hdr.ethernet);
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
        ip_offset = ip_offset + VLAN_OCTETS;
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
        ip_offset = ip_offset + VLAN_OCTETS;
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

    // ARP and NDP.
    state neighbour {
        meta.neighbour = true;
        transition accept;
    }

#if WITH_IPV4
    state ipv4 {
        packet.extract(hdr.ipv4);
        octets = (bit<16>) hdr.ipv4.ihl << 2;
        verify(
            hdr.ipv4.version == 4 && hdr.ipv4.ihl >= 5 && octets <= hdr.ipv4.total_length,
            error.IpHeaderLength
        );
        verify(
            ip_offset + (bit<32>) hdr.ipv4.total_length <= standard_metadata.packet_length,
            error.IpLengthBeyondFrame
        );
        left = hdr.ipv4.total_length - octets;
        transition select(hdr.ipv4.ihl) {
            5: ipv4_payload;
            default: ipv4_options;
        }
    }

    state ipv4_options {
        packet.extract(hdr.ipv4_options, ((bit<32>) hdr.ipv4.ihl - 5) << 5);
        transition ipv4_payload;
    }

    // Only the first fragment has a UDP header: all of them go the same way, without Tern.
    state ipv4_payload {
        meta.fragment = hdr.ipv4.more_fragments == 1 || hdr.ipv4.fragment_offset != 0;
        transition select(meta.fragment, hdr.ipv4.protocol) {
            (false, IP_UDP): udp;
            (false, IP_ICMP): icmp;
            default: accept;
        }
    }
#endif

#if WITH_IPV6
    state ipv6 {
        packet.extract(hdr.ipv6);
        verify(hdr.ipv6.version == 6, error.IpHeaderLength);
        verify(
            ip_offset + (bit<32>) IPV6_OCTETS + (bit<32>) hdr.ipv6.payload_length
                <= standard_metadata.packet_length,
            error.IpLengthBeyondFrame
        );
        left = hdr.ipv6.payload_length;
        transition select(hdr.ipv6.next_header) {
            IP_UDP: udp;
            IP_ICMPV6: icmpv6;
            IP_HOP_BY_HOP: ipv6_extension;
            IP_ROUTING: ipv6_routing;
            IP_DESTINATION_OPTIONS: ipv6_extension;
            IP_FRAGMENT: ipv6_fragment;
            default: accept;
        }
    }

    // Hop-by-hop options and destination options.
    state ipv6_extension {
        verify(left >= 8, error.IpHeaderLength);
        octets = ((bit<16>) packet.lookahead<bit<16>>()[7:0] << 3) + 8;
        verify(left >= octets, error.IpHeaderLength);
        packet.extract(hdr.ipv6_extensions.next, (bit<32>) (octets - 4) << 3);
        transition ipv6_next_header;
    }

    // With segments left the packet is not yet where it is going (RFC 8200, section 4.4).
    state ipv6_routing {
        verify(left >= 8, error.IpHeaderLength);
        octets = ((bit<16>) packet.lookahead<bit<16>>()[7:0] << 3) + 8;
        verify(left >= octets, error.IpHeaderLength);
        packet.extract(hdr.ipv6_extensions.next, (bit<32>) (octets - 4) << 3);
        transition select(hdr.ipv6_extensions.last.octet_3) {
            0: ipv6_next_header;
            default: accept;
        }
    }

    // Offset 0 without more fragments is a whole packet (RFC 6946).
    state ipv6_fragment {
        verify(left >= 8, error.IpHeaderLength);
        octets = 8;
        packet.extract(hdr.ipv6_extensions.next, 32);
        meta.fragment = hdr.ipv6_extensions.last.octet_2 != 0
            || hdr.ipv6_extensions.last.octet_3 & 0xF9 != 0;
        transition select(meta.fragment) {
            true: accept;
            default: ipv6_next_header;
        }
    }

    // A fifth extension header is not followed: such a packet is no VIP's.
    state ipv6_next_header {
        left = left - octets;
        extensions = extensions + 1;
        transition select(hdr.ipv6_extensions.last.next_header, extensions) {
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
        verify(left >= UDP_OCTETS, error.UdpLength);
        packet.extract(hdr.udp);
        verify(hdr.udp.length >= UDP_OCTETS && hdr.udp.length <= left, error.UdpLength);
        left = hdr.udp.length - UDP_OCTETS;
        meta.vip_port = hdr.udp.dst_port;
        transition select(left) {
            0: accept;
            default: quic;
        }
    }

    state quic {
        packet.extract(hdr.quic);
        left = left - 1;
        transition select(hdr.quic.long_form) {
            1: quic_long_version;
            default: quic_short_dcid;
        }
    }

    state quic_long_version {
        transition select(left >= 5) {
            true: quic_long;
            default: accept;
        }
    }

    state quic_long {
        packet.extract(hdr.quic_long);
        left = left - 5;
        meta.cid_length = (bit<16>) hdr.quic_long.dcid_length;
        transition cid_within_payload;
    }

    // A short header does not say how long its DCID is: the CID configuration will.
    state quic_short_dcid {
        meta.cid_length = left;
        transition cid_within_payload;
    }

    state cid_within_payload {
        meta.quic = meta.cid_length <= left;
        transition select(meta.quic, meta.cid_length) {
            (false, _): accept;
            (true, 0): accept;
            default: cid;
        }
    }

#if WITH_IPV4
    // ICMP with less than a header is not looked at.
    state icmp {
        transition select(left >= ICMP_OCTETS) {
            true: icmpv4_message;
            default: accept;
        }
    }

    state icmpv4_message {
        packet.extract(hdr.icmp);
        left = left - ICMP_OCTETS;
        transition select(hdr.icmp.type) {
            ICMP_UNREACHABLE: quoted_ipv4_length;
            ICMP_TIME_EXCEEDED: quoted_ipv4_length;
            ICMP_PARAMETER_PROBLEM: quoted_ipv4_length;
            default: accept;
        }
    }

    state quoted_ipv4_length {
        transition select(left >= IPV4_OCTETS) {
            true: quoted_ipv4;
            default: accept;
        }
    }

    state quoted_ipv4 {
        packet.extract(hdr.quoted_ipv4);
        octets = (bit<16>) hdr.quoted_ipv4.ihl << 2;
        transition select(
            hdr.quoted_ipv4.version == 4 && octets >= IPV4_OCTETS && octets <= left
                && hdr.quoted_ipv4.src_addr == hdr.ipv4.dst_addr,
            hdr.quoted_ipv4.fragment_offset,
            hdr.quoted_ipv4.protocol,
            hdr.quoted_ipv4.ihl
        ) {
            (true, 0, IP_UDP, 5): quoted_ipv4_payload;
            (true, 0, IP_UDP, _): quoted_ipv4_options;
            default: accept;
        }
    }

    state quoted_ipv4_options {
        packet.extract(hdr.quoted_ipv4_options, ((bit<32>) hdr.quoted_ipv4.ihl - 5) << 5);
        transition quoted_ipv4_payload;
    }

    state quoted_ipv4_payload {
        left = left - octets;
        transition quoted_udp_length;
    }
#endif

#if WITH_IPV6
    state icmpv6 {
        transition select(left >= ICMP_OCTETS) {
            true: icmpv6_message;
            default: accept;
        }
    }

    state icmpv6_message {
        packet.extract(hdr.icmp);
        left = left - ICMP_OCTETS;
        transition select(hdr.icmp.type) {
            ICMPV6_UNREACHABLE: quoted_ipv6_length;
            ICMPV6_PACKET_TOO_BIG: quoted_ipv6_length;
            ICMPV6_TIME_EXCEEDED: quoted_ipv6_length;
            ICMPV6_PARAMETER_PROBLEM: quoted_ipv6_length;
            NDP_FIRST .. NDP_LAST: neighbour;
            default: accept;
        }
    }

    state quoted_ipv6_length {
        transition select(left >= IPV6_OCTETS) {
            true: quoted_ipv6;
            default: accept;
        }
    }

    // Extension headers of the quoted packet are not followed: servers do not send them.
    state quoted_ipv6 {
        packet.extract(hdr.quoted_ipv6);
        left = left - IPV6_OCTETS;
        transition select(
            hdr.quoted_ipv6.version == 6 && hdr.quoted_ipv6.src_addr == hdr.ipv6.dst_addr,
            hdr.quoted_ipv6.next_header
        ) {
            (true, IP_UDP): quoted_udp_length;
            default: accept;
        }
    }
#endif

    state quoted_udp_length {
        transition select(left >= UDP_OCTETS) {
            true: quoted_udp;
            default: accept;
        }
    }

    state quoted_udp {
        packet.extract(hdr.quoted_udp);
        left = left - UDP_OCTETS;
        meta.icmp_error = true;
        meta.vip_port = hdr.quoted_udp.src_port;
        transition select(hdr.quoted_udp.length > UDP_OCTETS, left) {
            (false, _): accept;
            (true, 0): accept;
            default: quoted_udp_payload;
        }
    }

    // Octets behind the quoted packet are none of it (RFC 4884 appends extensions).
    state quoted_udp_payload {
        octets = hdr.quoted_udp.length - UDP_OCTETS;
        left = octets < left ? octets : left;
        packet.extract(hdr.quic);
        left = left - 1;
        transition select(hdr.quic.long_form, left >= 5) {
            (1, true): quoted_quic_long;
            default: accept;
        }
    }

    // The server sent the quoted packet: what routes is the source CID.
    state quoted_quic_long {
        packet.extract(hdr.quic_long);
        left = left - 5;
        transition select((bit<16>) hdr.quic_long.dcid_length < left) {
            true: quoted_scid;
            default: accept;
        }
    }

    state quoted_scid {
        packet.extract(hdr.quic_quoted_dcid, (bit<32>) hdr.quic_long.dcid_length << 3);
        packet.extract(hdr.quic_quoted_scid_length);
        left = left - (bit<16>) hdr.quic_long.dcid_length - 1;
        meta.cid_length = (bit<16>) hdr.quic_quoted_scid_length.scid_length;
        transition cid_within_payload;
    }

    // The octets may reach past the CID into what follows it: the masks of the configuration take
    // care of that. They never reach past the UDP payload.
    state cid {
        packet.extract(hdr.cid_first_octet);
        left = left - 1;
        transition select(left) {
            0: accept;
            1: cid_tail_1;
            2: cid_tail_2;
            3: cid_tail_3;
            4: cid_tail_4;
            5: cid_tail_5;
            6: cid_tail_6;
            7: cid_tail_7;
            8: cid_tail_8;
            9: cid_tail_9;
            10: cid_tail_10;
            11: cid_tail_11;
            12: cid_tail_12;
            13: cid_tail_13;
            14: cid_tail_14;
            15: cid_tail_15;
            16: cid_tail_16;
            17: cid_tail_17;
            18: cid_tail_18;
            default: cid_tail_19;
        }
    }

    state cid_tail_1 {
        meta.cid_tail = packet.lookahead<bit<8>>() ++ 144w0;
        transition accept;
    }

    state cid_tail_2 {
        meta.cid_tail = packet.lookahead<bit<16>>() ++ 136w0;
        transition accept;
    }

    state cid_tail_3 {
        meta.cid_tail = packet.lookahead<bit<24>>() ++ 128w0;
        transition accept;
    }

    state cid_tail_4 {
        meta.cid_tail = packet.lookahead<bit<32>>() ++ 120w0;
        transition accept;
    }

    state cid_tail_5 {
        meta.cid_tail = packet.lookahead<bit<40>>() ++ 112w0;
        transition accept;
    }

    state cid_tail_6 {
        meta.cid_tail = packet.lookahead<bit<48>>() ++ 104w0;
        transition accept;
    }

    state cid_tail_7 {
        meta.cid_tail = packet.lookahead<bit<56>>() ++ 96w0;
        transition accept;
    }

    state cid_tail_8 {
        meta.cid_tail = packet.lookahead<bit<64>>() ++ 88w0;
        transition accept;
    }

    state cid_tail_9 {
        meta.cid_tail = packet.lookahead<bit<72>>() ++ 80w0;
        transition accept;
    }

    state cid_tail_10 {
        meta.cid_tail = packet.lookahead<bit<80>>() ++ 72w0;
        transition accept;
    }

    state cid_tail_11 {
        meta.cid_tail = packet.lookahead<bit<88>>() ++ 64w0;
        transition accept;
    }

    state cid_tail_12 {
        meta.cid_tail = packet.lookahead<bit<96>>() ++ 56w0;
        transition accept;
    }

    state cid_tail_13 {
        meta.cid_tail = packet.lookahead<bit<104>>() ++ 48w0;
        transition accept;
    }

    state cid_tail_14 {
        meta.cid_tail = packet.lookahead<bit<112>>() ++ 40w0;
        transition accept;
    }

    state cid_tail_15 {
        meta.cid_tail = packet.lookahead<bit<120>>() ++ 32w0;
        transition accept;
    }

    state cid_tail_16 {
        meta.cid_tail = packet.lookahead<bit<128>>() ++ 24w0;
        transition accept;
    }

    state cid_tail_17 {
        meta.cid_tail = packet.lookahead<bit<136>>() ++ 16w0;
        transition accept;
    }

    state cid_tail_18 {
        meta.cid_tail = packet.lookahead<bit<144>>() ++ 8w0;
        transition accept;
    }

    state cid_tail_19 {
        meta.cid_tail = packet.lookahead<bit<152>>();
        transition accept;
    }
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Nothing is read behind the end of the UDP payload, whatever else the frame carries: each state
// compares with what is left before it reads. A frame whose lengths lie ends with a parser error
// and the headers up to there; Ingress leaves it to L2.

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
    // Octets of the IP payload; from the UDP header on, octets of the UDP payload that are unread.
    bit<16> left = 0;

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
            ETHERTYPE_IPV4: ipv4;
            ETHERTYPE_IPV6: ipv6;
            default: accept;
        }
    }

    state ipv4 {
        packet.extract(hdr.ipv4);
        bit<16> header_octets = (bit<16>) hdr.ipv4.ihl << 2;
        verify(
            hdr.ipv4.version == 4 && hdr.ipv4.ihl >= 5 && header_octets <= hdr.ipv4.total_length,
            error.IpHeaderLength
        );
        verify(
            ETHERNET_OCTETS + (bit<32>) hdr.ipv4.total_length <= standard_metadata.packet_length,
            error.IpLengthBeyondFrame
        );
        left = hdr.ipv4.total_length - header_octets;
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
            (false, IP_PROTOCOL_UDP): udp;
            default: accept;
        }
    }

    // Extension headers, fragments among them, are not followed: such a packet is no VIP's.
    state ipv6 {
        packet.extract(hdr.ipv6);
        verify(hdr.ipv6.version == 6, error.IpHeaderLength);
        verify(
            ETHERNET_OCTETS + IPV6_OCTETS + (bit<32>) hdr.ipv6.payload_length
                <= standard_metadata.packet_length,
            error.IpLengthBeyondFrame
        );
        left = hdr.ipv6.payload_length;
        transition select(hdr.ipv6.next_header) {
            IP_PROTOCOL_UDP: udp;
            default: accept;
        }
    }

    state udp {
        verify(left >= UDP_OCTETS, error.UdpLength);
        packet.extract(hdr.udp);
        verify(hdr.udp.length >= UDP_OCTETS && hdr.udp.length <= left, error.UdpLength);
        left = hdr.udp.length - UDP_OCTETS;
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
        meta.quic = meta.cid_length <= left;
        transition select(meta.quic, hdr.quic_long.dcid_length) {
            (false, _): accept;
            (true, 0): accept;
            default: cid;
        }
    }

    // A short header does not say how long its DCID is: the CID configuration will.
    state quic_short_dcid {
        meta.quic = true;
        meta.cid_length = left;
        transition select(left) {
            0: accept;
            default: cid;
        }
    }

    // The octets may reach past the DCID into what follows it: sid_mask takes care of that. They
    // never reach past the UDP payload.
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
            default: cid_tail_15;
        }
    }

    state cid_tail_1 {
        meta.cid_tail = packet.lookahead<bit<8>>() ++ 112w0;
        transition accept;
    }

    state cid_tail_2 {
        meta.cid_tail = packet.lookahead<bit<16>>() ++ 104w0;
        transition accept;
    }

    state cid_tail_3 {
        meta.cid_tail = packet.lookahead<bit<24>>() ++ 96w0;
        transition accept;
    }

    state cid_tail_4 {
        meta.cid_tail = packet.lookahead<bit<32>>() ++ 88w0;
        transition accept;
    }

    state cid_tail_5 {
        meta.cid_tail = packet.lookahead<bit<40>>() ++ 80w0;
        transition accept;
    }

    state cid_tail_6 {
        meta.cid_tail = packet.lookahead<bit<48>>() ++ 72w0;
        transition accept;
    }

    state cid_tail_7 {
        meta.cid_tail = packet.lookahead<bit<56>>() ++ 64w0;
        transition accept;
    }

    state cid_tail_8 {
        meta.cid_tail = packet.lookahead<bit<64>>() ++ 56w0;
        transition accept;
    }

    state cid_tail_9 {
        meta.cid_tail = packet.lookahead<bit<72>>() ++ 48w0;
        transition accept;
    }

    state cid_tail_10 {
        meta.cid_tail = packet.lookahead<bit<80>>() ++ 40w0;
        transition accept;
    }

    state cid_tail_11 {
        meta.cid_tail = packet.lookahead<bit<88>>() ++ 32w0;
        transition accept;
    }

    state cid_tail_12 {
        meta.cid_tail = packet.lookahead<bit<96>>() ++ 24w0;
        transition accept;
    }

    state cid_tail_13 {
        meta.cid_tail = packet.lookahead<bit<104>>() ++ 16w0;
        transition accept;
    }

    state cid_tail_14 {
        meta.cid_tail = packet.lookahead<bit<112>>() ++ 8w0;
        transition accept;
    }

    state cid_tail_15 {
        meta.cid_tail = packet.lookahead<bit<120>>();
        transition accept;
    }
}

#endif

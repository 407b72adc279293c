// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_DEPARSER_P4
#define TERN_DEPARSER_P4

control TernDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.packet_in);
        packet.emit(hdr.ethernet);
        packet.emit(hdr.vlan);
#if WITH_TUNNELS
        packet.emit(hdr.outer_ipv4);
        packet.emit(hdr.outer_ipv6);
#endif
#if WITH_GUE
        packet.emit(hdr.outer_udp);
#endif
        packet.emit(hdr.ipv4);
        packet.emit(hdr.ipv4_options);
        packet.emit(hdr.ipv6);
        packet.emit(hdr.ipv6_extensions);
        packet.emit(hdr.icmp);
        packet.emit(hdr.quoted_ipv4);
        packet.emit(hdr.quoted_ipv4_options);
        packet.emit(hdr.quoted_ipv6);
        packet.emit(hdr.udp);
        packet.emit(hdr.quic);
        packet.emit(hdr.quic_long);
        packet.emit(hdr.quic_quoted);
        packet.emit(hdr.cid);
    }
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Tern: QUIC connection-ID load balancing, v1model.
//
//  packet in
//     |
//  TernParser      Ethernet, IPv4 (options), IPv6, UDP, QUIC by the invariants of RFC 8999
//     |
//  TernIngress
//     |  from the CPU port? ------------------------------------- packet-out: to the port it names
//     |  lengths lie, or a fragment? ------------------------------------+
//     |                                                                  |
//    Vip          vip_v4, vip_v6: destination -> pool                    |
//     |  no VIP's? ------------------------------------------------------+
//     |                                                                  |
//    Cid          cid_config: pool, codepoint -> mask of the server ID   |
//     |           server_id: SID space, SID -> backend                   |
//     |  routable? --------------------+                                 |
//     |  steer-only VIP? --------------|---------------------------------+
//     |                                |                                 |
//  Fallback       fallback: pool, slot |                                 |
//     |           (CRC-32 of 4-tuple)  |                                 |
//     |              -> backend        |                                 |
//     |  empty slot? drop              |                                 |
//     +--------------------------------+                                 |
//     |                                                                  |
//   Steer         TTL / hop limit; backend -> port, MAC addresses       L2   l2: MAC -> port
//     |  TTL used up, no backend? drop                                   |       or flood, or drop
//     +------------------------------------------------------------------+
//     |
//  reason.count   exactly one cell for every packet
//     |
//  TernEgress      no flooding back to where it came from; packet-in header towards the CPU
//     |
//  TernDeparser
//
// Every parameter of decoding (pools, codepoints, SID lengths) is table data: a new configuration
// is a table write and never a reload of this program. A packet that is no VIP's leaves as it came.
// What each reason means exactly, and which one wins, is in docs/p4.md.

#include <core.p4>
#include <v1model.p4>

#include "features.p4"
#include "sizes.p4"
#include "reasons.p4"
#include "headers.p4"
#include "metadata.p4"
#include "tern_parser.p4"
#include "nat.p4"
#include "vip.p4"
#include "flow_hash.p4"
#include "cid.p4"
#include "fallback.p4"
#include "state.p4"
#include "steer.p4"
#include "return_path.p4"
#include "icmp_echo.p4"
#include "l2.p4"
#include "punt.p4"
#include "tern_ingress.p4"
#include "replicate.p4"
#include "encapsulate.p4"
#include "tern_egress.p4"
#include "checksums.p4"
#include "tern_deparser.p4"

@pkginfo(name = "tern", version = "0.2.0")
@brief("QUIC connection-ID load balancing")
V1Switch(
    TernParser(),
    VerifyChecksums(),
    TernIngress(),
    TernEgress(),
    ComputeChecksums(),
    TernDeparser()
) main;

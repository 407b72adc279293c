// SPDX-License-Identifier: Apache-2.0
//
// Tern: QUIC connection-ID load balancing, v1model.
//
//  packet in
//     |
//  TernParser      Ethernet, two VLAN tags, IPv4 (options), IPv6 (extension headers), UDP, ICMP errors
//     |            and what they quote, QUIC by the invariants of RFC 8999
//     |
//  TernIngress
//     |  from the CPU port? ---------------------------------- packet-out: to the port it names
//     |  lengths lie, or a fragment? --------------------------------------------+
//     |                                                                          |
//    Vip           vip_v4, vip_v6: destination -> pool                           |
//     |            (of an ICMP error: source of the quoted packet)               |
//     |  no VIP's? --+                                                           |
//     |              |  ARP, NDP? -----------------------------------------------+
//     |           IcmpEcho     echo_v4, echo_v6: VIP address -> answer           |
//     |              |  answered? ----------------------------------+            |
//     |          ReturnPath    return_path_v4, return_path_v6:      |            |
//     |              |         backend behind NAT -> VIP again      |            |
//     |              +----------------------------------------------|------------+
//  FlowHash        CRC-32 of the 4-tuple                            |            |
//     |                                                             |            |
//    Cid           cid_config: pool, codepoint -> decode            |            |
//     |              (clear text, single pass, four passes)         |            |
//     |            server_id: SID space, SID -> backend             |            |
//     |  routable? --------------+                                  |            |
//     |  steer-only VIP? --------|----------------------------------|------------+
//     |                          |                                  |            |
//  Fallback        fallback: pool, slot -> backend                  |            |
//     |                          |  (and where `migrated` counts)   |            |
//   State          known_dcids, known_tuples: where it went before  |            |
//     |                          |                                  |            |
//     |            serving_backend: does that one still serve?      |            |
//     |  ICMP error, and a group for them? --+                      |            |
//     |  no backend? drop        |           |                      |            |
//     +--------------------------+           |                      |            |
//     |                                      |                      |            |
//   Steer          backend: how to get to it |                      |            |
//     |  this device? -----------------------|----------------------|------------+
//     |  none, TTL used up, other family? drop                      |            |
//     |                                      |                      |           L2   l2: MAC -> port,
//     |                                      |                      |            |   flood or drop
//     +--------------------------------------+----------------------+------------+
//     |
//  reason.count    exactly one cell for every packet
//     |
//   Punt           punt: reason -> sampled, metered copy to the controller
//     |
//  TernEgress      no flooding back to where it came from; packet-in header towards the CPU port
//     |
//  Replicate       replica: copy of an ICMP error -> one backend of the pool
//     |
//  Nat, Encapsulate     other destination; or IP-in-IP, GUE
//     |
//  TernDeparser
//
// Every parameter of decoding (pools, codepoints, SID lengths) is table data: a new configuration
// is a table write and never a reload of this program. A packet that is no VIP's leaves as it came.
// What each reason means exactly, and which one wins, is in docs/p4.md. A profile (features.p4) leaves
// parts out; what stays keeps its place.

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

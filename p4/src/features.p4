// SPDX-License-Identifier: Apache-2.0
//
// What a profile can leave out. Each is 1 (in) or 0 (out); a profile defines its own in front of
// tern.p4. What is left out has no table and no action in P4Info, and that is how the controller
// knows.

#ifndef TERN_FEATURES_P4
#define TERN_FEATURES_P4

// Address families of VIPs.
#ifndef WITH_IPV4
#define WITH_IPV4 1
#endif
#ifndef WITH_IPV6
#define WITH_IPV6 1
#endif

// CID algorithms, beside clear text.
#ifndef WITH_SINGLE_PASS
#define WITH_SINGLE_PASS 1
#endif
#ifndef WITH_FOUR_PASS
#define WITH_FOUR_PASS 1
#endif

// Forwarding modes, beside L2.
#ifndef WITH_IPIP
#define WITH_IPIP 1
#endif
#ifndef WITH_GUE
#define WITH_GUE 1
#endif
#ifndef WITH_NAT
#define WITH_NAT 1
#endif

// Tables of unroutable DCIDs and of 4-tuples: steps 3 and 4 of the draft's forwarding order.
#ifndef WITH_STATE
#define WITH_STATE 1
#endif

// Headers that Egress puts in front of a packet.
#define WITH_TUNNELS (WITH_IPIP || WITH_GUE)

#if !WITH_IPV4 && !WITH_IPV6
#error "a profile needs WITH_IPV4 or WITH_IPV6"
#endif

#endif

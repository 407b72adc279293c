// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_METADATA_P4
#define TERN_METADATA_P4

// What Egress does to a packet for a backend: rewrite_t.kind.
#if WITH_IPIP
const bit<8> REWRITE_IPIP_V4 = 1;
const bit<8> REWRITE_IPIP_V6 = 2;
#endif
#if WITH_GUE
const bit<8> REWRITE_GUE_V4 = 3;
const bit<8> REWRITE_GUE_V6 = 4;
#endif
#if WITH_NAT && WITH_IPV4
const bit<8> REWRITE_NAT_V4 = 5;
#endif
#if WITH_NAT && WITH_IPV6
const bit<8> REWRITE_NAT_V6 = 6;
#endif

#if WITH_IPIP && WITH_GUE
#define IS_OUTER_IPV4(rewrite) ((rewrite) == REWRITE_IPIP_V4 || (rewrite) == REWRITE_GUE_V4)
#elif WITH_IPIP
#define IS_OUTER_IPV4(rewrite) ((rewrite) == REWRITE_IPIP_V4)
#else
#define IS_OUTER_IPV4(rewrite) ((rewrite) == REWRITE_GUE_V4)
#endif
#if WITH_IPV4 && WITH_IPV6
#define IS_NAT(rewrite) ((rewrite) == REWRITE_NAT_V4 || (rewrite) == REWRITE_NAT_V6)
#elif WITH_IPV4
#define IS_NAT(rewrite) ((rewrite) == REWRITE_NAT_V4)
#else
#define IS_NAT(rewrite) ((rewrite) == REWRITE_NAT_V6)
#endif

// Fields that a copy for the controller keeps.
const bit<8> FIELDS_OF_COPY = 1;

// BMv2 clears every field of metadata for every packet, so each one here, and each local variable of a
// control, costs all packets. What only some packets need is in headers that no deparser emits
// (headers.p4): a header costs next to nothing until it is made valid.
struct metadata_t {
    // From the parser.
    // UDP destination port, or source port of the packet that an ICMP error quotes.
    bit<16> vip_port;
    // Octets of the CID (long header), or the most that it can have (short header).
    bit<16> cid_length;

    // From Vip. 0: no VIP's packet.
    bit<16> pool_id;
    bit<32> fallback_mask;
    bit<1> steer_only;
    bit<1> count_migrated;
    bit<16> icmp_group;

    // From Cid.
    bit<16> sid_space;
    bit<120> server_id;
    bit<8> min_cid_length;
    bit<1> check_length;

    // From Cid, State or Fallback. 0: none.
    bit<32> backend_id;

    // The packet is L2's.
    bit<1> to_l2;

    // Cell of the counter `reason`. From the parser: what makes it no VIP's packet at once, or why
    // its payload has no CID that could route.
    @field_list(FIELDS_OF_COPY)
    bit<32> reason;
    @field_list(FIELDS_OF_COPY)
    bit<9> copied_ingress_port;
}

#endif

// SPDX-License-Identifier: Apache-2.0

#ifndef TERN_METADATA_P4
#define TERN_METADATA_P4

// What Egress does to a packet for a backend: metadata_t.rewrite.
const bit<4> REWRITE_NONE = 0;
#if WITH_IPIP
const bit<4> REWRITE_IPIP_V4 = 1;
const bit<4> REWRITE_IPIP_V6 = 2;
#endif
#if WITH_GUE
const bit<4> REWRITE_GUE_V4 = 3;
const bit<4> REWRITE_GUE_V6 = 4;
#endif
#if WITH_NAT && WITH_IPV4
const bit<4> REWRITE_NAT_V4 = 5;
#endif
#if WITH_NAT && WITH_IPV6
const bit<4> REWRITE_NAT_V6 = 6;
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

struct metadata_t {
    // From the parser.
    bool fragment;
    bool neighbour;
    // An ICMP error that quotes a UDP packet of the address that it is sent to.
    bool icmp_error;
    // UDP destination port, or source port of the packet that an ICMP error quotes.
    bit<16> vip_port;
    // The UDP payload holds a QUIC header up to the end of its DCID (long) or first octet (short).
    // Of an ICMP error: what it quotes holds a long header up to the end of its SCID.
    bool quic;
    // Octets of the CID (long header), or the most that it can have (short header).
    bit<16> cid_length;
    // Up to 19 octets behind the CID's first one, left aligned; zeros where the UDP payload ends.
    bit<152> cid_tail;

    // From Vip.
    bit<16> pool_id;
    bit<32> fallback_mask;
    bool steer_only;
    bool count_migrated;
    bit<16> icmp_group;
#if WITH_STATE
    // Microseconds; 0: the pool keeps no state.
    bit<48> state_timeout;
#endif

    // From FlowHash.
    bit<32> flow_hash;

    // From Cid.
    bit<16> sid_space;
    bit<120> server_id;
    bit<8> min_cid_length;
    bool check_length;

    // From Cid, State or Fallback.
    bit<32> backend_id;

    // From Steer, or Replicate.
    bool deliver_local;
    bit<4> rewrite;
#if WITH_TUNNELS || WITH_NAT
    // IPv4 addresses in the low 32 bits. NAT has a new address and no source.
    bit<128> outer_src_addr;
    bit<128> outer_dst_addr;
    // Destination port of GUE or NAT.
    bit<16> outer_dst_port;
#endif

    // An ICMP error on its way to all backends of its pool.
    bool replicate;

    // Cell of the counter `reason`.
    @field_list(FIELDS_OF_COPY)
    bit<32> reason;
    @field_list(FIELDS_OF_COPY)
    bit<9> copied_ingress_port;
}

#endif

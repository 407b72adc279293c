// SPDX-License-Identifier: Apache-2.0
//
// Cells of the counter `reason`. The counter's annotation (tern_ingress.p4) carries them into P4Info,
// from which the Java constants are generated.

#ifndef TERN_REASONS_P4
#define TERN_REASONS_P4

// Left to L2.
#define REASON_NOT_VIP 0
#define REASON_FRAGMENT 1
#define REASON_MALFORMED 2
#define REASON_STEER_LOCAL 3

// Sent to a backend.
#define REASON_ROUTED_BY_CID 4
#define REASON_NOT_QUIC 5
#define REASON_FALLBACK_CID_TOO_SHORT 6
#define REASON_FALLBACK_UNKNOWN_CODEPOINT 7
#define REASON_FALLBACK_UNKNOWN_SERVER 8

// Dropped.
#define REASON_NO_FALLBACK 9
#define REASON_TTL_EXPIRED 10
#define REASON_DANGLING_BACKEND 11

// From the controller.
#define REASON_PACKET_OUT 12

// Sent to a backend.
#define REASON_FALLBACK_CID_LENGTH_MISMATCH 13
#define REASON_KNOWN_DCID 14
#define REASON_KNOWN_TUPLE 15
#define REASON_ICMP_BY_CID 16
#define REASON_ICMP_FALLBACK 17
#define REASON_ICMP_REPLICATED 18

// Answered.
#define REASON_ICMP_ECHO 19

// From a backend to a client.
#define REASON_RETURN_PATH 20

// Left to L2.
#define REASON_NEIGHBOUR 21

// Dropped.
#define REASON_WRONG_FAMILY 22

#define REASON_COUNT 23

#endif

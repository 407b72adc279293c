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

#define REASON_COUNT 13

#endif

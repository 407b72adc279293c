// SPDX-License-Identifier: Apache-2.0
//
// The size of every table, register and stack. A profile defines its own in front of tern.p4.

#ifndef TERN_SIZES_P4
#define TERN_SIZES_P4

// VIPs, of each address family.
#ifndef VIP_SIZE
#define VIP_SIZE 1024
#endif
// A pool has at most 7 CID configurations (codepoints 0 to 6).
#ifndef CID_CONFIG_SIZE
#define CID_CONFIG_SIZE 8192
#endif
// Server IDs of all SID spaces together.
#ifndef SERVER_ID_SIZE
#define SERVER_ID_SIZE 65536
#endif
// Slots of all pools together: a pool wants 100 of them for each of its backends.
#ifndef FALLBACK_SIZE
#define FALLBACK_SIZE 524288
#endif
#ifndef BACKEND_SIZE
#define BACKEND_SIZE 65536
#endif
// Copies of all multicast groups that replicate ICMP errors.
#ifndef REPLICA_SIZE
#define REPLICA_SIZE 16384
#endif
// Backends behind NAT, of each address family.
#ifndef RETURN_PATH_SIZE
#define RETURN_PATH_SIZE 65536
#endif
// VIP addresses, of each family, whose ICMP echo requests the device answers.
#ifndef ECHO_SIZE
#define ECHO_SIZE 1024
#endif
// MAC addresses.
#ifndef L2_SIZE
#define L2_SIZE 16384
#endif
// Cells of the table of unroutable DCIDs, and of that of 4-tuples. Low bits of a CRC-32 pick the cell,
// so this is a power of two.
#ifndef STATE_SIZE
#define STATE_SIZE 65536
#endif
// Pools: pool_id is below it. Cells of the counter `migrated`.
#ifndef POOL_SIZE
#define POOL_SIZE 65536
#endif

#endif

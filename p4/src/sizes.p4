// SPDX-License-Identifier: Apache-2.0
//
// The size of every table.

#ifndef TERN_SIZES_P4
#define TERN_SIZES_P4

// VIPs, of each address family.
#define VIP_SIZE 1024
// A pool has at most 7 CID configurations (codepoints 0 to 6).
#define CID_CONFIG_SIZE 8192
// Server IDs of all SID spaces together.
#define SERVER_ID_SIZE 65536
// Slots of all pools together: a pool wants 100 of them for each of its backends.
#define FALLBACK_SIZE 131072
#define BACKEND_SIZE 65536
// MAC addresses.
#define L2_SIZE 16384

#endif

/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#ifndef TERN_PLACES_H
#define TERN_PLACES_H

/* What compiler and verifier have to be told about accesses to memory. */

/*
 * The widest type of a place in a frame: bpf targets copy octet by octet what they think is not
 * aligned.
 */
#define AT(type, place) (*(type *)(place))

/*
 * A look-up in one of several maps: without the comment, which is all that the assembler sees, the
 * compiler makes one call of the look-ups of several branches, with a map that depends; and that is an
 * indirect call in the kernel where a direct one would do.
 */
#define LOOKUP(map, key)                                     \
	({                                                   \
		void *found = bpf_map_lookup_elem(&map, key);\
		asm volatile("# " #map : "+r"(found));       \
		found;                                       \
	})

/* A number that the verifier sees to be small, whatever the compiler knows about it. */
#define BOUNDED(number, mask)                       \
	({                                          \
		__u32 bounded = (number);           \
		asm volatile("" : "+r"(bounded));   \
		bounded & (mask);                   \
	})

#endif

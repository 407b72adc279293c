/**
 * The interpreter: a {@link io.tern.embedded.bmv2.Program} compiled, at load, into a closed tree of
 * typed nodes over one array of machine words.
 *
 * <p>{@link io.tern.embedded.engine.InterpretedDataPlane} is the way in. The packet path allocates
 * nothing once it has warmed up and takes no lock; it never throws for anything that a packet
 * contains.
 */
package io.tern.embedded.engine;

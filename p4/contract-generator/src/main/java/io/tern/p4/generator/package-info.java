/**
 * Writes Java constants from a P4Info file, so that no ID, width or counter cell of the P4 program
 * is typed by hand: {@link io.tern.p4.generator.ContractGenerator}.
 */
package io.tern.p4.generator;

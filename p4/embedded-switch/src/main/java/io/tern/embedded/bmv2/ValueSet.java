package io.tern.embedded.bmv2;

/**
 * A set of parser keys that the control plane fills.
 *
 * @param width of the parts of a key together, without padding
 */
public record ValueSet(int index, String name, int width) {}

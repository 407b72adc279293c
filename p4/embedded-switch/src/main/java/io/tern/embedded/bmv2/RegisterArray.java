package io.tern.embedded.bmv2;

/**
 * State that survives the packet.
 *
 * @param width of a cell, in bits
 */
public record RegisterArray(int index, String name, int size, int width) {}

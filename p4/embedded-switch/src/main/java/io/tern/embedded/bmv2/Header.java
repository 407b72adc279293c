package io.tern.embedded.bmv2;

/**
 * A header or metadata instance.
 *
 * @param index place in {@link Program#headers()}
 * @param metadata always valid and zero at first; never extracted
 */
public record Header(int index, String name, HeaderType type, boolean metadata) {}

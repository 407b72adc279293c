package io.tern.embedded.engine;

/** A compiled reference to a header: its base slot, or {@link #NONE}. */
@FunctionalInterface
interface HeaderNode {
  int NONE = -1;

  int base(PacketContext c);
}

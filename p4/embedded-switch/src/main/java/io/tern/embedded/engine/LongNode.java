package io.tern.embedded.engine;

/** A compiled expression: the low 64 bits of its value. */
@FunctionalInterface
interface LongNode {
  long eval(PacketContext c);
}

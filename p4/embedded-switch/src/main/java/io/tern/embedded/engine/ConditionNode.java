package io.tern.embedded.engine;

/** A compiled condition. */
@FunctionalInterface
interface ConditionNode {
  boolean test(PacketContext c);
}

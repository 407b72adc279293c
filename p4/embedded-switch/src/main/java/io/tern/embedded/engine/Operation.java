package io.tern.embedded.engine;

/** A compiled primitive. */
@FunctionalInterface
interface Operation {
  void run(PacketContext c);
}

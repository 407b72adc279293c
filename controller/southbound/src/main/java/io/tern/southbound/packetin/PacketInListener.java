package io.tern.southbound.packetin;

/**
 * Told of the packets that devices copy to the controller. May be called by several threads at
 * once; must not block.
 */
@FunctionalInterface
public interface PacketInListener {
  /** A device copied a packet. */
  void onPacketIn(PacketSample sample);
}

package io.tern.core.oracle;

import io.tern.core.intent.Forwarding;
import io.tern.core.intent.MacAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The way to a backend somewhere else: makes the frames that it gets. Immutable.
 *
 * @param port that they leave by
 * @param destinationMac of the next hop
 * @param sourceMac empty: the packet's own stays
 * @param forwarding what is done to the packet besides
 * @param address the backend's own, for tunnels and NAT
 * @param udpPort the backend's own, for NAT
 * @param tunnelSource outer source address, of the family of {@code address}; present for tunnels
 */
record Delivery(
    int port,
    MacAddress destinationMac,
    Optional<MacAddress> sourceMac,
    Forwarding forwarding,
    InetAddress address,
    int udpPort,
    Optional<InetAddress> tunnelSource)
    implements Way {
  private static final int OCTETS_V4 = 4;

  /**
   * The packet as the backend gets it; it has a hop left to go. Empty if NAT would have to change
   * its address family.
   */
  Optional<Frame> frameFor(Packet.OfFlow packet) {
    IpHeader ip = packet.ip();
    ByteBuffer frame = FrameEditor.copyOf(ip);
    FrameEditor.macs(frame, destinationMac, sourceMac);
    FrameEditor.timeToLive(frame, ip, ip.timeToLive() - 1);
    if (forwarding instanceof Forwarding.Nat) {
      if ((address.getAddress().length == OCTETS_V4) != ip.isV4()) {
        return Optional.empty();
      }
      new Translation(address.getAddress(), udpPort).ofDestination(frame, packet);
    } else if (forwarding instanceof Forwarding.IpIp ipIp) {
      frame = tunnelFor(packet).ipInIp(frame, ip.in(frame), ipIp.sourceEntropyMask());
    } else if (forwarding instanceof Forwarding.Gue gue) {
      frame = tunnelFor(packet).gue(frame, ip.in(frame), gue.port());
    }
    return Optional.of(Frame.of(FrameEditor.octets(frame)));
  }

  private Tunnel tunnelFor(Packet.OfFlow packet) {
    return new Tunnel(
        tunnelSource.orElseThrow().getAddress(), address.getAddress(), packet.tuple().hash());
  }
}

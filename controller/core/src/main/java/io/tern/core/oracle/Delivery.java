package io.tern.core.oracle;

import io.tern.core.intent.Backend;
import io.tern.core.intent.Device;
import io.tern.core.intent.Forwarding;
import io.tern.core.intent.Pool;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Makes the frames that backends get. */
final class Delivery {
  private final Device device;

  Delivery(Device device) {
    this.device = device;
  }

  /** Whether the device can make such frames at all: a tunnel needs a source of its family. */
  boolean canReach(Backend backend, Forwarding forwarding) {
    boolean isTunnel =
        forwarding instanceof Forwarding.IpIp || forwarding instanceof Forwarding.Gue;
    return !isTunnel || tunnelSource(backend).isPresent();
  }

  /**
   * The packet as it goes to {@code backend}; it has a hop left to go. Empty if NAT would have to
   * change its address family.
   */
  Optional<Frame> frameFor(Backend backend, Pool pool, Packet.OfFlow packet) {
    IpHeader ip = packet.ip();
    Forwarding forwarding = pool.options().forwarding();
    ByteBuffer frame = FrameEditor.copyOf(ip);
    FrameEditor.macs(frame, backend.nextHop().mac(), device.mac());
    FrameEditor.timeToLive(frame, ip, ip.timeToLive() - 1);
    if (forwarding instanceof Forwarding.Nat) {
      if (backend.endpoint().isV6() == ip.isV4()) {
        return Optional.empty();
      }
      new Translation(backend.endpoint().address().getAddress(), backend.endpoint().port())
          .ofDestination(frame, packet);
    } else if (forwarding instanceof Forwarding.IpIp ipIp) {
      frame = tunnelTo(backend, packet).ipInIp(frame, ip.in(frame), ipIp.sourceEntropyMask());
    } else if (forwarding instanceof Forwarding.Gue gue) {
      frame = tunnelTo(backend, packet).gue(frame, ip.in(frame), gue.port());
    }
    return Optional.of(Frame.of(FrameEditor.octets(frame)));
  }

  private Tunnel tunnelTo(Backend backend, Packet.OfFlow packet) {
    return new Tunnel(
        tunnelSource(backend).orElseThrow().getAddress(),
        backend.endpoint().address().getAddress(),
        packet.tuple().hash());
  }

  private Optional<InetAddress> tunnelSource(Backend backend) {
    return backend.endpoint().isV6() ? device.tunnelSourceV6() : device.tunnelSourceV4();
  }
}

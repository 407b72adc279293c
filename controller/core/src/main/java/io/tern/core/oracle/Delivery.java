package io.tern.core.oracle;

import io.tern.core.intent.Backend;
import io.tern.core.intent.Device;
import io.tern.core.intent.Pool;
import java.nio.ByteBuffer;

/** Makes the frame that a backend gets. */
final class Delivery {
  private final Device device;

  Delivery(Device device) {
    this.device = device;
  }

  /** The packet as it goes to {@code backend}; it has a hop left to go. */
  Frame frameFor(Backend backend, Pool pool, Packet.OfFlow packet) {
    IpHeader ip = packet.ip();
    ByteBuffer frame = FrameEditor.copyOf(ip);
    FrameEditor.macs(frame, backend.nextHop().mac(), device.mac());
    FrameEditor.timeToLive(frame, ip, ip.timeToLive() - 1);
    return Frame.of(FrameEditor.octets(frame));
  }
}

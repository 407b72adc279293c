package io.tern.app.demo;

import io.tern.embedded.port.PacketPort;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.link.InterfaceLink;
import java.io.IOException;
import java.util.Arrays;

/** A port of the embedded switch that is a network interface of Linux, by a packet socket. */
final class InterfacePort implements PacketPort {
  private final String name;
  private volatile InterfaceLink link;

  /**
   * @param name of an interface that is up
   */
  InterfacePort(String name) {
    this.name = name;
  }

  @Override
  public void start(Ingress ingress) throws IOException {
    InterfaceLink opened = InterfaceLink.open(name);
    link = opened;
    opened.start(
        frame -> {
          // What the switch has no room for it counts itself.
          var unused = ingress.offer(frame.toByteArray(), 0, frame.length());
        });
  }

  @Override
  public void transmit(byte[] frame, int offset, int length) {
    Octets octets = Octets.of(Arrays.copyOfRange(frame, offset, offset + length));
    try {
      link.send(octets);
    } catch (IOException e) {
      // As on any cable: who misses the frame sends it again.
    }
  }

  @Override
  public void close() {
    if (link != null) {
      link.close();
    }
  }
}

package io.tern.app.embeddedswitch;

import io.tern.app.endpoint.HostAndPort;
import io.tern.embedded.port.EthernetOverUdpPort;
import io.tern.embedded.port.PacketPort;
import io.tern.embedded.port.PortSelector;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port on the command line: {@code 1=udp:127.0.0.1:7001,127.0.0.1:8001} is port 1, which takes
 * frames as datagrams at the first address and sends them to the second.
 */
record PortSpec(int number, InetSocketAddress local, InetSocketAddress peer) {
  private static final Pattern FORMAT = Pattern.compile("(\\d{1,3})=udp:([^,]+),([^,]+)");

  /**
   * Reads a port.
   *
   * @throws IllegalArgumentException what is wrong and what would be right
   */
  static PortSpec parse(String text) {
    Matcher matcher = FORMAT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is no port; expected NUMBER=udp:LOCAL,PEER, e.g."
              + " 1=udp:127.0.0.1:7001,127.0.0.1:8001");
    }
    int number = Integer.parseInt(matcher.group(1));
    if (number > 510) {
      throw new IllegalArgumentException("'" + text + "': port " + number + ", expected 0 to 510");
    }
    return new PortSpec(
        number, HostAndPort.parse(matcher.group(2)), HostAndPort.parse(matcher.group(3)));
  }

  PacketPort open(PortSelector selector) {
    return new EthernetOverUdpPort(selector, local, peer);
  }

  @Override
  public String toString() {
    return "port " + number + " " + HostAndPort.format(local) + "<->" + HostAndPort.format(peer);
  }
}

package io.tern.app.conformance;

import io.tern.app.endpoint.HostAndPort;
import io.tern.p4.conformance.link.InterfaceLink;
import io.tern.p4.conformance.link.Link;
import io.tern.p4.conformance.link.UdpLink;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The far end of a port on the command line: {@code 1=veth1}, a network interface, or {@code
 * 1=udp:127.0.0.1:8001,127.0.0.1:7001}, frames as datagrams at the first address that come from and
 * go to the second.
 */
record LinkSpec(int port, String end) {
  private static final Pattern FORMAT = Pattern.compile("(\\d{1,3})=(\\S+)");
  private static final Pattern UDP = Pattern.compile("udp:([^,]+),([^,]+)");
  private static final int MAX_PORT = 510;

  /**
   * Reads a port.
   *
   * @throws IllegalArgumentException what is wrong and what would be right
   */
  static LinkSpec parse(String text) {
    Matcher matcher = FORMAT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is no port; expected NUMBER=INTERFACE or NUMBER=udp:LOCAL,PEER, e.g."
              + " 1=veth1 or 1=udp:127.0.0.1:8001,127.0.0.1:7001");
    }
    int port = Integer.parseInt(matcher.group(1));
    if (port > MAX_PORT) {
      throw new IllegalArgumentException(
          "'" + text + "': port " + port + ", expected 0 to " + MAX_PORT);
    }
    if (matcher.group(2).startsWith("udp:") && !UDP.matcher(matcher.group(2)).matches()) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "': expected NUMBER=udp:LOCAL,PEER, e.g."
              + " 1=udp:127.0.0.1:8001,127.0.0.1:7001");
    }
    return new LinkSpec(port, matcher.group(2));
  }

  Link open() throws IOException {
    Matcher udp = UDP.matcher(end);
    return udp.matches()
        ? UdpLink.open(HostAndPort.parse(udp.group(1)), HostAndPort.parse(udp.group(2)))
        : InterfaceLink.open(end);
  }
}

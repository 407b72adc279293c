package io.tern.app.embeddedswitch;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Socket addresses on the command line: {@code 127.0.0.1:9559}, {@code [::1]:9559}. */
final class HostAndPort {

  private HostAndPort() {}

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException what is wrong and what would be right
   */
  static InetSocketAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      throw wrong(text, "an IPv6 address stands in brackets");
    }
    if (host.isEmpty()) {
      throw wrong(text, "the host is missing");
    }
    int port;
    try {
      port = Integer.parseInt(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      throw wrong(text, "the port is no number");
    }
    if (port < 0 || port > 65_535) {
      throw wrong(text, "a port is 0 to 65535");
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw wrong(text, "the host is unknown");
    }
  }

  static String format(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private static IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException(
        "'" + text + "': " + why + "; expected HOST:PORT, e.g. 127.0.0.1:9559");
  }
}

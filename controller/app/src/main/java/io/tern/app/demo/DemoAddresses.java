package io.tern.app.demo;

import io.tern.core.intent.Endpoint;
import io.tern.core.intent.MacAddress;

/**
 * The addresses of the demo's network, all from the ranges that are set aside for documentation
 * (RFC 5737, RFC 3849) and locally administered MAC addresses. They exist inside the embedded
 * switch, or inside the network namespaces, only.
 */
final class DemoAddresses {
  /** Source of what the switch forwards to servers. */
  static final MacAddress SWITCH = MacAddress.parse("02:00:00:00:00:fe");

  /** The NAT in front of the clients. */
  static final MacAddress NAT = MacAddress.parse("02:00:00:00:00:01");

  /** Port of the switch behind which the NAT is. */
  static final int NAT_PORT = 1;

  /** Port of the switch that stands for the controller (docs/p4.md). */
  static final int CPU_PORT = 255;

  /** Where the edge load balancer is on the network of {@code --data-plane xdp}. */
  static final int EDGE_PORT = 2;

  private static final int FIRST_SERVER_PORT = 16;

  private DemoAddresses() {}

  /** The IPv4 VIP of a run. */
  static Endpoint vipV4(int run) {
    return Endpoint.of("192.0.2." + (10 + run), 443);
  }

  /** The IPv6 VIP of a run. */
  static Endpoint vipV6(int run) {
    return Endpoint.of("2001:db8:10::" + (10 + run), 443);
  }

  /** A server's own address. */
  static Endpoint server(int run, int index) {
    return Endpoint.of("2001:db8:20:" + run + "::" + Integer.toHexString(index + 1), 443);
  }

  /** A server's MAC address. */
  static MacAddress serverMac(int run, int index) {
    return new MacAddress(0x0200_0000_0000L + ((long) (run + 1) << 16) + index + 1);
  }

  /** The switch's port behind which a server is. */
  static int serverPort(int run, int index, int serversPerRun) {
    int port = FIRST_SERVER_PORT + run * serversPerRun + index;
    return port < CPU_PORT ? port : port + 1;
  }
}

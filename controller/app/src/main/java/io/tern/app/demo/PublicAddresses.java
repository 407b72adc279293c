package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.Endpoint;
import java.net.InetAddress;
import java.util.List;
import java.util.Random;

/**
 * The public addresses and ports that the demo's NAT has to give, from the ranges that are set
 * aside for documentation (RFC 5737, RFC 3849). Not thread-safe.
 */
final class PublicAddresses {
  /** Every IPv4 address that it gives is in one of these. */
  static final List<String> RANGES_V4 = List.of("198.51.100.0/24", "203.0.113.0/24");

  /** Every IPv6 address that it gives is in this one. */
  static final String RANGE_V6 = "2001:db8:100::/40";

  private static final int FIRST_EPHEMERAL = 49_152;
  private static final int EPHEMERAL_PORTS = 16_384;

  private final Random random;

  PublicAddresses(Random random) {
    this.random = requireNonNull(random, "random");
  }

  /** A random host, of the same family as {@code peer}. */
  InetAddress host(InetAddress peer) {
    int host = 1 + random.nextInt(254);
    boolean v4 = peer.getAddress().length == 4;
    return Endpoint.parseAddress(
        v4
            ? (random.nextBoolean() ? "198.51.100." : "203.0.113.") + host
            : "2001:db8:1" + String.format("%02x", random.nextInt(0x100)) + "::" + host);
  }

  /** A random ephemeral port (RFC 6335, section 6). */
  int port() {
    return FIRST_EPHEMERAL + random.nextInt(EPHEMERAL_PORTS);
  }
}

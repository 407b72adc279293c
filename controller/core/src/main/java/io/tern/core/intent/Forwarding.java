package io.tern.core.intent;

/** How a device hands a packet to a backend of a pool. Immutable. */
public sealed interface Forwarding {
  /**
   * Direct server return: the packet gets the next hop's MAC addresses, and nothing else changes
   * but TTL / hop limit. The backend holds the VIP's address itself and answers the client.
   */
  record L2() implements Forwarding {}

  /**
   * IP-in-IP (RFC 2003, RFC 2473) from the device's tunnel source to the backend's address, in
   * either family. Takes 20 (IPv4) or 40 (IPv6) octets of the MTU on the way.
   *
   * @param sourceEntropyMask which of the low 16 bits of the outer source address vary with the
   *     flow, so that ECMP and receive-side scaling spread the flows; 0 to 0xffff, 0: none. The
   *     network has to take all of these addresses for the device's.
   */
  record IpIp(int sourceEntropyMask) implements Forwarding {
    public static final int MAX_MASK = 0xffff;

    public IpIp {
      if (sourceEntropyMask < 0 || sourceEntropyMask > MAX_MASK) {
        throw new IllegalArgumentException(
            "source entropy mask is " + sourceEntropyMask + "; it must be 0 to 65535 (0xffff)");
      }
    }
  }

  /**
   * Generic UDP encapsulation, variant 1 (an IP packet right behind UDP), from the device's tunnel
   * source to the backend's address, in either family. The outer source port varies with the flow.
   * Takes 28 (IPv4) or 48 (IPv6) octets of the MTU on the way.
   *
   * @param port outer destination port, 1 to 65535
   */
  record Gue(int port) implements Forwarding {
    public static final int DEFAULT_PORT = 6080;

    public Gue {
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("GUE port is " + port + "; it must be 1 to 65535");
      }
    }
  }

  /**
   * Destination NAT to the backend's address and port; what the backend answers gets the VIP's
   * address and port again, if it passes by a device. A pool with NAT has one VIP at most, and VIP
   * and backends are of one address family.
   */
  record Nat() implements Forwarding {}
}

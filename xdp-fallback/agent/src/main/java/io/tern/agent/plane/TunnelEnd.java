package io.tern.agent.plane;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;

/**
 * A tunnel that ends on this host: packets to the address, from a network, are taken out of their
 * outer headers.
 *
 * @param port of GUE; 0 for IP-in-IP
 * @param network address of those who may send, of the same family
 * @param prefixLength of the network
 */
public record TunnelEnd(InetAddress address, int port, InetAddress network, int prefixLength) {
  public TunnelEnd {
    requireNonNull(address, "address");
    requireNonNull(network, "network");
    int bits = 8 * address.getAddress().length;
    if (network.getAddress().length * 8 != bits) {
      throw new IllegalArgumentException(
          "a tunnel's two ends are of one family: "
              + address.getHostAddress()
              + " and "
              + network.getHostAddress());
    }
    if (port < 0 || port > 65535 || prefixLength < 0 || prefixLength > bits) {
      throw new IllegalArgumentException("port " + port + ", prefix length " + prefixLength);
    }
  }

  boolean isV4() {
    return address.getAddress().length == 4;
  }

  byte[] mask() {
    byte[] mask = new byte[address.getAddress().length];
    for (int bit = 0; bit < prefixLength; bit++) {
      mask[bit / 8] |= (byte) (0x80 >> bit % 8);
    }
    return mask;
  }

  /** The network's address, with nothing behind the prefix. */
  byte[] maskedNetwork() {
    byte[] masked = network.getAddress();
    byte[] mask = mask();
    for (int i = 0; i < masked.length; i++) {
      masked[i] &= mask[i];
    }
    return masked;
  }
}

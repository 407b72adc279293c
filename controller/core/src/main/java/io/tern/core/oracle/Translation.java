package io.tern.core.oracle;

import java.nio.ByteBuffer;

/** NAT between the VIP's endpoint and a backend's of the same address family, in place. */
final class Translation {
  private final byte[] address;
  private final byte[] port;

  /** To this address and port. */
  Translation(byte[] address, int port) {
    this.address = address.clone();
    this.port = ByteBuffer.allocate(2).putShort((short) port).array();
  }

  /** Destination of a packet from a client. */
  void ofDestination(ByteBuffer frame, Packet.OfFlow packet) {
    if (packet instanceof Packet.Udp udp) {
      endpoint(frame, udp, udp.ip().destinationAt(), udp.udp().destinationPortAt());
    } else if (packet instanceof Packet.IcmpError error) {
      error(frame, error);
    }
  }

  /** Source of a datagram from a backend. */
  void ofSource(ByteBuffer frame, Packet.Udp udp) {
    endpoint(frame, udp, udp.ip().sourceAt(), udp.udp().sourcePortAt());
  }

  private void endpoint(ByteBuffer frame, Packet.Udp packet, int addressAt, int portAt) {
    byte[] oldAddress = replace(frame, addressAt, address);
    byte[] oldPort = replace(frame, portAt, port);
    if (packet.ip().isV4()) {
      InternetChecksum.adjust(frame, packet.ip().checksumAt(), oldAddress, address);
    }
    // Address, by the pseudo-header, and port.
    InternetChecksum.adjustUdp(
        frame, packet.udp().checksumAt(), joined(oldAddress, oldPort), joined(address, port));
  }

  /**
   * The destination, and the source of the packet that is quoted: it is the backend's own (RFC
   * 5508, section 4.2). The quoted UDP checksum stays as it is: much may be missing of what it
   * covers, and who gets an error has no use for it.
   */
  private void error(ByteBuffer frame, Packet.IcmpError error) {
    byte[] oldAddress = replace(frame, error.ip().destinationAt(), address);
    var unused = replace(frame, error.quotedIp().sourceAt(), address);
    byte[] oldPort = replace(frame, error.quotedUdp().sourcePortAt(), port);
    byte[] oldWords;
    byte[] newWords;
    if (error.ip().isV4()) {
      InternetChecksum.adjust(frame, error.ip().checksumAt(), oldAddress, address);
      int quotedChecksumAt = error.quotedIp().checksumAt();
      byte[] oldChecksum = copy(frame, quotedChecksumAt, 2);
      InternetChecksum.adjust(frame, quotedChecksumAt, oldAddress, address);
      oldWords = joined(oldAddress, oldChecksum);
      newWords = joined(address, copy(frame, quotedChecksumAt, 2));
    } else {
      // ICMPv6 covers a pseudo-header.
      oldWords = joined(oldAddress, oldAddress);
      newWords = joined(address, address);
    }
    InternetChecksum.adjust(
        frame, error.icmpAt() + 2, joined(oldWords, oldPort), joined(newWords, port));
  }

  private static byte[] replace(ByteBuffer frame, int at, byte[] octets) {
    byte[] old = copy(frame, at, octets.length);
    frame.put(at, octets);
    return old;
  }

  private static byte[] copy(ByteBuffer frame, int at, int length) {
    byte[] octets = new byte[length];
    frame.get(at, octets);
    return octets;
  }

  private static byte[] joined(byte[] a, byte[] b) {
    return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
  }
}

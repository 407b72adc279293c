package io.tern.core.oracle;

import java.nio.ByteBuffer;

/** What a frame is, as far as Tern looks at it. */
sealed interface Packet {
  /** Less than an Ethernet header: nobody knows where it wants to go. */
  record Truncated() implements Packet {}

  /** Its IP or UDP header is cut short, or states lengths that cannot be. */
  record Malformed() implements Packet {}

  /** A part of an IPv4 packet: only the first one would show ports. */
  record Fragment() implements Packet {}

  /**
   * Not UDP right behind IPv4 or IPv6. IPv6 extension headers, fragment headers among them, are not
   * followed.
   */
  record Other() implements Packet {}

  /** A whole UDP datagram. */
  final class Udp implements Packet {
    private final ByteBuffer ip;
    private final int headerLength;

    private Udp(ByteBuffer ip, int headerLength) {
      this.ip = ip;
      this.headerLength = headerLength;
    }

    boolean isV4() {
      return ip.get(0) >>> 4 == 4;
    }

    /** 4 or 16 octets. */
    byte[] source() {
      return isV4() ? octets(12, 4) : octets(8, 16);
    }

    /** 4 or 16 octets. */
    byte[] destination() {
      return isV4() ? octets(16, 4) : octets(24, 16);
    }

    /** TTL or hop limit. */
    int timeToLive() {
      return ip.get(isV4() ? 8 : 7) & 0xff;
    }

    int sourcePort() {
      return ip.getShort(headerLength) & 0xffff;
    }

    int destinationPort() {
      return ip.getShort(headerLength + 2) & 0xffff;
    }

    byte[] payload() {
      int length = ip.getShort(headerLength + 4) & 0xffff;
      return octets(headerLength + UDP, length - UDP);
    }

    private byte[] octets(int offset, int length) {
      byte[] octets = new byte[length];
      ip.get(offset, octets);
      return octets;
    }
  }

  int ETHERNET = 14;
  int IPV4 = 20;
  int IPV6 = 40;
  int UDP = 8;
  int UDP_PROTOCOL = 17;

  /** Total: every sequence of octets is some packet. */
  static Packet parse(byte[] frame) {
    if (frame.length < ETHERNET) {
      return new Truncated();
    }
    return switch (ByteBuffer.wrap(frame).getShort(12) & 0xffff) {
      case 0x0800 -> ipv4(frame);
      case 0x86dd -> ipv6(frame);
      default -> new Other();
    };
  }

  private static Packet ipv4(byte[] frame) {
    if (frame.length < ETHERNET + IPV4) {
      return new Malformed();
    }
    ByteBuffer ip = ByteBuffer.wrap(frame, ETHERNET, frame.length - ETHERNET).slice();
    int version = (ip.get(0) & 0xff) >> 4;
    int headerLength = 4 * (ip.get(0) & 0x0f);
    int totalLength = ip.getShort(2) & 0xffff;
    if (version != 4
        || headerLength < IPV4
        || headerLength > totalLength
        || totalLength > ip.remaining()) {
      return new Malformed();
    }
    boolean moreFragments = (ip.getShort(6) & 0x2000) != 0;
    int fragmentOffset = ip.getShort(6) & 0x1fff;
    if (moreFragments || fragmentOffset != 0) {
      return new Fragment();
    }
    if (ip.get(9) != UDP_PROTOCOL) {
      return new Other();
    }
    return udp(ip, headerLength, totalLength - headerLength);
  }

  private static Packet ipv6(byte[] frame) {
    if (frame.length < ETHERNET + IPV6) {
      return new Malformed();
    }
    ByteBuffer ip = ByteBuffer.wrap(frame, ETHERNET, frame.length - ETHERNET).slice();
    int version = (ip.get(0) & 0xff) >> 4;
    int payloadLength = ip.getShort(4) & 0xffff;
    if (version != 6 || IPV6 + payloadLength > ip.remaining()) {
      return new Malformed();
    }
    if (ip.get(6) != UDP_PROTOCOL) {
      return new Other();
    }
    return udp(ip, IPV6, payloadLength);
  }

  /** {@code left} octets of IP payload follow the IP header. */
  private static Packet udp(ByteBuffer ip, int headerLength, int left) {
    if (left < UDP) {
      return new Malformed();
    }
    int length = ip.getShort(headerLength + 4) & 0xffff;
    return length < UDP || length > left ? new Malformed() : new Udp(ip, headerLength);
  }
}

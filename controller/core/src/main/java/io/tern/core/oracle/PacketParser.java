package io.tern.core.oracle;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Finds out what a frame is. Total: every sequence of octets is some packet. */
final class PacketParser {
  private static final int MAX_TAGS = 2;

  /** More of them are seen in attacks and hardly anywhere else. */
  private static final int MAX_EXTENSIONS = 4;

  private final ByteBuffer frame;

  private PacketParser(ByteBuffer frame) {
    this.frame = frame;
  }

  static Packet parse(Frame frame) {
    return new PacketParser(ByteBuffer.wrap(frame.toByteArray()).asReadOnlyBuffer()).ethernet();
  }

  private Packet ethernet() {
    int length = frame.limit();
    if (length < Headers.ETHERNET) {
      return new Packet.Truncated();
    }
    int etherTypeAt = Headers.ETHERNET - 2;
    for (int tags = 0; isTag(etherTypeAt, tags); tags++) {
      etherTypeAt += Headers.VLAN;
      if (length < etherTypeAt + 2) {
        return new Packet.Malformed();
      }
    }
    return switch (unsignedShort(etherTypeAt)) {
      case Headers.ETHERTYPE_IPV4 -> ipv4(etherTypeAt);
      case Headers.ETHERTYPE_IPV6 -> ipv6(etherTypeAt);
      case Headers.ETHERTYPE_ARP -> new Packet.Neighbour();
      default -> new Packet.Other();
    };
  }

  /** The service provider's tag comes first, or not at all. */
  private boolean isTag(int etherTypeAt, int tagsBefore) {
    int etherType = unsignedShort(etherTypeAt);
    return tagsBefore < MAX_TAGS
        && (etherType == Headers.ETHERTYPE_VLAN
            || (etherType == Headers.ETHERTYPE_SERVICE_VLAN && tagsBefore == 0));
  }

  private Packet ipv4(int etherTypeAt) {
    int at = etherTypeAt + 2;
    int left = frame.limit() - at;
    if (left < Headers.IPV4) {
      return new Packet.Malformed();
    }
    IpHeader ip = new IpHeader(frame, etherTypeAt, at, true);
    int headerLength = ipv4HeaderLength(at);
    if (version(at) != 4
        || headerLength < Headers.IPV4
        || headerLength > ip.totalLength()
        || ip.totalLength() > left) {
      return new Packet.Malformed();
    }
    boolean moreFragments = (unsignedShort(at + 6) & 0x2000) != 0;
    if (moreFragments || fragmentOffset(at) != 0) {
      return new Packet.Fragment();
    }
    return transport(ip, octet(at + 9), at + headerLength, at + ip.totalLength());
  }

  private Packet ipv6(int etherTypeAt) {
    int at = etherTypeAt + 2;
    int left = frame.limit() - at;
    if (left < Headers.IPV6) {
      return new Packet.Malformed();
    }
    IpHeader ip = new IpHeader(frame, etherTypeAt, at, false);
    if (version(at) != 6 || ip.totalLength() > left) {
      return new Packet.Malformed();
    }
    return ipv6Payload(ip, octet(at + 6), at + Headers.IPV6, at + ip.totalLength());
  }

  /** RFC 8200, section 4. */
  private Packet ipv6Payload(IpHeader ip, int nextHeader, int start, int end) {
    int at = start;
    int protocol = nextHeader;
    for (int followed = 0; isExtension(protocol); followed++) {
      if (followed == MAX_EXTENSIONS) {
        return new Packet.Other();
      }
      if (end - at < 8) {
        return new Packet.Malformed();
      }
      int length = protocol == Headers.PROTOCOL_FRAGMENT ? 8 : 8 + 8 * octet(at + 1);
      if (end - at < length) {
        return new Packet.Malformed();
      }
      // Offset 0 and no more fragments: a whole packet, an "atomic fragment" (RFC 6946). The two
      // reserved bits are ignored.
      if (protocol == Headers.PROTOCOL_FRAGMENT && (unsignedShort(at + 2) & 0xfff9) != 0) {
        return new Packet.Fragment();
      }
      // Segments are left: the destination in the header is not the last one (section 4.4).
      if (protocol == Headers.PROTOCOL_ROUTING && octet(at + 3) != 0) {
        return new Packet.Other();
      }
      protocol = octet(at);
      at += length;
    }
    return transport(ip, protocol, at, end);
  }

  private static boolean isExtension(int protocol) {
    return switch (protocol) {
      case Headers.PROTOCOL_HOP_BY_HOP,
          Headers.PROTOCOL_ROUTING,
          Headers.PROTOCOL_FRAGMENT,
          Headers.PROTOCOL_DESTINATION_OPTIONS ->
          true;
      default -> false;
    };
  }

  private Packet transport(IpHeader ip, int protocol, int at, int end) {
    if (protocol == Headers.PROTOCOL_UDP) {
      return udp(ip, at, end);
    }
    boolean icmp =
        protocol == (ip.isV4() ? Headers.PROTOCOL_ICMP : Headers.PROTOCOL_ICMPV6)
            && end - at >= Headers.ICMP;
    if (!icmp) {
      return new Packet.Other();
    }
    return ip.isV4() ? icmpv4(ip, at, end) : icmpv6(ip, at, end);
  }

  private Packet udp(IpHeader ip, int at, int end) {
    if (end - at < Headers.UDP) {
      return new Packet.Malformed();
    }
    UdpHeader udp = new UdpHeader(frame, at);
    return udp.length() < Headers.UDP || udp.length() > end - at
        ? new Packet.Malformed()
        : new Packet.Udp(ip, udp, readOnly(udp.payload(end)));
  }

  private Packet icmpv4(IpHeader ip, int at, int end) {
    return switch (octet(at)) {
      case Headers.ICMP_ECHO_REQUEST -> new Packet.EchoRequest(ip, at);
      // Destination unreachable, time exceeded, parameter problem (RFC 792).
      case 3, 11, 12 -> errorAboutIpv4(ip, at, end);
      default -> new Packet.Other();
    };
  }

  private Packet icmpv6(IpHeader ip, int at, int end) {
    return switch (octet(at)) {
      case Headers.ICMPV6_ECHO_REQUEST -> new Packet.EchoRequest(ip, at);
      // Destination unreachable, packet too big, time exceeded, parameter problem (RFC 4443).
      case 1, 2, 3, 4 -> errorAboutIpv6(ip, at, end);
      // Router and neighbour solicitation and advertisement, redirect (RFC 4861).
      case 133, 134, 135, 136, 137 -> new Packet.Neighbour();
      default -> new Packet.Other();
    };
  }

  /** The quoted packet may be cut anywhere; its header tells a UDP packet or nothing. */
  private Packet errorAboutIpv4(IpHeader ip, int icmpAt, int end) {
    int at = icmpAt + Headers.ICMP;
    if (end - at < Headers.IPV4) {
      return new Packet.Other();
    }
    int headerLength = ipv4HeaderLength(at);
    if (version(at) != 4
        || headerLength < Headers.IPV4
        || headerLength > end - at
        || fragmentOffset(at) != 0
        || octet(at + 9) != Headers.PROTOCOL_UDP) {
      return new Packet.Other();
    }
    IpHeader quoted = new IpHeader(frame, ip.etherTypeAt(), at, true);
    return errorAboutUdp(ip, icmpAt, quoted, at + headerLength, end);
  }

  /** Servers send no extension headers: none is followed in what they sent. */
  private Packet errorAboutIpv6(IpHeader ip, int icmpAt, int end) {
    int at = icmpAt + Headers.ICMP;
    if (end - at < Headers.IPV6 || version(at) != 6 || octet(at + 6) != Headers.PROTOCOL_UDP) {
      return new Packet.Other();
    }
    IpHeader quoted = new IpHeader(frame, ip.etherTypeAt(), at, false);
    return errorAboutUdp(ip, icmpAt, quoted, at + Headers.IPV6, end);
  }

  /**
   * Octets behind the end of the quoted UDP payload are none of it: RFC 4884 appends extensions.
   */
  private Packet errorAboutUdp(IpHeader ip, int icmpAt, IpHeader quoted, int udpAt, int end) {
    if (end - udpAt < Headers.UDP || !Arrays.equals(quoted.source(), ip.destination())) {
      return new Packet.Other();
    }
    UdpHeader udp = new UdpHeader(frame, udpAt);
    return new Packet.IcmpError(ip, icmpAt, quoted, udp, readOnly(udp.payload(end)));
  }

  private int version(int ipAt) {
    return octet(ipAt) >>> 4;
  }

  private int ipv4HeaderLength(int ipAt) {
    return 4 * (octet(ipAt) & 0x0f);
  }

  private int fragmentOffset(int ipv4At) {
    return unsignedShort(ipv4At + 6) & 0x1fff;
  }

  private int octet(int offset) {
    return frame.get(offset) & 0xff;
  }

  private int unsignedShort(int offset) {
    return frame.getShort(offset) & 0xffff;
  }

  private static ByteBuffer readOnly(byte[] octets) {
    return ByteBuffer.wrap(octets).asReadOnlyBuffer();
  }
}

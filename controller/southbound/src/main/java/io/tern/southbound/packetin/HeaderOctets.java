package io.tern.southbound.packetin;

import com.google.protobuf.ByteString;

/** Where the headers of a frame end: what is behind may be somebody's data. Pure. */
final class HeaderOctets {
  private static final int ETHERNET = 14;
  private static final int VLAN = 4;
  private static final int MAX_TAGS = 2;
  private static final int ARP = 28;
  private static final int IPV4 = 20;
  private static final int IPV6 = 40;
  private static final int UDP = 8;
  private static final int ICMP = 8;

  private static final int ETHERTYPE_IPV4 = 0x0800;
  private static final int ETHERTYPE_ARP = 0x0806;
  private static final int ETHERTYPE_IPV6 = 0x86dd;
  private static final int ETHERTYPE_VLAN = 0x8100;
  private static final int ETHERTYPE_QINQ = 0x88a8;

  private static final int PROTOCOL_HOP_BY_HOP = 0;
  private static final int PROTOCOL_ICMP = 1;
  private static final int PROTOCOL_UDP = 17;
  private static final int PROTOCOL_ROUTING = 43;
  private static final int PROTOCOL_ICMPV6 = 58;
  private static final int PROTOCOL_DESTINATION_OPTIONS = 60;

  private final ByteString frame;
  private int end;

  private HeaderOctets(ByteString frame) {
    this.frame = frame;
  }

  /** The number of octets that are headers; what is not understood counts as data. */
  static int of(ByteString frame) {
    HeaderOctets headers = new HeaderOctets(frame);
    headers.ethernet();
    return Math.min(headers.end, frame.size());
  }

  private void ethernet() {
    end = ETHERNET;
    int type = at16(ETHERNET - 2);
    for (int tag = 0; tag < MAX_TAGS && (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ); tag++) {
      type = at16(end + 2);
      end += VLAN;
    }
    switch (type) {
      case ETHERTYPE_ARP -> end += ARP;
      case ETHERTYPE_IPV4 -> ipv4();
      case ETHERTYPE_IPV6 -> ipv6();
      default -> {}
    }
  }

  private void ipv4() {
    int start = end;
    int fragmentOffset = at16(start + 6) & 0x1fff;
    end += Math.max(IPV4, (at(start) & 0x0f) * 4);
    if (fragmentOffset == 0) {
      transport(at(start + 9));
    }
  }

  private void ipv6() {
    int protocol = at(end + 6);
    end += IPV6;
    while (end < frame.size()
        && (protocol == PROTOCOL_HOP_BY_HOP
            || protocol == PROTOCOL_ROUTING
            || protocol == PROTOCOL_DESTINATION_OPTIONS)) {
      protocol = at(end);
      end += 8 * (1 + at(end + 1));
    }
    transport(protocol);
  }

  private void transport(int protocol) {
    if (protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMPV6) {
      end += ICMP;
    } else if (protocol == PROTOCOL_UDP) {
      end += UDP;
      quic();
    }
  }

  /** RFC 8999: a long header ends behind its CIDs; of a short one only the first octet is known. */
  private void quic() {
    int first = at(end);
    end++;
    if ((first & 0x80) != 0) {
      end += 4;
      end += 1 + at(end);
      end += 1 + at(end);
    }
  }

  /** 0 beyond the end. */
  private int at(int offset) {
    return offset < frame.size() ? frame.byteAt(offset) & 0xff : 0;
  }

  private int at16(int offset) {
    return at(offset) << 8 | at(offset + 1);
  }
}

package io.tern.core.oracle;

/** Numbers of the headers that Tern looks at. */
final class Headers {
  static final int ETHERNET = 14;
  static final int VLAN = 4;
  static final int IPV4 = 20;
  static final int IPV6 = 40;
  static final int UDP = 8;
  static final int ICMP = 8;

  static final int ETHERTYPE_IPV4 = 0x0800;
  static final int ETHERTYPE_ARP = 0x0806;

  /** 802.1Q. */
  static final int ETHERTYPE_VLAN = 0x8100;

  static final int ETHERTYPE_IPV6 = 0x86dd;

  /** 802.1ad: the outer of two tags. */
  static final int ETHERTYPE_SERVICE_VLAN = 0x88a8;

  static final int PROTOCOL_HOP_BY_HOP = 0;
  static final int PROTOCOL_ICMP = 1;
  static final int PROTOCOL_IPV4 = 4;
  static final int PROTOCOL_UDP = 17;
  static final int PROTOCOL_IPV6 = 41;
  static final int PROTOCOL_ROUTING = 43;
  static final int PROTOCOL_FRAGMENT = 44;
  static final int PROTOCOL_ICMPV6 = 58;
  static final int PROTOCOL_DESTINATION_OPTIONS = 60;

  static final int ICMP_ECHO_REPLY = 0;
  static final int ICMP_ECHO_REQUEST = 8;
  static final int ICMPV6_ECHO_REQUEST = 128;
  static final int ICMPV6_ECHO_REPLY = 129;

  /** RFC 1700 and RFC 4443 recommend 64: TTL and hop limit of headers that the device makes. */
  static final int INITIAL_TIME_TO_LIVE = 64;

  private Headers() {}
}

package io.tern.core.oracle;

import java.nio.ByteBuffer;

/** What a frame is, as far as Tern looks at it. */
sealed interface Packet {
  /** Less than an Ethernet header: nobody knows where it wants to go. */
  record Truncated() implements Packet {}

  /** Headers that are cut short, or state lengths that cannot be. */
  record Malformed() implements Packet {}

  /**
   * A part of an IPv4 or IPv6 packet. Only the first one would show ports: all of them go the same
   * way, so none is routed.
   */
  record Fragment() implements Packet {}

  /** ARP or NDP. */
  record Neighbour() implements Packet {}

  /** Anything else. */
  record Other() implements Packet {}

  /** A packet that may be a VIP's: it tells the 4-tuple of a connection. */
  sealed interface OfFlow extends Packet {
    IpHeader ip();

    /** What the UDP packet carries, or as much of it as is quoted; read-only. */
    ByteBuffer payload();

    /** The 4-tuple of what the client sends. */
    FlowTuple tuple();
  }

  /**
   * A whole UDP datagram.
   *
   * @param payload what UDP carries, as a read-only buffer
   */
  record Udp(IpHeader ip, UdpHeader udp, ByteBuffer payload) implements OfFlow {
    @Override
    public FlowTuple tuple() {
      return new FlowTuple(ip.source(), ip.destination(), udp.sourcePort(), udp.destinationPort());
    }
  }

  /**
   * An ICMP or ICMPv6 error about a UDP packet that the address it is sent to has sent.
   *
   * @param icmpAt where the ICMP header is
   * @param payload as much as is quoted of what that packet carried
   */
  record IcmpError(
      IpHeader ip, int icmpAt, IpHeader quotedIp, UdpHeader quotedUdp, ByteBuffer payload)
      implements OfFlow {
    /** What is quoted went to the client: the client's packets have the inverse. */
    @Override
    public FlowTuple tuple() {
      return new FlowTuple(
              quotedIp.source(),
              quotedIp.destination(),
              quotedUdp.sourcePort(),
              quotedUdp.destinationPort())
          .inverse();
    }
  }

  /**
   * An ICMP or ICMPv6 echo request.
   *
   * @param icmpAt where the ICMP header is
   */
  record EchoRequest(IpHeader ip, int icmpAt) implements Packet {}
}

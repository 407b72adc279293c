package io.tern.agent.neighbour;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * What the kernel says of the way to an address.
 *
 * @param kind whether there is one
 * @param interfaceIndex where it leaves; 0 if it was not said
 * @param prefixLength of the route that matched, if that was asked for
 * @param gateway null: the address itself is the neighbour
 */
record Route(Kind kind, int interfaceIndex, int prefixLength, InetAddress gateway) {
  private static final int UNICAST = 1;
  private static final int ENETUNREACH = 101;
  private static final int PREFIX_LENGTH_AT = RouteMessage.HEADER + 1;
  private static final int TYPE_AT = RouteMessage.HEADER + 7;

  /** Whether there is one. */
  enum Kind {
    UNICAST,
    /** No route leads there. */
    NONE,
    /** A route says that nothing goes there, or that it is no other machine. */
    FORBIDDEN
  }

  private static final Route NONE = new Route(Kind.NONE, 0, 0, null);
  private static final Route FORBIDDEN = new Route(Kind.FORBIDDEN, 0, 0, null);

  /** Reads an answer; null is none. */
  static Route of(ByteBuffer answer) {
    if (answer == null) {
      return NONE;
    }
    if (answer.getShort(4) != RouteMessage.NEW_ROUTE) {
      return answer.getInt(RouteMessage.HEADER) == -ENETUNREACH ? NONE : FORBIDDEN;
    }
    if (answer.get(TYPE_AT) != UNICAST) {
      return FORBIDDEN;
    }
    Map<Integer, byte[]> attributes = RouteMessage.attributes(answer, RouteMessage.ROUTE);
    return new Route(
        Kind.UNICAST,
        RouteMessage.number(attributes.get(RouteMessage.ROUTE_INTERFACE)),
        answer.get(PREFIX_LENGTH_AT) & 0xff,
        gateway(attributes));
  }

  private static InetAddress gateway(Map<Integer, byte[]> attributes) {
    byte[] gateway = attributes.get(RouteMessage.ROUTE_GATEWAY);
    byte[] via = attributes.get(RouteMessage.ROUTE_VIA);
    try {
      if (gateway != null) {
        return InetAddress.getByAddress(gateway);
      }
      // A gateway of the other family: two octets of family in front.
      return via == null
          ? null
          : InetAddress.getByAddress(Arrays.copyOfRange(via, Short.BYTES, via.length));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("addresses have 4 or 16 octets", e);
    }
  }

  boolean exists() {
    return kind == Kind.UNICAST;
  }

  boolean isForbidden() {
    return kind == Kind.FORBIDDEN;
  }

  /** The neighbour that packets for the address are handed to. */
  InetAddress nextFor(InetAddress address) {
    return gateway == null ? address : gateway;
  }
}

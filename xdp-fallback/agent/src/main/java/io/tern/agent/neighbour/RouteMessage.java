package io.tern.agent.neighbour;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** Messages of rtnetlink: written into a direct buffer, read from a datagram. */
final class RouteMessage {
  static final int REQUEST = 1;
  static final int ACKNOWLEDGE = 4;
  static final int CREATE = 0x400;

  static final short NEW_LINK = 16;
  static final short GET_LINK = 18;
  static final short NEW_ROUTE = 24;
  static final short GET_ROUTE = 26;
  static final short NEW_NEIGHBOUR = 28;
  static final short GET_NEIGHBOUR = 30;

  static final int HEADER = 16;

  /**
   * What stands behind the header, in octets: of an error, {@code ifinfomsg}, {@code rtmsg}, {@code
   * ndmsg}.
   */
  static final int ERROR_CODE = 4;

  static final int LINK = 16;
  static final int ROUTE = 12;
  static final int NEIGHBOUR = 12;

  /** The route's own prefix is asked for, and an error if there is none. */
  static final int FIB_MATCH = 0x2000;

  static final int LINK_MAC = 1;
  static final int ROUTE_DESTINATION = 1;
  static final int ROUTE_INTERFACE = 4;
  static final int ROUTE_GATEWAY = 5;
  static final int ROUTE_VIA = 18;
  static final int NEIGHBOUR_DESTINATION = 1;
  static final int NEIGHBOUR_MAC = 2;

  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int ALIGNMENT = 4;

  private final ByteBuffer octets = ByteBuffer.allocateDirect(256).order(ByteOrder.nativeOrder());

  RouteMessage(short type, int flags, int sequence) {
    octets.putInt(0).putShort(type).putShort((short) flags).putInt(sequence).putInt(0);
  }

  /** {@code struct rtmsg}. */
  RouteMessage route(int family, int prefixLength, int flags) {
    octets.put((byte) family).put((byte) prefixLength).put(new byte[6]).putInt(flags);
    return this;
  }

  /** {@code struct ifinfomsg}. */
  RouteMessage link(int index) {
    octets.putInt(0).putInt(index).putInt(0).putInt(0);
    return this;
  }

  /** {@code struct ndmsg}. */
  RouteMessage neighbour(int family, int interfaceIndex, int flags) {
    octets.put((byte) family).put(new byte[3]).putInt(interfaceIndex).putShort((short) 0);
    octets.put((byte) flags).put((byte) 0);
    return this;
  }

  RouteMessage attribute(int type, byte[] value) {
    octets.putShort((short) (4 + value.length)).putShort((short) type).put(value);
    while (octets.position() % ALIGNMENT != 0) {
      octets.put((byte) 0);
    }
    return this;
  }

  RouteMessage attribute(int type, int value) {
    octets.putShort((short) 8).putShort((short) type).putInt(value);
    return this;
  }

  /** The message, from 0 to the buffer's position. */
  ByteBuffer finished() {
    octets.putInt(0, octets.position());
    return octets;
  }

  /** The attributes of a message, by their types. */
  static Map<Integer, byte[]> attributes(ByteBuffer datagram, int fixed) {
    Map<Integer, byte[]> attributes = new HashMap<>();
    int end = Math.min(datagram.getInt(0), datagram.capacity());
    int at = HEADER + fixed;
    while (at + 4 <= end) {
      int length = datagram.getShort(at) & 0xffff;
      if (length < 4 || at + length > end) {
        break;
      }
      byte[] value = new byte[length - 4];
      datagram.get(at + 4, value);
      attributes.put(datagram.getShort(at + 2) & 0x3fff, value);
      at += aligned(length);
    }
    return attributes;
  }

  /** An attribute that is a number; 0 if it is not there. */
  static int number(byte[] attribute) {
    return attribute == null
        ? 0
        : ByteBuffer.wrap(attribute).order(ByteOrder.nativeOrder()).getInt();
  }

  static int family(InetAddress address) {
    return address instanceof Inet4Address ? AF_INET : AF_INET6;
  }

  private static int aligned(int length) {
    return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}

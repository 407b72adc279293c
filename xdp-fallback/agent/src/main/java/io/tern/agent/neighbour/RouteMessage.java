package io.tern.agent.neighbour;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** Messages of rtnetlink: written into a direct buffer, read from a datagram. */
final class RouteMessage {
  static final int REQUEST = 1;
  static final int ACKNOWLEDGE = 4;
  static final int CREATE = 0x400;

  static final short ERROR = 2;
  static final short NEW_LINK = 16;
  static final short DELETE_LINK = 17;
  static final short NEW_ROUTE = 24;
  static final short GET_ROUTE = 26;
  static final short NEW_NEIGHBOUR = 28;
  static final short DELETE_NEIGHBOUR = 29;
  static final short GET_NEIGHBOUR = 30;

  static final int HEADER = 16;
  private static final int ALIGNMENT = 4;

  private final ByteBuffer octets = ByteBuffer.allocateDirect(256).order(ByteOrder.nativeOrder());

  RouteMessage(short type, int flags, int sequence) {
    octets.putInt(0).putShort(type).putShort((short) flags).putInt(sequence).putInt(0);
  }

  /** {@code struct rtmsg}. */
  RouteMessage route(int family, int prefixLength) {
    octets.put((byte) family).put((byte) prefixLength).put(new byte[6]).putInt(0);
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

  /** The attributes of a message at a place, by their types. */
  static Map<Integer, byte[]> attributes(ByteBuffer datagram, int message, int fixed) {
    Map<Integer, byte[]> attributes = new HashMap<>();
    int end = message + datagram.getInt(message);
    int at = message + HEADER + fixed;
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

  static int aligned(int length) {
    return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}

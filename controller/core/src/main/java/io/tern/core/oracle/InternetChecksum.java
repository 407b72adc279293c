package io.tern.core.oracle;

import java.nio.ByteBuffer;

/** The checksum of IPv4, UDP and ICMP headers. */
final class InternetChecksum {
  private InternetChecksum() {}

  /**
   * Brings a checksum in line with octets that change (RFC 1624, equation 3): a wrong one stays
   * wrong, for the receiver to see.
   *
   * @param at where the checksum is
   * @param before the octets that go, an even number
   * @param after the octets that come, as many
   */
  static void adjust(ByteBuffer frame, int at, byte[] before, byte[] after) {
    int sum = ~frame.getShort(at) & 0xffff;
    ByteBuffer old = ByteBuffer.wrap(before);
    while (old.hasRemaining()) {
      sum += ~old.getShort() & 0xffff;
    }
    frame.putShort(at, (short) ~fold(sum + sum(ByteBuffer.wrap(after))));
  }

  /** As {@link #adjust}, but 0 stands for no checksum: it stays, and none becomes it (RFC 768). */
  static void adjustUdp(ByteBuffer frame, int at, byte[] before, byte[] after) {
    if (frame.getShort(at) != 0) {
      adjust(frame, at, before, after);
      if (frame.getShort(at) == 0) {
        frame.putShort(at, (short) 0xffff);
      }
    }
  }

  /** The checksum of an even number of octets that have 0 in its place (RFC 1071). */
  static int of(byte[] octets) {
    return ~fold(sum(ByteBuffer.wrap(octets))) & 0xffff;
  }

  private static int sum(ByteBuffer words) {
    int sum = 0;
    while (words.hasRemaining()) {
      sum += words.getShort() & 0xffff;
    }
    return sum;
  }

  private static int fold(int sum) {
    int folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return folded;
  }
}

package io.tern.core.oracle;

import java.nio.ByteBuffer;

/**
 * Where a UDP header is in a frame.
 *
 * @param frame all octets of the frame
 * @param at where the header begins
 */
record UdpHeader(ByteBuffer frame, int at) {
  int sourcePort() {
    return frame.getShort(sourcePortAt()) & 0xffff;
  }

  int destinationPort() {
    return frame.getShort(destinationPortAt()) & 0xffff;
  }

  int sourcePortAt() {
    return at;
  }

  int destinationPortAt() {
    return at + 2;
  }

  /** Octets of header and payload, as the header says. */
  int length() {
    return frame.getShort(at + 4) & 0xffff;
  }

  int checksumAt() {
    return at + 6;
  }

  /** The payload as far as it says itself, and no further than {@code end}. */
  byte[] payload(int end) {
    int start = at + Headers.UDP;
    byte[] octets = new byte[Math.max(0, Math.min(end, at + length()) - start)];
    frame.get(start, octets);
    return octets;
  }
}

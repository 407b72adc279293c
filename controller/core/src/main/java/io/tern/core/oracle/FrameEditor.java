package io.tern.core.oracle;

import io.tern.core.intent.MacAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Changes that every forwarded frame sees, made in a copy of it. */
final class FrameEditor {
  private FrameEditor() {}

  static ByteBuffer copyOf(IpHeader ip) {
    return ByteBuffer.wrap(octets(ip.frame()));
  }

  /** All octets of a buffer, wherever it stands. */
  static byte[] octets(ByteBuffer frame) {
    byte[] octets = new byte[frame.limit()];
    frame.get(0, octets);
    return octets;
  }

  /** The MAC addresses of the next hop; without a source, the frame keeps its own. */
  static void macs(ByteBuffer frame, MacAddress destination, Optional<MacAddress> source) {
    putMac(frame, 0, destination);
    source.ifPresent(mac -> putMac(frame, 6, mac));
  }

  static void swapMacs(ByteBuffer frame) {
    byte[] macs = new byte[12];
    frame.get(0, macs);
    frame.put(0, macs, 6, 6).put(6, macs, 0, 6);
  }

  /** Sets TTL or hop limit; the checksum of IPv4 follows. */
  static void timeToLive(ByteBuffer frame, IpHeader ip, int value) {
    if (!ip.isV4()) {
      frame.put(ip.timeToLiveAt(), (byte) value);
      return;
    }
    // With the protocol, the word that the checksum sees.
    byte[] before = new byte[2];
    frame.get(ip.timeToLiveAt(), before);
    frame.put(ip.timeToLiveAt(), (byte) value);
    InternetChecksum.adjust(frame, ip.checksumAt(), before, new byte[] {(byte) value, before[1]});
  }

  private static void putMac(ByteBuffer frame, int offset, MacAddress mac) {
    frame.putShort(offset, (short) (mac.value() >>> 32)).putInt(offset + 2, (int) mac.value());
  }
}

package io.tern.core.oracle;

import java.nio.ByteBuffer;

/**
 * Outer headers, between the Ethernet header with its tags and the packet's own IP header.
 *
 * <p>DSCP and ECN are the inner header's (RFC 6040, normal mode; RFC 2983, uniform model). The
 * outer packet is never fragmented: DF is set, and so identification is 0 (RFC 6864). Bits of the
 * flow's hash vary some field that ECMP and receive-side scaling look at.
 */
final class Tunnel {
  private static final int DONT_FRAGMENT = 0x4000;

  /** RFC 6335, section 6: the first of the ephemeral ports. */
  private static final int FIRST_EPHEMERAL_PORT = 0xc000;

  private final byte[] source;
  private final byte[] destination;
  private final int flowHash;

  /** Both addresses are of one family, which need not be the packet's. */
  Tunnel(byte[] source, byte[] destination, int flowHash) {
    this.source = source.clone();
    this.destination = destination.clone();
    this.flowHash = flowHash;
  }

  /**
   * IP-in-IP: RFC 2003, RFC 2473, RFC 4213.
   *
   * @param entropyMask which of the low 16 bits of the outer source the high bits of the hash flip
   */
  ByteBuffer ipInIp(ByteBuffer frame, IpHeader inner, int entropyMask) {
    byte[] varied = source.clone();
    int flipped = flowHash >>> 16 & entropyMask;
    varied[varied.length - 2] ^= (byte) (flipped >>> 8);
    varied[varied.length - 1] ^= (byte) flipped;
    byte[] header =
        outerIp(
            inner,
            varied,
            inner.isV4() ? Headers.PROTOCOL_IPV4 : Headers.PROTOCOL_IPV6,
            inner.totalLength());
    return wrapped(frame, inner, header);
  }

  /**
   * Generic UDP encapsulation, variant 1: the IP packet right behind UDP. Without a checksum, for
   * what is inside has its own (RFC 6935).
   */
  ByteBuffer gue(ByteBuffer frame, IpHeader inner, int port) {
    int length = Headers.UDP + inner.totalLength();
    byte[] ip = outerIp(inner, source, Headers.PROTOCOL_UDP, length);
    return wrapped(
        frame,
        inner,
        ByteBuffer.allocate(ip.length + Headers.UDP)
            .put(ip)
            .putShort((short) (FIRST_EPHEMERAL_PORT | flowHash >>> 18))
            .putShort((short) port)
            .putShort((short) length)
            .putShort((short) 0)
            .array());
  }

  private byte[] outerIp(IpHeader inner, byte[] outerSource, int protocol, int payloadLength) {
    if (outerSource.length == 16) {
      return ByteBuffer.allocate(Headers.IPV6)
          // The flow label varies with the flow, too (RFC 6438).
          .putInt(6 << 28 | inner.trafficClass() << 20 | flowHash >>> 12)
          .putShort((short) payloadLength)
          .put((byte) protocol)
          .put((byte) Headers.INITIAL_TIME_TO_LIVE)
          .put(outerSource)
          .put(destination)
          .array();
    }
    ByteBuffer header =
        ByteBuffer.allocate(Headers.IPV4)
            .put((byte) 0x45)
            .put((byte) inner.trafficClass())
            .putShort((short) (Headers.IPV4 + payloadLength))
            .putShort((short) 0)
            .putShort((short) DONT_FRAGMENT)
            .put((byte) Headers.INITIAL_TIME_TO_LIVE)
            .put((byte) protocol)
            .putShort((short) 0)
            .put(outerSource)
            .put(destination);
    return header.putShort(10, (short) InternetChecksum.of(header.array())).array();
  }

  private static ByteBuffer wrapped(ByteBuffer frame, IpHeader inner, byte[] outer) {
    byte[] octets = FrameEditor.octets(frame);
    ByteBuffer out =
        ByteBuffer.allocate(octets.length + outer.length)
            .put(octets, 0, inner.at())
            .put(outer)
            .put(octets, inner.at(), octets.length - inner.at());
    boolean outerIsV4 = outer[0] >>> 4 == 4;
    return out.putShort(
        inner.etherTypeAt(), (short) (outerIsV4 ? Headers.ETHERTYPE_IPV4 : Headers.ETHERTYPE_IPV6));
  }
}

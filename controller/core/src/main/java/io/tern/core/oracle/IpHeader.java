package io.tern.core.oracle;

import java.nio.ByteBuffer;

/**
 * Where an IP header is in a frame: the packet's own, or the one that an ICMP error quotes.
 *
 * @param frame all octets of the frame
 * @param etherTypeAt where the frame says that this is IP: in the Ethernet header, or in the last
 *     VLAN tag
 * @param at where the header begins
 * @param isV4 or IPv6
 */
record IpHeader(ByteBuffer frame, int etherTypeAt, int at, boolean isV4) {
  /** 4 or 16 octets. */
  byte[] source() {
    return octets(sourceAt(), addressLength());
  }

  /** 4 or 16 octets. */
  byte[] destination() {
    return octets(destinationAt(), addressLength());
  }

  int sourceAt() {
    return at + (isV4 ? 12 : 8);
  }

  int destinationAt() {
    return sourceAt() + addressLength();
  }

  int addressLength() {
    return isV4 ? 4 : 16;
  }

  /** Where TTL or hop limit is. */
  int timeToLiveAt() {
    return at + (isV4 ? 8 : 7);
  }

  /** TTL or hop limit. */
  int timeToLive() {
    return frame.get(timeToLiveAt()) & 0xff;
  }

  /** DSCP and ECN. */
  int trafficClass() {
    return isV4 ? frame.get(at + 1) & 0xff : frame.getShort(at) >>> 4 & 0xff;
  }

  /** Where the checksum of an IPv4 header is. */
  int checksumAt() {
    return at + 10;
  }

  /** Octets of header and payload, as the header says. */
  int totalLength() {
    return isV4
        ? frame.getShort(at + 2) & 0xffff
        : Headers.IPV6 + (frame.getShort(at + 4) & 0xffff);
  }

  /** The same header in a copy of the frame. */
  IpHeader in(ByteBuffer copy) {
    return new IpHeader(copy, etherTypeAt, at, isV4);
  }

  private byte[] octets(int offset, int length) {
    byte[] octets = new byte[length];
    frame.get(offset, octets);
    return octets;
  }
}

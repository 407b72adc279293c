package io.tern.embedded.port;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A UDP datagram in an Ethernet frame, over IPv4 (RFC 791) or IPv6 (RFC 8200). Immutable, but for
 * the payload array, which it shares with its maker.
 *
 * @param destinationMac 48 bits
 * @param sourceMac 48 bits
 * @param source IP address and UDP port
 * @param destination IP address and UDP port, of the same family as {@code source}
 * @param payload of the datagram
 */
@SuppressWarnings(
    "ArrayRecordComponent") // A carrier on the packet path; nobody compares two of them.
public record UdpFrame(
    long destinationMac,
    long sourceMac,
    InetSocketAddress source,
    InetSocketAddress destination,
    byte[] payload) {
  private static final int ETHERNET = 14;
  private static final int IPV4 = 20;
  private static final int IPV6 = 40;
  private static final int UDP = 8;
  private static final int ETHERTYPE_IPV4 = 0x0800;
  private static final int ETHERTYPE_IPV6 = 0x86dd;
  private static final int PROTOCOL_UDP = 17;
  private static final int HOP_LIMIT = 64;

  public UdpFrame {
    if (length(source) != length(destination)) {
      throw new IllegalArgumentException(
          source + " and " + destination + " are of different address families");
    }
  }

  /** The octets of the frame, with a hop limit of 64 and good checksums. */
  public byte[] encode() {
    byte[] from = source.getAddress().getAddress();
    byte[] to = destination.getAddress().getAddress();
    boolean v4 = from.length == 4;
    int ip = v4 ? IPV4 : IPV6;
    int udpLength = UDP + payload.length;
    byte[] frame = new byte[ETHERNET + ip + udpLength];
    put(frame, 0, 6, destinationMac);
    put(frame, 6, 6, sourceMac);
    put(frame, 12, 2, v4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
    if (v4) {
      frame[14] = 0x45;
      put(frame, 16, 2, IPV4 + udpLength);
      // Don't fragment, as QUIC demands (RFC 9000, section 14).
      frame[20] = 0x40;
      frame[22] = HOP_LIMIT;
      frame[23] = PROTOCOL_UDP;
      System.arraycopy(from, 0, frame, 26, 4);
      System.arraycopy(to, 0, frame, 30, 4);
      put(frame, 24, 2, checksum(sum(frame, ETHERNET, IPV4)));
    } else {
      frame[14] = 0x60;
      put(frame, 18, 2, udpLength);
      frame[20] = PROTOCOL_UDP;
      frame[21] = HOP_LIMIT;
      System.arraycopy(from, 0, frame, 22, 16);
      System.arraycopy(to, 0, frame, 38, 16);
    }
    int udp = ETHERNET + ip;
    put(frame, udp, 2, source.getPort());
    put(frame, udp + 2, 2, destination.getPort());
    put(frame, udp + 4, 2, udpLength);
    System.arraycopy(payload, 0, frame, udp + UDP, payload.length);
    int addresses = v4 ? 8 : 32;
    long pseudoHeader = sum(frame, udp - addresses, addresses) + PROTOCOL_UDP + udpLength;
    int checksum = checksum(pseudoHeader + sum(frame, udp, udpLength));
    // A computed 0 is sent as all ones: 0 means "no checksum" (RFC 768).
    put(frame, udp + 6, 2, checksum == 0 ? 0xffff : checksum);
    return frame;
  }

  /**
   * Reads a frame.
   *
   * @return null if it is not a whole, unfragmented UDP datagram over IPv4, or over IPv6 without
   *     extension headers; its checksums are not looked at
   */
  public static UdpFrame decode(byte[] frame, int offset, int length) {
    if (length < ETHERNET) {
      return null;
    }
    int etherType = (int) get(frame, offset + 12, 2);
    int ip = offset + ETHERNET;
    int left = length - ETHERNET;
    int addressLength;
    int addresses;
    int udp;
    int end;
    if (etherType == ETHERTYPE_IPV4 && left >= IPV4) {
      int header = (frame[ip] & 0x0f) * 4;
      int total = (int) get(frame, ip + 2, 2);
      boolean fragment = (get(frame, ip + 6, 2) & 0x3fff) != 0;
      if ((frame[ip] & 0xf0) != 0x40
          || header < IPV4
          || total > left
          || total < header
          || fragment
          || frame[ip + 9] != PROTOCOL_UDP) {
        return null;
      }
      addressLength = 4;
      addresses = ip + 12;
      udp = ip + header;
      end = ip + total;
    } else if (etherType == ETHERTYPE_IPV6 && left >= IPV6) {
      int ipPayload = (int) get(frame, ip + 4, 2);
      if ((frame[ip] & 0xf0) != 0x60 || ipPayload > left - IPV6 || frame[ip + 6] != PROTOCOL_UDP) {
        return null;
      }
      addressLength = 16;
      addresses = ip + 8;
      udp = ip + IPV6;
      end = udp + ipPayload;
    } else {
      return null;
    }
    if (end - udp < UDP) {
      return null;
    }
    int udpLength = (int) get(frame, udp + 4, 2);
    if (udpLength < UDP || udpLength > end - udp) {
      return null;
    }
    return new UdpFrame(
        get(frame, offset, 6),
        get(frame, offset + 6, 6),
        socketAddress(frame, addresses, addressLength, (int) get(frame, udp, 2)),
        socketAddress(
            frame, addresses + addressLength, addressLength, (int) get(frame, udp + 2, 2)),
        Arrays.copyOfRange(frame, udp + UDP, udp + udpLength));
  }

  private static InetSocketAddress socketAddress(byte[] frame, int at, int length, int port) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(Arrays.copyOfRange(frame, at, at + length)), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 and 16 octets always are an address", e);
    }
  }

  private static int length(InetSocketAddress address) {
    return address.getAddress().getAddress().length;
  }

  private static void put(byte[] to, int at, int octets, long value) {
    for (int i = 0; i < octets; i++) {
      to[at + i] = (byte) (value >>> (8 * (octets - 1 - i)));
    }
  }

  private static long get(byte[] from, int at, int octets) {
    long value = 0;
    for (int i = 0; i < octets; i++) {
      value = value << 8 | (from[at + i] & 0xff);
    }
    return value;
  }

  /** Sum of 16-bit words; an odd last octet counts as if a zero followed (RFC 1071). */
  private static long sum(byte[] octets, int at, int length) {
    long sum = 0;
    for (int i = 0; i + 1 < length; i += 2) {
      sum += get(octets, at + i, 2);
    }
    return length % 2 == 0 ? sum : sum + ((octets[at + length - 1] & 0xffL) << 8);
  }

  private static int checksum(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) (~folded & 0xffff);
  }
}

package io.tern.core.oracle;

import io.tern.core.intent.Endpoint;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Builds frames that read like what they are. Immutable: every method answers another builder. */
public final class Frames {
  private static final long CLIENT_MAC = 0x02_00_00_00_00_c1L;
  private static final long ROUTER_MAC = 0x02_00_00_00_00_feL;

  private final Endpoint from;
  private final Endpoint to;
  private final long destinationMac;
  private final int timeToLive;
  private final byte[] options;
  private final byte[] payload;
  private final int padding;

  private Frames(
      Endpoint from,
      Endpoint to,
      long destinationMac,
      int timeToLive,
      byte[] options,
      byte[] payload,
      int padding) {
    this.from = from;
    this.to = to;
    this.destinationMac = destinationMac;
    this.timeToLive = timeToLive;
    this.options = options;
    this.payload = payload;
    this.padding = padding;
  }

  /** UDP without payload, TTL 64, to the router's MAC address. */
  public static Frames udp(String fromAddress, int fromPort, String toAddress, int toPort) {
    return new Frames(
        Endpoint.of(fromAddress, fromPort),
        Endpoint.of(toAddress, toPort),
        ROUTER_MAC,
        64,
        new byte[0],
        new byte[0],
        0);
  }

  public Frames toMac(long mac) {
    return new Frames(from, to, mac, timeToLive, options, payload, padding);
  }

  public Frames ttl(int ttl) {
    return new Frames(from, to, destinationMac, ttl, options, payload, padding);
  }

  /** IPv4 options, a multiple of four octets. */
  public Frames options(String hex) {
    return new Frames(from, to, destinationMac, timeToLive, parse(hex), payload, padding);
  }

  public Frames payload(String hex) {
    return new Frames(from, to, destinationMac, timeToLive, options, parse(hex), padding);
  }

  /** Octets behind the IP packet, as short Ethernet frames have. */
  public Frames padding(int octets) {
    return new Frames(from, to, destinationMac, timeToLive, options, payload, octets);
  }

  /** A QUIC packet with a short header: DCID and 20 octets that no one but its receiver reads. */
  public Frames quicShort(String dcid) {
    return payload("40" + dcid + "5a".repeat(20));
  }

  /** A QUIC version 1 Initial as far as the invariants go. */
  public Frames quicLong(String dcid) {
    return quicLong(0x00000001, dcid);
  }

  public Frames quicLong(int version, String dcid) {
    return payload(
        String.format("c0%08x%02x%s", version, dcid.length() / 2, dcid)
            + "08aabbccddeeff0011"
            + "5a".repeat(20));
  }

  public Frame frame() {
    return Frame.of(octets());
  }

  public byte[] octets() {
    boolean v6 = to.isV6();
    int ipHeader = v6 ? 40 : 20 + options.length;
    ByteBuffer out = ByteBuffer.allocate(14 + ipHeader + 8 + payload.length + padding);
    putMac(out, destinationMac);
    putMac(out, CLIENT_MAC);
    out.putShort((short) (v6 ? 0x86dd : 0x0800));
    if (v6) {
      out.putInt(0x60000000).putShort((short) (8 + payload.length));
      out.put((byte) 17).put((byte) timeToLive);
    } else {
      out.put((byte) (0x40 | ipHeader / 4)).put((byte) 0);
      out.putShort((short) (ipHeader + 8 + payload.length)).putInt(0x12340000);
      out.put((byte) timeToLive).put((byte) 17).putShort((short) 0);
    }
    out.put(from.address().getAddress()).put(to.address().getAddress());
    if (!v6) {
      out.put(options);
      out.putShort(24, (short) checksum(out, 14, ipHeader));
    }
    out.putShort((short) from.port()).putShort((short) to.port());
    out.putShort((short) (8 + payload.length)).putShort((short) 0).put(payload);
    return out.array();
  }

  /** The Internet checksum of a header (RFC 1071); 0 if the one in the header is right. */
  static int checksum(ByteBuffer octets, int offset, int length) {
    int sum = 0;
    for (int i = 0; i < length; i += 2) {
      sum += octets.getShort(offset + i) & 0xffff;
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return ~sum & 0xffff;
  }

  private static void putMac(ByteBuffer out, long mac) {
    out.putShort((short) (mac >>> 32)).putInt((int) mac);
  }

  private static byte[] parse(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}

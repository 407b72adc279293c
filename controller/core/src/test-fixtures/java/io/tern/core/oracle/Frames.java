package io.tern.core.oracle;

import io.tern.core.intent.Endpoint;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/**
 * Builds frames that read like what they are. Immutable: every method answers another builder.
 * Lengths and checksums are right, but the checksum of UDP is 0 unless it is asked for.
 */
public final class Frames implements Cloneable {
  private static final long CLIENT_MAC = 0x02_00_00_00_00_c1L;
  private static final long ROUTER_MAC = 0x02_00_00_00_00_feL;
  private static final int UDP = 17;

  private final Endpoint from;
  private final Endpoint to;
  private final boolean isIcmp;
  private long destinationMac = ROUTER_MAC;
  private byte[] tags = {};
  private int trafficClass;
  private int flagsAndOffset;
  private int timeToLive = 64;
  private byte[] options = {};
  private List<Extension> extensions = List.of();
  private boolean checksummed;
  private byte[] payload = {};
  private int padding;

  /** An IPv6 extension header; {@code octets} are all but the first, which is the next header. */
  private record Extension(int type, String octets) {}

  private Frames(Endpoint from, Endpoint to, boolean isIcmp) {
    this.from = from;
    this.to = to;
    this.isIcmp = isIcmp;
  }

  /** UDP without payload, TTL 64, to the router's MAC address. */
  public static Frames udp(String fromAddress, int fromPort, String toAddress, int toPort) {
    return udp(Endpoint.of(fromAddress, fromPort), Endpoint.of(toAddress, toPort));
  }

  public static Frames udp(Endpoint from, Endpoint to) {
    return new Frames(from, to, false);
  }

  /** ICMP or ICMPv6; its message is all of the payload, its checksum in it is made right. */
  public static Frames icmp(String fromAddress, String toAddress, String message) {
    return new Frames(Endpoint.of(fromAddress, 1), Endpoint.of(toAddress, 1), true)
        .payload(message);
  }

  /**
   * An ICMP or ICMPv6 error to the sender of a packet.
   *
   * @param about as much of its IP packet as is quoted
   */
  public static Frames icmpError(String fromAddress, String toAddress, int type, byte[] about) {
    return icmp(
        fromAddress,
        toAddress,
        "%02x000000".formatted(type) + "00000000" + HexFormat.of().formatHex(about));
  }

  /** An ICMP or ICMPv6 echo request. */
  public static Frames echoRequest(String fromAddress, String toAddress) {
    boolean v6 = Endpoint.of(toAddress, 1).isV6();
    return icmp(
        fromAddress, toAddress, (v6 ? "80" : "08") + "000000" + "12340001" + "ab".repeat(9));
  }

  public Frames toMac(long mac) {
    return changed(f -> f.destinationMac = mac);
  }

  /** VLAN tags, each EtherType and tag control: "88a8000a" + "81000064". */
  public Frames tags(String hex) {
    return changed(f -> f.tags = parse(hex));
  }

  public Frames ttl(int ttl) {
    return changed(f -> f.timeToLive = ttl);
  }

  /** DSCP and ECN. */
  public Frames trafficClass(int value) {
    return changed(f -> f.trafficClass = value);
  }

  /** Of IPv4: reserved bit, DF, MF and fragment offset. */
  public Frames flagsAndOffset(int value) {
    return changed(f -> f.flagsAndOffset = value);
  }

  /** IPv4 options, a multiple of four octets. */
  public Frames options(String hex) {
    return changed(f -> f.options = parse(hex));
  }

  /** One more IPv6 extension header; {@code hex} is all of it but the next header. */
  public Frames extension(int type, String hex) {
    return changed(
        f -> {
          f.extensions = new ArrayList<>(f.extensions);
          f.extensions.add(new Extension(type, hex));
        });
  }

  /** With the checksum of UDP. */
  public Frames checksummed() {
    return changed(f -> f.checksummed = true);
  }

  public Frames payload(String hex) {
    return changed(f -> f.payload = parse(hex));
  }

  /** Octets behind the IP packet, as short Ethernet frames have. */
  public Frames padding(int octets) {
    return changed(f -> f.padding = octets);
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
    return quicLong(version, dcid, "aabbccddeeff0011");
  }

  public Frames quicLong(int version, String dcid, String scid) {
    return payload(
        String.format("c0%08x%02x%s", version, dcid.length() / 2, dcid)
            + String.format("%02x%s", scid.length() / 2, scid)
            + "5a".repeat(20));
  }

  public Frame frame() {
    return Frame.of(octets());
  }

  public byte[] octets() {
    byte[] ip = ipPacket();
    ByteBuffer out = ByteBuffer.allocate(14 + tags.length + ip.length + padding);
    putMac(out, destinationMac);
    putMac(out, CLIENT_MAC);
    return out.put(tags).putShort((short) (to.isV6() ? 0x86dd : 0x0800)).put(ip).array();
  }

  /** The IP packet alone: what an ICMP error quotes. */
  public byte[] ipPacket() {
    byte[] transport = isIcmp ? icmp() : udp();
    return to.isV6() ? ipv6(transport) : ipv4(transport);
  }

  private byte[] ipv4(byte[] transport) {
    int header = 20 + options.length;
    ByteBuffer ip = ByteBuffer.allocate(header + transport.length);
    ip.put((byte) (0x40 | header / 4)).put((byte) trafficClass);
    ip.putShort((short) (header + transport.length));
    ip.putShort((short) 0x1234).putShort((short) flagsAndOffset);
    ip.put((byte) timeToLive).put((byte) protocol()).putShort((short) 0);
    ip.put(from.address().getAddress()).put(to.address().getAddress()).put(options);
    ip.put(transport);
    return ip.putShort(10, (short) checksum(ip, 0, header)).array();
  }

  private byte[] ipv6(byte[] transport) {
    ByteBuffer chain =
        ByteBuffer.allocate(extensions.stream().mapToInt(e -> 1 + e.octets.length() / 2).sum());
    for (int i = 0; i < extensions.size(); i++) {
      int next = i + 1 < extensions.size() ? extensions.get(i + 1).type() : protocol();
      chain.put((byte) next).put(parse(extensions.get(i).octets()));
    }
    ByteBuffer ip = ByteBuffer.allocate(40 + chain.limit() + transport.length);
    ip.putInt(0x60000000 | trafficClass << 20 | 0xabcde);
    ip.putShort((short) (chain.limit() + transport.length));
    ip.put((byte) (extensions.isEmpty() ? protocol() : extensions.get(0).type()));
    ip.put((byte) timeToLive);
    ip.put(from.address().getAddress()).put(to.address().getAddress());
    return ip.put(chain.flip()).put(transport).array();
  }

  private int protocol() {
    return isIcmp ? (to.isV6() ? 58 : 1) : UDP;
  }

  private byte[] udp() {
    ByteBuffer udp = ByteBuffer.allocate(8 + payload.length);
    udp.putShort((short) from.port()).putShort((short) to.port());
    udp.putShort((short) (8 + payload.length)).putShort((short) 0).put(payload);
    if (checksummed) {
      int sum = checksum(udp.array(), true);
      udp.putShort(6, (short) (sum == 0 ? 0xffff : sum));
    }
    return udp.array();
  }

  private byte[] icmp() {
    ByteBuffer icmp = ByteBuffer.wrap(payload.clone());
    if (payload.length >= 4) {
      icmp.putShort(2, (short) 0).putShort(2, (short) checksum(icmp.array(), to.isV6()));
    }
    return icmp.array();
  }

  private int checksum(byte[] octets, boolean pseudoHeader) {
    ByteBuffer covered = ByteBuffer.allocate(36 + octets.length + octets.length % 2);
    if (pseudoHeader) {
      covered.put(from.address().getAddress()).put(to.address().getAddress());
      covered.putShort((short) protocol()).putShort((short) octets.length);
    }
    covered.put(octets);
    return checksum(covered, 0, covered.limit());
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

  private Frames changed(Consumer<Frames> change) {
    try {
      Frames copy = (Frames) clone();
      change.accept(copy);
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }
}

package io.tern.xdp;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Frames that are nearly right: what the program knows, nested at random, then altered and cut. */
final class FrameSource {
  private static final int LEAST_OCTETS = 14;
  private static final byte[] CLIENT_V4 = {10, 0, 0, 7};
  private static final byte[] CLIENT_V6 = Arrays.copyOf(new byte[] {0x20, 1, 13, 2}, 16);

  private final SplittableRandom random;

  FrameSource(long seed) {
    random = new SplittableRandom(seed);
  }

  byte[] next() {
    if (random.nextInt(50) == 0) {
      return noise(LEAST_OCTETS + random.nextInt(120));
    }
    boolean ipv4 = random.nextBoolean();
    byte[] packet = packet(ipv4, 2);
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.writeBytes(noise(12));
    for (int tags = random.nextInt(10); tags > 6; tags--) {
      u16(frame, random.nextInt(4) == 0 ? 0x88a8 : 0x8100);
      u16(frame, random.nextInt(1 << 16));
    }
    u16(frame, random.nextInt(60) == 0 ? 0x0806 : isIpv4(packet) ? 0x0800 : 0x86dd);
    frame.writeBytes(packet);
    if (random.nextInt(8) == 0) {
      frame.writeBytes(noise(random.nextInt(24)));
    }
    return altered(frame.toByteArray());
  }

  private byte[] altered(byte[] frame) {
    byte[] result = frame;
    for (int changes = random.nextInt(6) - 2; changes > 0; changes--) {
      int at = random.nextInt(result.length);
      switch (random.nextInt(4)) {
        case 0 -> result[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> result[at] = (byte) random.nextInt(256);
        case 2 -> result = Arrays.copyOf(result, Math.max(LEAST_OCTETS, at));
        default -> result[at] = new byte[] {0, -1, 4, 6, 17, 41, 44, 127}[random.nextInt(8)];
      }
    }
    return result;
  }

  private static boolean isIpv4(byte[] packet) {
    return packet[0] >> 4 == 4;
  }

  private byte[] packet(boolean ipv4, int depth) {
    byte[] client = ipv4 ? CLIENT_V4.clone() : CLIENT_V6.clone();
    client[client.length - 1] = (byte) random.nextInt(256);
    byte[] vip = vip(ipv4);
    return switch (random.nextInt(depth == 0 ? 5 : 9)) {
      case 0 -> udp(ipv4, client, vip, random.nextInt(1 << 16), Tables.VIP_PORT, quic());
      case 1 -> udp(ipv4, client, vip, 5000, random.nextInt(1 << 16), quic());
      case 2 -> udp(ipv4, backend(ipv4), client, Tables.BACKEND_PORT, 5000, quic());
      case 3 -> echo(ipv4, client, vip);
      case 4 -> ip(ipv4, client, vip, random.nextInt(256), noise(random.nextInt(60)));
      case 5, 6 -> error(ipv4, client, vip);
      case 7 -> {
        byte[] inner = packet(random.nextBoolean(), depth - 1);
        yield ip(ipv4, client, tunnel(ipv4), isIpv4(inner) ? 4 : 41, inner);
      }
      default -> {
        byte[] inner = packet(random.nextBoolean(), depth - 1);
        yield udp(ipv4, client, tunnel(ipv4), 5000, Tables.GUE_PORT, inner);
      }
    };
  }

  private byte[] vip(boolean ipv4) {
    if (!ipv4) {
      return Tables.VIP_V6;
    }
    return switch (random.nextInt(4)) {
      case 0 -> Tables.STEER_ONLY_V4;
      case 1 -> Tables.STATEFUL_V4;
      default -> Tables.VIP_V4;
    };
  }

  private static byte[] backend(boolean ipv4) {
    return ipv4 ? Tables.BACKEND_V4 : Tables.BACKEND_V6;
  }

  private static byte[] tunnel(boolean ipv4) {
    return ipv4 ? Tables.TUNNEL_V4 : Tables.TUNNEL_V6;
  }

  /** A clear-text CID of a server that there is or nearly, or anything. */
  private byte[] cid() {
    byte[] cid = noise(random.nextInt(24));
    if (cid.length > 4 && random.nextBoolean()) {
      cid[0] &= 0x1f;
      cid[1] = (byte) random.nextInt(Tables.SERVERS + 2);
      Arrays.fill(cid, 2, 5, (byte) 0);
    }
    return cid;
  }

  private byte[] quic() {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    boolean longHeader = random.nextBoolean();
    payload.write(random.nextInt(128) | (longHeader ? 0x80 : 0));
    if (longHeader) {
      payload.writeBytes(noise(4));
      byte[] dcid = cid();
      payload.write(random.nextInt(20) == 0 ? random.nextInt(256) : dcid.length);
      payload.writeBytes(dcid);
      byte[] scid = cid();
      payload.write(scid.length);
      payload.writeBytes(scid);
    } else {
      payload.writeBytes(cid());
    }
    payload.writeBytes(noise(random.nextInt(40)));
    return random.nextInt(40) == 0 ? new byte[0] : payload.toByteArray();
  }

  private byte[] echo(boolean ipv4, byte[] src, byte[] dst) {
    byte[] message = noise(8 + random.nextInt(20));
    message[0] = (byte) (ipv4 ? 8 : 128);
    return ip(ipv4, src, dst, ipv4 ? 1 : 58, message);
  }

  private byte[] error(boolean ipv4, byte[] src, byte[] vip) {
    byte[] quoted = udp(ipv4, vip, src, Tables.VIP_PORT, 5000, quic());
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(ipv4 ? new int[] {3, 11, 12, 5}[random.nextInt(4)] : 1 + random.nextInt(5));
    message.writeBytes(noise(7));
    message.write(
        quoted, 0, random.nextInt(3) == 0 ? random.nextInt(quoted.length) : quoted.length);
    return ip(ipv4, src, vip, ipv4 ? 1 : 58, message.toByteArray());
  }

  private byte[] udp(boolean ipv4, byte[] src, byte[] dst, int from, int to, byte[] payload) {
    ByteArrayOutputStream datagram = new ByteArrayOutputStream();
    u16(datagram, from);
    u16(datagram, to);
    u16(datagram, payload.length + 8);
    u16(datagram, random.nextInt(3) == 0 ? 0 : random.nextInt(1 << 16));
    datagram.writeBytes(payload);
    return ip(ipv4, src, dst, 17, datagram.toByteArray());
  }

  private byte[] ip(boolean ipv4, byte[] src, byte[] dst, int protocol, byte[] payload) {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    int ttl = random.nextInt(10) == 0 ? random.nextInt(3) : 64;
    if (ipv4) {
      byte[] options = noise(random.nextInt(6) == 0 ? 4 * random.nextInt(11) : 0);
      packet.write(0x45 + options.length / 4);
      packet.write(random.nextInt(256));
      u16(packet, 20 + options.length + payload.length);
      u16(packet, random.nextInt(1 << 16));
      u16(packet, random.nextInt(20) == 0 ? random.nextInt(1 << 16) : 0x4000);
      packet.write(ttl);
      packet.write(protocol);
      u16(packet, random.nextInt(1 << 16));
      packet.writeBytes(src);
      packet.writeBytes(dst);
      packet.writeBytes(options);
    } else {
      ByteArrayOutputStream extensions = new ByteArrayOutputStream();
      int count = random.nextInt(6) == 0 ? random.nextInt(6) : 0;
      int[] types = new int[count + 1];
      types[count] = protocol;
      for (int i = 0; i < count; i++) {
        types[i] = new int[] {0, 60, 43, 44}[random.nextInt(4)];
      }
      for (int i = 0; i < count; i++) {
        int more = types[i] == 44 ? 0 : random.nextInt(3);
        extensions.write(types[i + 1]);
        extensions.write(more);
        extensions.write(0);
        extensions.write(random.nextInt(8) == 0 ? random.nextInt(256) : 0);
        extensions.writeBytes(noise(4 + 8 * more));
      }
      packet.write(0x60 | random.nextInt(16));
      packet.writeBytes(noise(3));
      u16(packet, extensions.size() + payload.length);
      packet.write(types[0]);
      packet.write(ttl);
      packet.writeBytes(src);
      packet.writeBytes(dst);
      packet.writeBytes(extensions.toByteArray());
    }
    packet.writeBytes(payload);
    return packet.toByteArray();
  }

  private byte[] noise(int length) {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return octets;
  }

  private static void u16(ByteArrayOutputStream to, int value) {
    to.write(value >> 8);
    to.write(value);
  }
}

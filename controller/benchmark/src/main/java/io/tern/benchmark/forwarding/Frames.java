package io.tern.benchmark.forwarding;

import io.tern.cid.ConnectionId;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.MacAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Ethernet frames with UDP over IPv4, all of the same size. */
final class Frames {
  /** Octets of each frame, without the checksum sequence. */
  static final int OCTETS = 100;

  private static final int IPV4_OCTETS = 20;
  private static final int UDP_OCTETS = 8;
  private static final int PAYLOAD = OCTETS - 14 - IPV4_OCTETS - UDP_OCTETS;
  private static final int QUIC_V1 = 1;

  private Frames() {}

  /** A QUIC packet with a short header. */
  static byte[] shortHeader(MacAddress gateway, int client, Endpoint to, ConnectionId dcid) {
    return udp(gateway, client, to, payload().put((byte) 0x40).put(dcid.toByteArray()));
  }

  /** A QUIC packet with a long header, as the first of a connection is. */
  static byte[] initial(MacAddress gateway, int client, Endpoint to, ConnectionId dcid) {
    ByteBuffer quic = payload().put((byte) 0xc0).putInt(QUIC_V1);
    return udp(gateway, client, to, quic.put((byte) dcid.length()).put(dcid.toByteArray()));
  }

  /** A datagram of zeros. */
  static byte[] datagram(MacAddress gateway, int client, Endpoint to) {
    return udp(gateway, client, to, payload());
  }

  /** Writes frames as the load generator reads them. */
  static void write(Path file, List<byte[]> frames) throws IOException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    for (byte[] frame : frames) {
      octets.write(frame.length >> 8);
      octets.write(frame.length);
      octets.write(frame);
    }
    Files.write(file, octets.toByteArray());
  }

  private static ByteBuffer payload() {
    return ByteBuffer.allocate(PAYLOAD);
  }

  private static byte[] udp(MacAddress gateway, int client, Endpoint to, ByteBuffer payload) {
    ByteBuffer frame = ByteBuffer.allocate(OCTETS);
    frame.putShort((short) (gateway.value() >>> 32)).putInt((int) gateway.value());
    frame.putShort((short) 0x0200).putInt(0x0c01).putShort((short) 0x0800);
    int ip = frame.position();
    frame.put((byte) 0x45).put((byte) 0).putShort((short) (OCTETS - ip)).putInt(0);
    // TTL, UDP, checksum below.
    frame.put((byte) 64).put((byte) 17).putShort((short) 0);
    frame.putInt(0xc6336400 + client % 256).put(to.address().getAddress());
    frame.putShort(ip + 10, checksum(frame, ip));
    // Without checksum: RFC 768 allows that over IPv4.
    frame.putShort((short) (40_000 + client)).putShort((short) to.port());
    frame.putShort((short) (UDP_OCTETS + PAYLOAD)).putShort((short) 0);
    frame.put(payload.rewind());
    return frame.array();
  }

  private static short checksum(ByteBuffer frame, int ip) {
    int sum = 0;
    for (int i = 0; i < IPV4_OCTETS; i += 2) {
      sum += Short.toUnsignedInt(frame.getShort(ip + i));
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (short) ~(sum + (sum >>> 16));
  }
}

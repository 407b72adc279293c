package io.tern.embedded.engine;

import static io.tern.embedded.engine.Packets.exact;

import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.KeyMatch;
import io.tern.embedded.engine.DataPlane.Replica;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Tern's program with a pool behind an IPv4 and an IPv6 VIP, and frames for it. The names are those
 * of the contract.
 */
final class LoadBalancer {
  static final String REASON = "TernIngress.reason";
  static final int REASONS = 23;
  static final int BACKENDS = 64;
  static final int SLOTS = 8192;

  private static final String VIP_V4 = "TernIngress.vip.vip_v4";
  private static final String VIP_V6 = "TernIngress.vip.vip_v6";
  private static final String CID_CONFIG = "TernIngress.cid.cid_config";
  private static final String SERVER_ID = "TernIngress.cid.server_id";
  private static final String FALLBACK = "TernIngress.fallback.fallback";
  private static final String BACKEND = "TernIngress.steer.backend";
  private static final String L2 = "TernIngress.l2.l2";

  private static final long ADDRESS_V4 = 0xc000020aL;
  private static final BigInteger ADDRESS_V6 =
      new BigInteger("20010db8000000000000000000000010", 16);
  private static final int PORT = 443;
  private static final int POOL = 7;
  private static final int SID_SPACE = 1;
  private static final long GATEWAY = 0x02000000fe01L;

  private LoadBalancer() {}

  static void configure(DataPlane dataPlane) {
    ActionCall pool = Packets.call("TernIngress.vip.set_pool", POOL, SLOTS - 1, 1, 0);
    dataPlane.insert(VIP_V4, List.of(exact(ADDRESS_V4), exact(PORT)), 0, pool);
    dataPlane.insert(VIP_V6, List.of(new KeyMatch.Exact(ADDRESS_V6), exact(PORT)), 0, pool);
    BigInteger sidMask = BigInteger.valueOf(0xffffffffL).shiftLeft(88);
    dataPlane.insert(
        CID_CONFIG,
        List.of(exact(POOL), exact(0)),
        0,
        new ActionCall(
            "TernIngress.cid.decode_plaintext",
            List.of(
                BigInteger.valueOf(SID_SPACE), sidMask, BigInteger.valueOf(9), BigInteger.ZERO)));
    for (int i = 0; i < BACKENDS; i++) {
      dataPlane.insert(
          BACKEND,
          List.of(exact(i)),
          0,
          Packets.call(
              "TernIngress.steer.forward_l2", 1 + i % 8, 0x020000000b00L + i, 0x02000000fe02L));
      dataPlane.insert(
          SERVER_ID,
          List.of(exact(SID_SPACE), new KeyMatch.Exact(BigInteger.valueOf(sid(i)).shiftLeft(88))),
          0,
          Packets.call("TernIngress.cid.to_backend", i));
    }
    for (int slot = 0; slot < SLOTS; slot++) {
      dataPlane.insert(
          FALLBACK,
          List.of(exact(POOL), exact(slot)),
          0,
          Packets.call("TernIngress.fallback.to_fallback_backend", slot % BACKENDS));
    }
    dataPlane.insert(L2, List.of(exact(GATEWAY)), 0, Packets.call("TernIngress.l2.l2_forward", 9));
    dataPlane.setMulticastGroup(1, List.of(new Replica(1, 0), new Replica(2, 0)));
    dataPlane.setDefaultAction(L2, Packets.call("TernIngress.l2.l2_flood", 1));
  }

  private static long sid(int backend) {
    return 0xc0ffee00L + backend;
  }

  /** Short and long headers with routable CIDs, Initials by the fallback, and what is no VIP's. */
  static List<byte[]> frames() {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < BACKENDS; i++) {
      frames.add(ipv4(i, ADDRESS_V4, PORT, shortHeader(0, sid(i), 1200)));
      frames.add(ipv6(i, shortHeader(0, sid(i), 1200)));
      frames.add(ipv4(i, ADDRESS_V4, PORT, longHeader(0, sid(i), 1200)));
      frames.add(ipv4(i, ADDRESS_V4, PORT, longHeader(5, 0x1234567, 1200)));
      frames.add(ipv4(i, 0x0a000001L, 53, new byte[100]));
    }
    return frames;
  }

  private static byte[] shortHeader(int codepoint, long sid, int octets) {
    ByteBuffer payload = ByteBuffer.allocate(octets);
    payload.put((byte) 0x40).put((byte) (codepoint << 5 | 8)).putInt((int) sid);
    return payload.array();
  }

  private static byte[] longHeader(int codepoint, long sid, int octets) {
    ByteBuffer payload = ByteBuffer.allocate(octets);
    payload.put((byte) 0xc0).putInt(1).put((byte) 9);
    payload.put((byte) (codepoint << 5 | 8)).putInt((int) sid);
    return payload.array();
  }

  private static ByteBuffer ethernet(int octets, int type) {
    ByteBuffer frame = ByteBuffer.allocate(14 + octets);
    frame.putShort((short) (GATEWAY >>> 32)).putInt((int) GATEWAY);
    return frame.putShort((short) 0x0200).putInt(0x0c01).putShort((short) type);
  }

  private static byte[] ipv4(int client, long destination, int port, byte[] payload) {
    ByteBuffer frame = ethernet(28 + payload.length, 0x0800);
    frame.put((byte) 0x45).put((byte) 0).putShort((short) (28 + payload.length)).putInt(0);
    frame.put((byte) 64).put((byte) 17).putShort((short) 0);
    frame.putInt(0xc6336400 + client).putInt((int) destination);
    return udp(frame, client, port, payload);
  }

  private static byte[] ipv6(int client, byte[] payload) {
    ByteBuffer frame = ethernet(48 + payload.length, 0x86dd);
    frame.putInt(0x60000000).putShort((short) (8 + payload.length));
    frame.put((byte) 17).put((byte) 64);
    frame.putLong(0x20010db8000c0000L).putLong(client);
    frame.putLong(0x20010db800000000L).putLong(0x10);
    return udp(frame, client, PORT, payload);
  }

  private static byte[] udp(ByteBuffer frame, int client, int port, byte[] payload) {
    frame.putShort((short) (40000 + client)).putShort((short) port);
    frame.putShort((short) (8 + payload.length)).putShort((short) 0).put(payload);
    byte[] octets = new byte[frame.position()];
    frame.flip().get(octets);
    return octets;
  }
}

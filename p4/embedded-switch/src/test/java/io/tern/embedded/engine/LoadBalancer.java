package io.tern.embedded.engine;

import static io.tern.embedded.engine.Packets.exact;

import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.KeyMatch;
import io.tern.embedded.engine.DataPlane.Replica;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Tern's program with a pool behind an IPv4 and an IPv6 VIP, and frames for it. The names are those
 * of the contract.
 */
final class LoadBalancer {
  static final String REASON = "TernIngress.reason";
  static final int REASONS = 23;

  /** A cell of {@link #REASON}. */
  static final int ROUTED_BY_CID = 4;

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

  private static final int ENCRYPTED_POOL = 8;
  private static final int TUNNEL_POOL = 9;
  private static final int SID_OCTETS = 15;

  /**
   * The AES-128 round keys of 8f95f09245765f80256934e50c66207f, the key of the draft's vectors, in
   * the bit order of the program (p4/src/aes128.p4).
   */
  private static final List<String> ROUND_KEYS =
      List.of(
          "888e92414d7582392a75f6b50ea9e2c5",
          "f002e75e5434f76e88c4c26bf27128ab",
          "c0f72cb289a90011cc66a72638cebc4a",
          "a0338597c24dc322961e837290ada96b",
          "8069f4e364689a4b2ed1f9371f7b4215",
          "f0d1c5d919e3db65417d319cecc69bd8",
          "3f41a441221585e792f89e15da5dd58c",
          "93a1855eb4d7c7efdb03ed1b484b8839",
          "167e0442598f6fef8a3a2be65fa93cad",
          "12c205a77d3010efc4ab792db371a6b7",
          "18570b73f753dc10994ace8b6631be5f");

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

  /**
   * Three more VIPs on the same address: the keyed test vectors of draft-ietf-quic-load-balancers,
   * appendix "Test Vectors", and backends at the end of tunnels.
   */
  static void configureMore(DataPlane dataPlane) {
    for (int pool : new int[] {ENCRYPTED_POOL, TUNNEL_POOL}) {
      dataPlane.insert(
          VIP_V4,
          List.of(exact(ADDRESS_V4), exact(PORT + pool)),
          0,
          Packets.call("TernIngress.vip.set_pool", pool, SLOTS - 1, 1, 0));
    }
    BigInteger space = BigInteger.valueOf(ENCRYPTED_POOL);
    BigInteger selfDescribed = BigInteger.ONE;
    decode(
        dataPlane,
        "single_pass",
        2,
        List.of(space, ones(8, SID_OCTETS), BigInteger.valueOf(17), selfDescribed));
    decode(
        dataPlane,
        "four_pass",
        0,
        List.of(
            space,
            ones(3, SID_OCTETS),
            BigInteger.valueOf(8),
            selfDescribed,
            BigInteger.valueOf(24),
            new BigInteger("fffffff0000000000000", 16),
            new BigInteger("0fffffff000000000000", 16),
            BigInteger.ZERO));
    for (String sid : List.of("ed793a51d49b8f5f", "ed793a")) {
      BigInteger aligned =
          new BigInteger(sid, 16).shiftLeft(Byte.SIZE * SID_OCTETS - 4 * sid.length());
      dataPlane.insert(
          SERVER_ID,
          List.of(exact(ENCRYPTED_POOL), new KeyMatch.Exact(aligned)),
          0,
          Packets.call("TernIngress.cid.to_backend", 1));
    }
    dataPlane.insert(
        CID_CONFIG,
        List.of(exact(TUNNEL_POOL), exact(0)),
        0,
        new ActionCall(
            "TernIngress.cid.decode_plaintext",
            List.of(
                BigInteger.valueOf(TUNNEL_POOL),
                ones(4, SID_OCTETS),
                BigInteger.valueOf(9),
                BigInteger.ZERO)));
    for (int i = 0; i < BACKENDS; i++) {
      dataPlane.insert(
          SERVER_ID,
          List.of(exact(TUNNEL_POOL), new KeyMatch.Exact(BigInteger.valueOf(sid(i)).shiftLeft(88))),
          0,
          Packets.call("TernIngress.cid.to_backend", BACKENDS + i));
      dataPlane.insert(
          BACKEND,
          List.of(exact(BACKENDS + i)),
          0,
          Packets.call(
              "TernIngress.steer.tunnel_ipip_v4",
              1 + i % 8,
              0x020000000b00L + i,
              0x02000000fe02L,
              0xc612ff0aL,
              0x0a000100L + i,
              0xff));
    }
  }

  private static void decode(
      DataPlane dataPlane, String algorithm, int codepoint, List<BigInteger> parameters) {
    List<BigInteger> all = new ArrayList<>(parameters);
    for (String roundKey : ROUND_KEYS) {
      all.add(new BigInteger(roundKey, 16));
    }
    dataPlane.insert(
        CID_CONFIG,
        List.of(exact(ENCRYPTED_POOL), exact(codepoint)),
        0,
        new ActionCall("TernIngress.cid.decode_" + algorithm, all));
  }

  /** A mask over the first octets of a left-aligned server ID. */
  private static BigInteger ones(int set, int octets) {
    return BigInteger.ONE
        .shiftLeft(Byte.SIZE * set)
        .subtract(BigInteger.ONE)
        .shiftLeft(Byte.SIZE * (octets - set));
  }

  /** Short headers with a CID that one AES block decodes. */
  static List<byte[]> singlePassFrames() {
    return encrypted("504dd2d05a7b0de9b2b9907afb5ecf8cc3");
  }

  /** Short headers with a CID that takes three blocks: its nonce is longer than its SID. */
  static List<byte[]> fourPassFrames() {
    return encrypted("0720b1d07b359d3c");
  }

  private static List<byte[]> encrypted(String cid) {
    byte[] payload = new byte[1200];
    payload[0] = 0x40;
    byte[] octets = HexFormat.of().parseHex(cid);
    System.arraycopy(octets, 0, payload, 1, octets.length);
    return frames(client -> ipv4(client, ADDRESS_V4, PORT + ENCRYPTED_POOL, payload));
  }

  /** Short headers with clear-text CIDs of backends behind IP-in-IP tunnels. */
  static List<byte[]> tunnelFrames() {
    return frames(i -> ipv4(i, ADDRESS_V4, PORT + TUNNEL_POOL, shortHeader(0, sid(i), 1200)));
  }

  private static List<byte[]> frames(IntFunction<byte[]> frame) {
    return IntStream.range(0, BACKENDS).mapToObj(frame).toList();
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

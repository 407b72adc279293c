package io.tern.benchmark.xdp;

import io.tern.cid.CidKey;
import io.tern.cid.ConnectionId;
import io.tern.cid.Nonce;
import io.tern.cid.QuicLbCodec;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.libbpf.BpfMap;
import io.tern.libbpf.BpfObject;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The tables of a device with one VIP, 65,536 server IDs and slots, and 1,000 backends, written to
 * the maps as the agent does it; and the cases' CIDs.
 */
final class XdpTables {
  static final byte[] VIP = {(byte) 192, 0, 2, 1};

  private static final int PORT = 443;
  private static final int SERVERS = 65_536;
  private static final int BACKENDS = 1000;
  private static final int SLOTS_OF_VALUE = 4;
  private static final int POOL = 1;
  private static final int CID_ENTRY = 24;
  private static final int SERVER_ID_OCTETS = 4;
  private static final int SINGLE_PASS_NONCE = 12;
  private static final int FOUR_PASS_NONCE = 8;
  private static final int HOT_SERVERS = 1024;

  /** The interface that test runs come in by. */
  static final int LOOPBACK = 1;

  private final BpfObject object;
  private final CidKey key = CidKey.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6, 5, 4, 3, 2});
  private final Octets shared = Octets.of(64 + 1024 * 32);

  XdpTables(BpfObject object) {
    this.object = object;
  }

  void fill() {
    shared.at(64 + (PORT >> 6) * 32).u64(1L << (PORT & 63));
    put("keys", Octets.index(0), Octets.of(176).raw(RoundKeys.forEncryption(key)));
    put("keys", Octets.index(1), Octets.of(176).raw(RoundKeys.forDecryption(key)));
    put("pools", Octets.index(POOL), pool());
    put(
        "vip_v4",
        Octets.of(8).raw(VIP).be16(PORT),
        Octets.of(32).u32(0, POOL, 0, SERVERS - 1, 0, 0));
    try (BpfMap servers = object.map("server_id_short");
        BpfMap slots = object.map("fallback")) {
      Octets owners = Octets.of(SLOTS_OF_VALUE * Short.BYTES);
      for (int i = 0; i < SERVERS; i++) {
        Octets sid = Octets.of(8).u16(1).u32(i);
        write(servers, sid, Octets.of(8).u32(i % BACKENDS, i));
        owners.u16(i % BACKENDS + 1);
        if (i % SLOTS_OF_VALUE == SLOTS_OF_VALUE - 1) {
          write(slots, Octets.index(i / SLOTS_OF_VALUE), owners);
          owners.at(0);
        }
      }
    }
  }

  /** SIDs of four octets: in clear text, as one block, and with a nonce of eight. */
  private static Octets pool() {
    Octets pool = Octets.of(8 * 72);
    long six = 0xffff_ffff_ffffL;
    int[] lengths = {
      9, 1 + SERVER_ID_OCTETS + SINGLE_PASS_NONCE, 1 + SERVER_ID_OCTETS + FOUR_PASS_NONCE
    };
    int[] keys = {0, 1, 0};
    for (int i = 0; i < lengths.length; i++) {
      pool.at(i * 72).u8(i + 1, lengths[i], 0, 0).u16(1, 1);
      pool.u64(0xffff_ffffL, 0, six, 0, six, 0).u32(6, keys[i]).u64(i + 1);
    }
    return pool;
  }

  /**
   * Makes the device what the case wants.
   *
   * @param interfaceIndex the one that packets come in by, and go out by
   */
  void prepare(XdpCase what, int interfaceIndex) {
    try (BpfMap backends = object.map("backends")) {
      for (int i = 0; i < BACKENDS; i++) {
        Octets backend =
            Octets.of(64)
                .u32(0, i + 1, what.mode().number, interfaceIndex)
                .u8(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2);
        backend.at(32).u8(10, 9, 9, 9).at(48).u8(10, 100, i >> 8, i);
        write(backends, Octets.index(i), backend);
      }
    }
    if (what.isEncrypted()) {
      writeCids(what);
    }
    // The memos of the case before are void.
    shared.at(0).u64(shared.buffer().getLong(0) + 1);
    put(".data.shared", Octets.index(0), shared);
    put(
        "bench",
        Octets.index(0),
        Octets.of(16)
            .u32(0, what.flows() - 1, Math.max(what.servers() - 1, 0), what.isEncrypted() ? 1 : 0));
  }

  private void writeCids(XdpCase what) {
    boolean single = what.codepoint() == XdpCase.SINGLE_PASS;
    int nonceOctets = single ? SINGLE_PASS_NONCE : FOUR_PASS_NONCE;
    QuicLbCodec codec =
        new QuicLbCodec(
            new QuicLbConfig(
                what.codepoint(),
                QuicLbConfig.algorithmFor(SERVER_ID_OCTETS, nonceOctets, true),
                SERVER_ID_OCTETS,
                nonceOctets,
                Optional.of(key),
                false));
    try (BpfMap cids = object.map("bench_cids")) {
      for (int i = 0; i < what.flows(); i++) {
        ByteBuffer server = ByteBuffer.allocate(SERVER_ID_OCTETS);
        server.putInt(Integer.reverseBytes(i % HOT_SERVERS));
        ByteBuffer nonce = ByteBuffer.allocate(nonceOctets).putInt(i);
        ConnectionId cid = codec.encode(ServerId.of(server.array()), Nonce.of(nonce.array()));
        write(cids, Octets.index(i), Octets.of(CID_ENTRY).raw(cid.toByteArray()));
      }
    }
  }

  /** A frame of the case; the program gives it the addresses and CIDs of the flows. */
  static byte[] frame(XdpCase what) {
    byte[] payload = new byte[68];
    if (what.initial()) {
      payload[0] = (byte) 0xc0;
      payload[4] = 1;
      payload[5] = 8;
      payload[6] = (byte) 0xe0;
    } else {
      payload[0] = 0x40;
      payload[1] = (byte) (what.codepoint() << 5);
    }
    Octets frame = Octets.of(14 + 20 + 8 + payload.length);
    frame.raw(LiveWire.BALANCER_MAC).at(12).be16(0x0800);
    frame.u8(0x45, 0).be16(28 + payload.length).be16(0).be16(0x4000).u8(64, what.protocol());
    frame.be16(0).u8(10, 0, 0, 1).raw(VIP);
    frame.be16(5000).be16(what.port()).be16(8 + payload.length).be16(0).raw(payload);
    byte[] octets = new byte[14 + 28 + payload.length];
    frame.buffer().get(octets);
    return octets;
  }

  /** Names of the maps that want an element for each CPU. */
  static List<String> mapsByCpu() {
    return List.of("cpu_memos", "memos");
  }

  private void put(String map, Octets key, Octets value) {
    try (BpfMap open = object.map(map)) {
      write(open, key, value);
    }
  }

  private static void write(BpfMap map, Octets key, Octets value) {
    map.update(key.buffer(), value.buffer(), BpfMap.Mode.ANY);
  }
}

package io.tern.xdp;

import io.tern.libbpf.BpfMap;
import io.tern.libbpf.BpfObject;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** A device on which there is something of everything that the program can do. */
final class Tables {
  static final byte[] VIP_V4 = address("192.0.2.1");
  static final byte[] STEER_ONLY_V4 = address("192.0.2.2");
  static final byte[] STATEFUL_V4 = address("192.0.2.3");
  static final byte[] VIP_V6 = address("2001:db8::1");
  static final int VIP_PORT = 443;

  static final byte[] TUNNEL_V4 = address("192.0.2.9");
  static final byte[] TUNNEL_V6 = address("2001:db8::9");
  static final int GUE_PORT = 6081;

  static final byte[] BACKEND_V4 = address("10.9.0.1");
  static final byte[] BACKEND_V6 = address("2001:db8:9::1");
  static final int BACKEND_PORT = 8443;

  /** First octets of SIDs in clear-text CIDs of codepoint 0: 1 to 9; 9 is of a missing backend. */
  static final int SERVERS = 9;

  private static final int LOOPBACK = 1;
  private static final int MODE_L2 = 1;
  private static final int MODE_LOCAL = 8;
  private static final int POOL = 1;
  private static final int STATE_TIMEOUT = 1_000_000_000;

  private final BpfObject object;
  private final Struct shared = Struct.of(64 + 1024 * 32);
  private long generation;

  Tables(BpfObject object) {
    this.object = object;
  }

  void fill() {
    shared();
    put("vip_v4", endpoint(VIP_V4, VIP_PORT), vip(0, 2, 0));
    put("vip_v4", endpoint(STEER_ONLY_V4, VIP_PORT), vip(1, 1, 0));
    put("vip_v4", endpoint(STATEFUL_V4, VIP_PORT), vip(2, 0, STATE_TIMEOUT));
    put("vip_v6", endpoint(VIP_V6, VIP_PORT), vip(3, 2, 0));
    put("pools", index(POOL), pool());
    for (int key = 0; key < 2; key++) {
      Struct roundKeys = Struct.of(176);
      for (int word = 0; word < 44; word++) {
        roundKeys.u32(0x9e3779b9 * (word + 44 * key + 1));
      }
      put("keys", index(key), roundKeys);
    }
    for (int server = 1; server <= SERVERS; server++) {
      put(
          "server_id_short",
          Struct.of(8).u16(1).u8(server),
          Struct.of(8).u32(server - 1, server - 1));
    }
    for (int backend = 0; backend < SERVERS - 1; backend++) {
      put("backends", index(backend), backend(backend));
    }
    // Four in each; the last one is nobody's.
    for (int slot = 0; slot < 16; slot += 4) {
      Struct slots = Struct.of(8).u16(owner(slot)).u16(owner(slot + 1));
      put("fallback", index(slot / 4), slots.u16(owner(slot + 2)).u16(owner(slot + 3)));
    }
    put("return_path_v4", endpoint(BACKEND_V4, BACKEND_PORT), endpoint(VIP_V4, VIP_PORT));
    put("return_path_v6", endpoint(BACKEND_V6, BACKEND_PORT), endpoint(VIP_V6, VIP_PORT));
    for (int port : new int[] {0, GUE_PORT}) {
      put("tunnel_end_v4", endpoint(TUNNEL_V4, port), Struct.of(32));
      put("tunnel_end_v6", endpoint(TUNNEL_V6, port), Struct.of(32));
    }
    put("echo_v4", Struct.of(4).raw(VIP_V4), Struct.of(4));
    put("echo_v6", Struct.of(16).raw(VIP_V6), Struct.of(4));
    for (int reason = 0; reason < 23; reason++) {
      put("samples", index(reason), Struct.of(24).u32(3));
    }
  }

  /** Makes what CPUs remember of the tables void. */
  void forget() {
    shared.at(0).u64(++generation);
    put(".data.shared", index(0), shared);
  }

  private void shared() {
    shared.at(8).u64(0x7f_ffff);
    shared.at(64 + (VIP_PORT >> 6) * 32).u64(1L << (VIP_PORT & 63));
    shared.at(64 + (BACKEND_PORT >> 6) * 32 + 8).u64(1L << (BACKEND_PORT & 63));
    shared.at(64 + (GUE_PORT >> 6) * 32 + 16).u64(1L << (GUE_PORT & 63));
    forget();
  }

  /** Clear text (SID 4, nonce 4), single pass (SID 4, nonce 12), four passes (SID 4, nonce 8). */
  private static Struct pool() {
    Struct pool = Struct.of(8 * 72);
    config(pool.at(0), 1, 9, 1);
    config(pool.at(72), 2, 17, 2);
    config(pool.at(2 * 72), 3, 13, 3);
    return pool;
  }

  private static void config(Struct pool, int algorithm, int length, int generation) {
    long six = 0xffff_ffff_ffffL;
    pool.u8(algorithm, length, 0, 0).u16(1, 1);
    pool.u64(0xffff_ffffL, 0, six, 0, six, 0);
    pool.u32(6, generation & 1).u64(generation);
  }

  private static Struct vip(int row, int flags, long timeout) {
    return Struct.of(32).u32(row, POOL, 0, 15, flags, 0).u64(timeout);
  }

  /** One of each mode. */
  private static Struct backend(int index) {
    boolean nat = index == 5 || index == 6;
    boolean v4 = index == 1 || index == 3 || index == 5;
    Struct backend =
        Struct.of(64)
            .u32(1, index + 1)
            .u32(index == SERVERS - 2 ? MODE_LOCAL : MODE_L2 + index, LOOPBACK + index % 2)
            .u8(2, 0, 0, 0, 0, index, 2, 0, 0, 0, 1, index % 2)
            .be16(nat ? BACKEND_PORT : GUE_PORT)
            .u16(0xffff);
    backend.raw(v4 ? TUNNEL_V4 : TUNNEL_V6);
    return backend.at(48).raw(v4 ? BACKEND_V4 : BACKEND_V6);
  }

  private static int owner(int slot) {
    return slot < 15 ? slot % SERVERS + 1 : 0;
  }

  private static Struct endpoint(byte[] address, int port) {
    return Struct.of(address.length + 4).raw(address).be16(port);
  }

  private static Struct index(int index) {
    return Struct.of(4).u32(index);
  }

  private void put(String map, Struct key, Struct value) {
    try (BpfMap open = object.map(map)) {
      open.update(key.buffer(), value.buffer(), BpfMap.Mode.ANY);
    }
  }

  private static byte[] address(String text) {
    try {
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}

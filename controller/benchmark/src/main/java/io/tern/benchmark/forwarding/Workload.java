package io.tern.benchmark.forwarding;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.ConnectionId;
import io.tern.cid.Nonce;
import io.tern.cid.QuicLbCodec;
import io.tern.cid.QuicLbConfig;
import io.tern.core.intent.Backend;
import io.tern.core.intent.BackendSpec;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.CidConfigSpec;
import io.tern.core.intent.Device;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.PoolOptions;
import io.tern.core.intent.PoolSpec;
import io.tern.core.intent.Vip;
import io.tern.p4.contract.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** A pool with a CID configuration of each algorithm, and the packets that are sent to it. */
final class Workload {
  static final String DEVICE = "bmv2";
  static final int CLIENT_PORT = 1;
  static final int SERVER_PORT = 2;

  /** Where all frames go, before Tern rewrites that. */
  static final MacAddress GATEWAY = new MacAddress(0x02_00_00_00_fe_01L);

  private static final int BACKENDS = 64;
  private static final int SLOTS = 8192;
  private static final String POOL = "web";
  private static final Endpoint VIP = Endpoint.of("192.0.2.10", 443);

  /** As the other, but its migrations are counted: a hash of the 4-tuple for every packet. */
  private static final String COUNTED_POOL = "counted";

  private static final Endpoint COUNTED_VIP = Endpoint.of("192.0.2.11", 443);
  private static final Endpoint NOT_OURS = Endpoint.of("203.0.113.1", 53);
  private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");

  private static final List<QuicLbConfig> CONFIGS =
      List.of(
          config(0, CidAlgorithm.PLAINTEXT, 4, 4),
          config(1, CidAlgorithm.SINGLE_PASS, 4, 12),
          config(2, CidAlgorithm.FOUR_PASS, 4, 8));

  private Workload() {}

  /**
   * Packets of one kind.
   *
   * @param name short, for tables and JSON
   * @param reason what the program must count each packet as
   */
  record Case(String name, Reason reason, List<byte[]> frames) {}

  private static QuicLbConfig config(int codepoint, CidAlgorithm algorithm, int sid, int nonce) {
    Optional<CidKey> key =
        algorithm == CidAlgorithm.PLAINTEXT
            ? Optional.empty()
            : Optional.of(CidKey.parse("8f95f09245765f80256934e50c66207f"));
    return new QuicLbConfig(codepoint, algorithm, sid, nonce, key, false);
  }

  /** The intent: everything leaves the device by {@link #SERVER_PORT}. */
  static Intent intent(String target, long deviceId) throws IntentException {
    Intent intent =
        IntentChanges.createDevice(
            Intent.EMPTY,
            new Device(
                DEVICE,
                target,
                deviceId,
                Optional.of(new MacAddress(0x02_00_00_00_fe_02L)),
                Map.of(GATEWAY, SERVER_PORT),
                T0));
    intent = withPool(intent, POOL, VIP, PoolOptions.DEFAULT.withCountMigrated(false), CONFIGS);
    return withPool(
        intent,
        COUNTED_POOL,
        COUNTED_VIP,
        PoolOptions.DEFAULT.withCountMigrated(true),
        CONFIGS.subList(0, 1));
  }

  private static Intent withPool(
      Intent before, String pool, Endpoint vip, PoolOptions options, List<QuicLbConfig> configs)
      throws IntentException {
    Intent intent = IntentChanges.createPool(before, new PoolSpec(pool, SLOTS, options, T0));
    intent = IntentChanges.createVip(intent, new Vip(pool, vip, pool, false, T0));
    for (int i = 0; i < BACKENDS; i++) {
      intent =
          IntentChanges.createBackend(
              intent,
              new BackendSpec(
                  pool,
                  "b" + i,
                  Endpoint.of("10.0.0." + (i + 1), 4433),
                  new Backend.NextHop(
                      new MacAddress(0x02_00_00_00_0b_00L + i), Map.of(DEVICE, SERVER_PORT)),
                  Backend.DEFAULT_WEIGHT,
                  T0));
    }
    for (QuicLbConfig config : configs) {
      intent = IntentChanges.createCidConfig(intent, new CidConfigSpec(pool, config, T0));
    }
    return intent;
  }

  /**
   * The cases, the clear-text one first.
   *
   * @param decoded the CID configurations that the device has; the others have no case
   */
  static List<Case> cases(Intent intent, Set<CidConfigKey> decoded) {
    List<Case> cases = new ArrayList<>();
    intent
        .cidConfigsOf(POOL)
        .forEach(
            (key, config) -> {
              if (decoded.contains(key)) {
                cases.add(routed(intent, POOL, VIP, config, ""));
              }
            });
    CidConfig counted = intent.cidConfigsOf(COUNTED_POOL).values().iterator().next();
    cases.add(routed(intent, COUNTED_POOL, COUNTED_VIP, counted, ", migrations counted"));
    Random random = new Random(1);
    List<byte[]> initials = new ArrayList<>();
    List<byte[]> others = new ArrayList<>();
    for (int client = 0; client < BACKENDS; client++) {
      byte[] chosenByClient = new byte[8];
      random.nextBytes(chosenByClient);
      chosenByClient[0] |= (byte) (QuicLbConfig.UNROUTABLE_CODEPOINT << 5);
      initials.add(Frames.initial(GATEWAY, client, VIP, ConnectionId.of(chosenByClient)));
      others.add(Frames.datagram(GATEWAY, client, NOT_OURS));
    }
    cases.add(new Case("Initial, by fallback", Reason.FALLBACK_UNKNOWN_CODEPOINT, initials));
    cases.add(new Case("not ours, by L2", Reason.NOT_VIP, others));
    return cases;
  }

  private static Case routed(
      Intent intent, String pool, Endpoint vip, CidConfig config, String remark) {
    QuicLbCodec codec = new QuicLbCodec(config.quicLb());
    List<byte[]> frames = new ArrayList<>();
    int client = 0;
    for (Backend backend : intent.backendsOf(pool).values()) {
      byte[] nonce = new byte[codec.nonceLength()];
      new Random(client).nextBytes(nonce);
      ConnectionId dcid = codec.encode(backend.serverIds().get(config.sidSpace()), Nonce.of(nonce));
      frames.add(Frames.shortHeader(GATEWAY, client++, vip, dcid));
    }
    String name =
        switch (config.quicLb().algorithm()) {
          case PLAINTEXT -> "clear-text CID";
          case SINGLE_PASS -> "single-pass CID";
          case FOUR_PASS -> "four-pass CID";
        };
    return new Case(name + remark, Reason.ROUTED_BY_CID, frames);
  }
}

package io.tern.app.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.app.conformance.ProgrammedPlane.Outcome;
import io.tern.app.conformance.ProgrammedPlane.Sent;
import io.tern.cid.CidKey;
import io.tern.cid.ConnectionId;
import io.tern.cid.Decoded;
import io.tern.cid.Nonce;
import io.tern.cid.QuicLbCodec;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.CidConfigSpec;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentFixtures;
import io.tern.core.intent.IntentFixtures.History;
import io.tern.core.oracle.Frame;
import io.tern.core.oracle.Frames;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.core.planner.DevicePlan;
import io.tern.core.planner.Planner;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The compiled program decodes encrypted CIDs of every legal length as the codec does: each pair of
 * server ID length (1 to 15) and nonce length (4 to 18) whose sum is at most 19 has a configuration
 * with a key of its own, seven of them in each pool.
 *
 * <p>{@code -Dtern.fuzz.seed=N} takes other nonces and keys.
 */
class EncryptedCidsTest {
  private static final String DEVICE = "leaf";
  private static final int PAIRS = 120;
  private static final int CIDS_PER_PAIR = 20;
  private static final int CODEPOINTS = QuicLbConfig.MAX_CODEPOINT + 1;

  private static final long SEED = Long.getLong("tern.fuzz.seed", 20_261_122);
  private static final Random RANDOM = new Random(SEED);

  private static Intent intent;
  private static DevicePlan plan;

  private final ProgrammedPlane plane = new ProgrammedPlane(plan);

  @BeforeAll
  static void plan() {
    System.out.printf("-Dtern.fuzz.seed=%d%n", SEED);
    History history = new History().leaf();
    int n = 0;
    for (int serverId = 1; serverId <= ServerId.MAX_LENGTH; serverId++) {
      int longestNonce = QuicLbConfig.MAX_SUM - serverId;
      for (int nonce = QuicLbConfig.MIN_NONCE_LENGTH; nonce <= longestNonce; nonce++) {
        addConfig(history, n++, serverId, nonce);
      }
    }
    intent = history.intent();
    plan = new Planner().plan(intent, DEVICE, DeviceCapabilities.ofContract());
    assertThat(plan.unsupported()).isEmpty();
    assertThat(plan.cidConfigs()).hasSize(PAIRS);
  }

  private static void addConfig(History history, int n, int serverIdLength, int nonceLength) {
    int number = n / CODEPOINTS;
    String pool = "pool-" + number;
    if (n % CODEPOINTS == 0) {
      history
          .pool(pool, 256)
          .vip(pool, vip(pool), 443, pool)
          .backend(pool, "a", 1 + 2 * number)
          .backend(pool, "b", 2 + 2 * number);
    }
    QuicLbConfig config =
        new QuicLbConfig(
            n % CODEPOINTS,
            QuicLbConfig.algorithmFor(serverIdLength, nonceLength, true),
            serverIdLength,
            nonceLength,
            Optional.of(CidKey.of(octets(CidKey.LENGTH))),
            RANDOM.nextBoolean());
    history.apply(
        i -> IntentChanges.createCidConfig(i, new CidConfigSpec(pool, config, IntentFixtures.T0)));
  }

  @Test
  void cidsThatTheCodecEncodesReachTheBackendOfTheirServerId() {
    for (CidConfig config : intent.cidConfigs().values()) {
      QuicLbCodec codec = new QuicLbCodec(config.quicLb());
      for (int i = 0; i < CIDS_PER_PAIR; i++) {
        Backend backend = backend(config, i);
        ServerId serverId = backend.serverIds().get(config.sidSpace());
        Nonce nonce = Nonce.of(octets(codec.nonceLength()));

        assertRoutes(config, codec.encode(serverId, nonce), backend);
      }
    }
  }

  @Test
  void randomCidsHaveTheServerIdThatTheCodecDecodes() {
    for (CidConfig config : intent.cidConfigs().values()) {
      for (int i = 0; i < CIDS_PER_PAIR; i++) {
        byte[] octets = octets(config.quicLb().cidLength());
        octets[0] = (byte) ((config.quicLb().codepoint() << 5) | (octets[0] & 0x1f));
        ConnectionId cid = ConnectionId.of(octets);
        ServerId serverId = decode(config, cid);
        if (!isKnown(config, serverId)) {
          assertThat(send(config, cid).reasons())
              .as(text(config, cid))
              .containsExactly(Reason.FALLBACK_UNKNOWN_SERVER);
          plane.insert(serverIdEntry(config, serverId, backend(config, i)));

          assertRoutes(config, cid, backend(config, i));
          plane.delete(serverIdEntry(config, serverId, backend(config, i)).key());
        }
      }
    }
  }

  private void assertRoutes(CidConfig config, ConnectionId cid, Backend backend) {
    Outcome outcome = send(config, cid);
    assertThat(outcome.reasons()).as(text(config, cid)).containsExactly(Reason.ROUTED_BY_CID);
    assertThat(outcome.sent())
        .extracting(Sent::port)
        .as(text(config, cid))
        .containsExactly(backend.nextHop().portByDevice().get(DEVICE));
  }

  private Outcome send(CidConfig config, ConnectionId cid) {
    String hex = HexFormat.of().formatHex(cid.toByteArray());
    Frames frames = Frames.udp("203.0.113.9", 1024, vip(config.poolId()), 443);
    Frame frame = (RANDOM.nextBoolean() ? frames.quicLong(hex) : frames.quicShort(hex)).frame();
    return plane.process(1, frame);
  }

  private static ServerId decode(CidConfig config, ConnectionId cid) {
    Decoded decoded = new QuicLbCodec(config.quicLb()).decode(cid);
    assertThat(decoded).isInstanceOf(Decoded.Routable.class);
    return ((Decoded.Routable) decoded).serverId();
  }

  private static boolean isKnown(CidConfig config, ServerId serverId) {
    return intent.backends().values().stream()
        .anyMatch(backend -> serverId.equals(backend.serverIds().get(config.sidSpace())));
  }

  private static Backend backend(CidConfig config, int i) {
    return intent.backends().get(new BackendKey(config.poolId(), i % 2 == 0 ? "a" : "b"));
  }

  private static TableEntry serverIdEntry(CidConfig config, ServerId serverId, Backend backend) {
    return new TableEntry(
        new TableEntry.Key(
            Tables.ServerId.ID,
            List.of(Bits.of(config.sidSpace()), Bits.of(serverId.leftAligned()))),
        new TableEntry.Action(Actions.ToBackend.ID, List.of(Bits.of(backend.number()))));
  }

  private static String vip(String pool) {
    return "192.0.2." + (1 + Integer.parseInt(pool.substring("pool-".length())));
  }

  private static byte[] octets(int length) {
    byte[] octets = new byte[length];
    RANDOM.nextBytes(octets);
    return octets;
  }

  private static String text(CidConfig config, ConnectionId cid) {
    return "server ID of %d octets, nonce of %d, CID %s, -Dtern.fuzz.seed=%d"
        .formatted(
            config.quicLb().serverIdLength(),
            config.quicLb().nonceLength(),
            HexFormat.of().formatHex(cid.toByteArray()),
            SEED);
  }
}

package io.tern.core.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.cid.ServerId;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Intent;
import io.tern.core.intent.RandomIntents;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.core.planner.DevicePlan;
import io.tern.core.planner.Planner;
import io.tern.p4.contract.Reason;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/** The planner's entries, read as tables, send packets where the oracle says. */
class OracleAgreesWithPlanTest {
  private static final Map<Reason, Integer> SEEN = new EnumMap<>(Reason.class);

  @Property(tries = 100)
  void forRandomIntentsAndPackets(@ForAll Random random) {
    Intent intent = new RandomIntents(random).changes(80).intent();
    DevicePlan plan = new Planner().plan(intent, "leaf", DeviceCapabilities.ofContract());
    Oracle oracle = Oracle.of(intent, "leaf");
    PlanReading tables = new PlanReading(plan);
    for (int i = 0; i < 100; i++) {
      Frame frame = packet(intent, random);
      Packet.Udp udp = (Packet.Udp) Packet.parse(frame.toByteArray());
      Decision decision = oracle.route(1, frame);
      SEEN.merge(decision.reason(), 1, Integer::sum);
      assertThat(tables.read(udp))
          .as("%s", frame)
          .isEqualTo(new PlanReading.Answer(decision.reason(), backend(decision)));
      if (decision instanceof Decision.Forward forward) {
        assertThat(plan.entries().values())
            .anyMatch(
                entry ->
                    entry.key().match().size() == 1
                        && entry
                            .key()
                            .match()
                            .get(0)
                            .toBigInteger()
                            .equals(BigInteger.valueOf(forward.backend()))
                        && entry
                            .action()
                            .params()
                            .get(0)
                            .toBigInteger()
                            .equals(BigInteger.valueOf(forward.port())));
      }
    }
  }

  /** The property would be worth little if the packets were all of one kind. */
  @AfterContainer
  static void everyReasonOccurred() {
    assertThat(SEEN.keySet())
        .contains(
            Reason.NOT_VIP,
            Reason.ROUTED_BY_CID,
            Reason.FALLBACK_CID_TOO_SHORT,
            Reason.FALLBACK_UNKNOWN_CODEPOINT,
            Reason.FALLBACK_UNKNOWN_SERVER,
            Reason.NOT_QUIC,
            Reason.NO_FALLBACK,
            Reason.STEER_LOCAL,
            Reason.TTL_EXPIRED);
  }

  private static Optional<BigInteger> backend(Decision decision) {
    return decision instanceof Decision.Forward forward
        ? Optional.of(BigInteger.valueOf(forward.backend()))
        : Optional.empty();
  }

  private static Frame packet(Intent intent, Random random) {
    boolean v6 = random.nextBoolean();
    String[] v4Vips = {"192.0.2.1", "192.0.2.2"};
    int[] ports = {443, 1, 2, 3, 4};
    Frames frames =
        Frames.udp(
                v6 ? "2001:db8:9::9" : "203.0.113.9",
                1 + random.nextInt(65_535),
                v6 ? "2001:db8::2" : v4Vips[random.nextInt(2)],
                ports[random.nextInt(ports.length)])
            .ttl(random.nextInt(20) == 0 ? 1 : 64);
    String cid = cid(intent, random);
    return switch (random.nextInt(8)) {
      case 0 -> frames.payload("c0000000").frame();
      case 1, 2, 3 -> frames.quicLong(cid).frame();
      case 4 -> frames.payload("40" + cid).frame();
      default -> frames.quicShort(cid).frame();
    };
  }

  /** Mostly one that some configuration and some backend could have issued. */
  private static String cid(Intent intent, Random random) {
    List<CidConfig> configs = new ArrayList<>(intent.cidConfigs().values());
    List<Backend> backends = new ArrayList<>(intent.backends().values());
    if (configs.isEmpty() || backends.isEmpty() || random.nextInt(6) == 0) {
      return "%02x%02x".formatted(random.nextInt(256), random.nextInt(256));
    }
    CidConfig config = configs.get(random.nextInt(configs.size()));
    Backend backend = backends.get(random.nextInt(backends.size()));
    ServerId serverId = backend.serverIds().get(config.sidSpace());
    String sid =
        serverId == null || random.nextInt(6) == 0
            ? "ab".repeat(config.quicLb().serverIdLength())
            : serverId.toString();
    String cid =
        "%02x".formatted(config.quicLb().codepoint() << 5 | random.nextInt(32))
            + sid
            + "cd".repeat(config.quicLb().nonceLength());
    return random.nextInt(8) == 0 ? cid.substring(0, cid.length() - 2) : cid;
  }
}

package io.tern.core.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.core.intent.Intent;
import io.tern.core.intent.RandomIntents;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.core.planner.DevicePlan;
import io.tern.core.planner.Planner;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Actions;
import java.math.BigInteger;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * The planner's entries, read as tables, send packets where the oracle says, on a device that
 * decodes clear text only: reading the others takes a data plane.
 */
class OracleAgreesWithPlanTest {
  private static final Map<Reason, Integer> SEEN = new EnumMap<>(Reason.class);

  private static final DeviceCapabilities CLEAR_TEXT_ONLY =
      DeviceCapabilities.ofContract()
          .without(Set.of(Actions.DecodeSinglePass.ID, Actions.DecodeFourPass.ID));

  @Property(tries = 100)
  void forRandomIntentsAndPackets(@ForAll Random random) {
    Intent intent = new RandomIntents(random).changes(80).intent();
    DevicePlan plan = new Planner().plan(intent, "leaf", CLEAR_TEXT_ONLY);
    Oracle oracle = Oracle.of(intent, "leaf");
    PlanReading tables = new PlanReading(plan);
    RandomFrames frames = new RandomFrames(intent, random);
    for (int i = 0; i < 100; i++) {
      Frame frame = frames.datagram();
      Packet.Udp udp = (Packet.Udp) PacketParser.parse(frame);
      Decision decision = oracle.route(1, frame);
      SEEN.merge(decision.reason(), 1, Integer::sum);
      assertThat(tables.read(udp))
          .as("%s", frame)
          .isEqualTo(new PlanReading.Answer(decision.reason(), backend(decision)));
      if (decision.backend().isPresent()) {
        BigInteger backend = backend(decision).orElseThrow();
        assertThat(plan.entries().values())
            .anyMatch(
                entry ->
                    entry.key().match().size() == 1
                        && entry.key().match().get(0).toBigInteger().equals(backend)
                        && entry
                            .action()
                            .params()
                            .get(0)
                            .toBigInteger()
                            .equals(BigInteger.valueOf(decision.outputs().get(0).port())));
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
    return decision.backend().isPresent()
        ? Optional.of(BigInteger.valueOf(decision.backend().getAsInt()))
        : Optional.empty();
  }
}

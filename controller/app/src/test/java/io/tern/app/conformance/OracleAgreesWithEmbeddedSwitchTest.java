package io.tern.app.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.p4.contract.Reason;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The compiled program in the interpreter, with the planner's entries, does to every frame what the
 * oracle says: same octets out of the same ports, same counters.
 *
 * <p>Every run takes the same frames; {@code -Dtern.fuzz.seed=N} takes others, {@code
 * -Dtern.fuzz.frames=N} more or fewer.
 */
class OracleAgreesWithEmbeddedSwitchTest {
  private static final int DEFAULT_FRAMES = 50_000;

  /** With fewer frames, a rare reason may not come up. */
  private static final int ENOUGH_FOR_ALL_REASONS = 20_000;

  /** A device that is right has no dangling reference, and controllers do not send here. */
  private static final Set<Reason> UNREACHABLE =
      EnumSet.of(
          Reason.DANGLING_BACKEND,
          Reason.PACKET_OUT,
          // Pools whose forwarding could not reach their VIP's family are refused.
          Reason.WRONG_FAMILY);

  @Test
  void reasonsPortsOctetsAndCountersAgreeForRandomIntentsAndFrames() {
    long seed = Long.getLong("tern.fuzz.seed", 20_261_122);
    int frames = Integer.getInteger("tern.fuzz.frames", DEFAULT_FRAMES);
    System.out.printf(
        "embedded switch against the oracle: -Dtern.fuzz.seed=%d -Dtern.fuzz.frames=%d%n",
        seed, frames);
    try (EmbeddedTarget target = new EmbeddedTarget()) {
      Fuzzer fuzzer = new Fuzzer(target, seed);
      fuzzer.run(frames);
      System.out.println("embedded switch: " + fuzzer.summary());
      if (frames >= ENOUGH_FOR_ALL_REASONS) {
        assertThat(fuzzer.seen().keySet())
            .as("reasons that occurred, seed %d", seed)
            .containsAll(EnumSet.complementOf(EnumSet.copyOf(UNREACHABLE)));
      }
    }
  }
}

package io.tern.app.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.core.oracle.Decision;
import io.tern.core.oracle.Frame;
import io.tern.core.oracle.Oracle;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row.Output.Leaves;
import io.tern.p4.conformance.harness.PacketTarget;
import io.tern.p4.contract.Reason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Sends frames without a pause, a few of them under way at any time, and knows every one that left
 * the device. Not thread-safe.
 */
final class SteadyTraffic {
  /** Less than the queue of a BMv2 port holds. */
  private static final int UNDER_WAY = 32;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final PacketTarget device;
  private final int ingressPort;
  private final Random random;
  private long sequence;

  SteadyTraffic(PacketTarget device, int ingressPort, Random random) {
    this.device = device;
    this.ingressPort = ingressPort;
    this.random = random;
  }

  /** What was sent, and what left. */
  final class Stretch {
    private final Map<Long, Frame> sent = new TreeMap<>();
    private final Map<Long, Leaves> left = new HashMap<>();

    int frames() {
      return sent.size();
    }

    /**
     * Checks that every frame left once, as one of the oracles says, all of which give the same
     * reason.
     *
     * @return how many frames count under each reason
     */
    Map<Reason, Long> check(String what, Oracle... oracles) {
      Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
      sent.forEach(
          (number, frame) -> {
            List<Decision> fates =
                List.of(oracles).stream().map(oracle -> oracle.route(ingressPort, frame)).toList();
            assertThat(fates.stream().map(Decision::reason).distinct())
                .as("%s: reasons for %s before and after", what, frame)
                .hasSize(1);
            assertThat(left.get(number))
                .as("%s: what became of %s", what, frame)
                .isIn(
                    fates.stream()
                        .flatMap(fate -> fate.outputs().stream())
                        .map(out -> new Leaves(out.port(), Octets.of(out.frame().toByteArray())))
                        .toList());
            reasons.merge(fates.get(0).reason(), 1L, Long::sum);
          });
      return reasons;
    }

    private void leave(List<Leaves> all) {
      for (Leaves one : all) {
        Leaves twin = left.put(Flow.sequence(one.frame().toByteArray()), one);
        assertThat(twin).as("a frame that left twice").isNull();
      }
      assertThat(left.keySet()).as("frames that left").isEqualTo(sent.keySet());
    }
  }

  /**
   * Sends frames of these flows.
   *
   * @param least at least this many
   * @param begin called while the first of them are under way
   * @param ended asked after every few frames; traffic goes on until it is so
   */
  Stretch send(List<Flow> flows, int least, Runnable begin, BooleanSupplier ended) {
    Stretch stretch = new Stretch();
    try (PacketTarget.Wire wire = device.connect()) {
      boolean first = true;
      do {
        for (int i = 0; i < UNDER_WAY; i++) {
          byte[] frame = flows.get(random.nextInt(flows.size())).frame(random, sequence);
          stretch.sent.put(sequence++, Frame.of(frame));
          wire.send(ingressPort, Octets.of(frame));
        }
        if (first) {
          begin.run();
          first = false;
        }
        wire.await(stretch.sent.size(), PATIENCE);
      } while (stretch.sent.size() < least || !ended.getAsBoolean());
      stretch.leave(wire.disconnect());
    }
    return stretch;
  }
}

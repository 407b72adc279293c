package io.tern.app.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.app.conformance.FuzzCase.Arrival;
import io.tern.core.oracle.Decision.Output;
import io.tern.core.oracle.Frame;
import io.tern.core.planner.DevicePlan;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A switch that does wrong is found out, and the case that shows it is small. */
class FuzzerTest {
  private static final int ETHERTYPE_AT = 12;

  /** Flips a bit of every ARP frame, as long as it is in the mood. */
  private static final class BadWithArp implements FuzzTarget {
    private final FuzzTarget good = new EmbeddedTarget();
    private int loads;
    private final int lastBadLoad;

    BadWithArp(int lastBadLoad) {
      this.lastBadLoad = lastBadLoad;
    }

    @Override
    public void load(DevicePlan plan) {
      loads++;
      good.load(plan);
    }

    @Override
    public boolean followsClock() {
      return good.followsClock();
    }

    @Override
    public int batch() {
      return good.batch();
    }

    @Override
    public Observed process(List<Arrival> arrivals) {
      Observed observed = good.process(arrivals);
      if (loads <= lastBadLoad) {
        observed.outputs.replaceAll(BadWithArp::worse);
      }
      return observed;
    }

    private static Output worse(Output output) {
      byte[] octets = output.frame().toByteArray();
      if (octets[ETHERTYPE_AT] == 8 && octets[ETHERTYPE_AT + 1] == 6) {
        octets[ETHERTYPE_AT] ^= 1;
      }
      return new Output(output.port(), Frame.of(octets));
    }

    @Override
    public void close() {
      good.close();
    }
  }

  @Test
  void aWrongBitIsReportedAsARowWithOneFrameAndHardlyAnyState() {
    try (FuzzTarget bad = new BadWithArp(Integer.MAX_VALUE)) {
      assertThatThrownBy(() -> new Fuzzer(bad, 7).run(5_000))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("(seed 7)")
          .hasMessageContaining("Reason.NEIGHBOUR")
          .hasMessageContaining("Octets.hex(\"0000000000000000000000000806\")")
          .satisfies(
              failure ->
                  assertThat(failure.getMessage())
                      .containsOnlyOnce("in at port")
                      .doesNotContain("  pool|", "  vip|", "  backend|", "vip_v4", "vip_v6"));
    }
  }

  @Test
  void whatIsNotWrongAgainIsReportedAsItWasSeen() {
    try (FuzzTarget bad = new BadWithArp(1)) {
      assertThatThrownBy(() -> new Fuzzer(bad, 7).run(5_000))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("seed 7, frames 0 to 319: outputs")
          .hasMessageContaining("oracle: ")
          .hasMessageContaining("agreed when they came again");
    }
  }

  @Test
  void theSameSeedMakesTheSameFrames() {
    try (FuzzTarget target = new EmbeddedTarget()) {
      Fuzzer first = new Fuzzer(target, 11);
      Fuzzer second = new Fuzzer(target, 11);
      first.run(500);
      second.run(500);
      assertThat(second.summary()).isEqualTo(first.summary());
    }
  }
}

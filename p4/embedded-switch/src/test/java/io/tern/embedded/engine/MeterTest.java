package io.tern.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.embedded.engine.DataPlane.MeterRates;
import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** RFC 2698, colour-blind. */
class MeterTest {
  private static final long SECOND = 1_000_000_000;

  /** How many of {@code count} packets of one octet are not red. */
  private static int notRed(Meter meter, int count, long nanoTime) {
    int passed = 0;
    for (int i = 0; i < count; i++) {
      passed += meter.colour(1, nanoTime) == Meter.RED ? 0 : 1;
    }
    return passed;
  }

  @Test
  void packetThatIsRedTakesNoCommittedTokens() {
    Meter meter = new Meter(new MeterRates(0, 9, 0, 3), 0);

    assertThat(meter.colour(4, 0)).isEqualTo(Meter.RED);
    assertThat(meter.colour(3, 0)).isEqualTo(Meter.GREEN);
  }

  @Test
  void packetThatIsYellowTakesPeakTokensOnly() {
    Meter meter = new Meter(new MeterRates(0, 1, 0, 5), 0);

    assertThat(meter.colour(2, 0)).isEqualTo(Meter.YELLOW);
    assertThat(meter.colour(1, 0)).isEqualTo(Meter.GREEN);
    assertThat(meter.colour(2, 0)).isEqualTo(Meter.YELLOW);
    assertThat(meter.colour(1, 0)).isEqualTo(Meter.RED);
  }

  @Test
  void bucketNeverHoldsMoreThanItsBurst() {
    Meter meter = new Meter(new MeterRates(5, 3, 5, 3), 0);

    assertThat(notRed(meter, 10, 0)).isEqualTo(3);
    assertThat(notRed(meter, 10, 1_000_000 * SECOND)).isEqualTo(3);
  }

  @Test
  void clockThatStandsStillOrGoesBackEarnsNothing() {
    Meter meter = new Meter(new MeterRates(SECOND, 1, SECOND, 1), 500);

    assertThat(notRed(meter, 2, 500)).isEqualTo(1);
    assertThat(notRed(meter, 2, 400)).isZero();
  }

  @Test
  void largestRatesAndBurstsDoNotOverflow() {
    long max = Long.MAX_VALUE;
    Meter meter = new Meter(new MeterRates(max, max, max, max), 0);

    assertThat(meter.colour(max, 0)).isEqualTo(Meter.GREEN);
    assertThat(meter.colour(1, 0)).isEqualTo(Meter.RED);
    assertThat(meter.colour(max - SECOND, SECOND - 1)).isEqualTo(Meter.RED);
    assertThat(meter.colour(max, 3 * SECOND)).isEqualTo(Meter.GREEN);
  }

  /** Whoever asks often gets as many tokens as who asks once. */
  @Property(tries = 300)
  void noTokenIsLostBetweenPackets(
      @ForAll @LongRange(min = 1, max = 5_000_000_000L) long rate,
      @ForAll @IntRange(min = 1, max = 200) int steps,
      @ForAll @LongRange(min = 1, max = 40_000_000L) long step) {
    Meter often = new Meter(new MeterRates(rate, Long.MAX_VALUE, rate, Long.MAX_VALUE), 0);
    Meter once = new Meter(new MeterRates(rate, Long.MAX_VALUE, rate, Long.MAX_VALUE), 0);
    assertThat(often.colour(Long.MAX_VALUE, 0)).isEqualTo(Meter.GREEN);
    assertThat(once.colour(Long.MAX_VALUE, 0)).isEqualTo(Meter.GREEN);
    for (int i = 1; i < steps; i++) {
      assertThat(often.colour(Long.MAX_VALUE, i * step)).isEqualTo(Meter.RED);
    }
    long earned =
        BigInteger.valueOf(rate)
            .multiply(BigInteger.valueOf(steps * step))
            .divide(BigInteger.valueOf(SECOND))
            .longValueExact();

    assertThat(often.colour(earned + 1, steps * step)).isEqualTo(Meter.RED);
    assertThat(often.colour(earned, steps * step)).isEqualTo(Meter.GREEN);
    assertThat(once.colour(earned + 1, steps * step)).isEqualTo(Meter.RED);
    assertThat(once.colour(earned, steps * step)).isEqualTo(Meter.GREEN);
  }
}

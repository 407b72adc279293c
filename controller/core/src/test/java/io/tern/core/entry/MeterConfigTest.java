package io.tern.core.entry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MeterConfigTest {
  private static boolean reported(long rate, long as) {
    return MeterConfig.singleRate(rate, 10).isReportedAs(MeterConfig.singleRate(as, 10));
  }

  @Test
  void aRateIsReportedAsItself() {
    for (long rate = 1; rate <= 100_000; rate++) {
      assertThat(reported(rate, rate)).as("%s", rate).isTrue();
    }
  }

  /** 249 / 1e6 * 1e6 is a little below 249 in IEEE 754. */
  @Test
  void aRateThatADoubleCannotHoldMayComeBackOneTooLow() {
    assertThat(reported(249, 248)).isTrue();
    assertThat(reported(1001, 1000)).isTrue();
  }

  @Test
  void neighbouringRatesAreOtherRates() {
    assertThat(reported(8, 9)).isFalse();
    assertThat(reported(9, 8)).isFalse();
    assertThat(reported(248, 249)).as("no target reports more than it was given").isFalse();
  }

  @Test
  void burstsAreReportedAsTheyAre() {
    MeterConfig config = MeterConfig.singleRate(100, 10);
    assertThat(config.isReportedAs(MeterConfig.singleRate(100, 9))).isFalse();
    assertThat(config.isReportedAs(MeterConfig.singleRate(100, 11))).isFalse();
  }
}

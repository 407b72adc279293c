package io.tern.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SamplesTest {
  private static Samples of(double... values) {
    Samples samples = new Samples();
    for (double value : values) {
      samples.add(value);
    }
    return samples;
  }

  @Test
  void oneBadRoundDoesNotMoveTheMedian() {
    assertThat(of(5, 1000, 4).median()).isEqualTo(5);
    assertThat(of(4, 1000, 5, 6).median()).isEqualTo(5.5);
  }

  @Test
  void ratiosAreThoseOfEachRound() {
    Samples ratios = of(1, 20, 3).over(of(2, 40, 3));

    assertThat(ratios.values()).containsExactly(0.5, 0.5, 1.0);
    assertThat(ratios.median()).isEqualTo(0.5);
    assertThat(ratios.min()).isEqualTo(0.5);
    assertThat(ratios.max()).isEqualTo(1.0);
  }

  @Test
  void roundsWithoutPairsAreRefused() {
    assertThatThrownBy(() -> of(1, 2).over(of(1))).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nothingHasNoMedian() {
    assertThatThrownBy(() -> of().median()).isInstanceOf(IllegalStateException.class);
  }
}

package io.tern.southbound.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ExponentialBackoffTest {

  @Property
  void delaysLieInTheUpperHalfOfARangeThatDoublesUpToTheBound(@ForAll long seed) {
    ExponentialBackoff backoff =
        new ExponentialBackoff(Duration.ofMillis(500), Duration.ofSeconds(30), new Random(seed));

    for (long range : new long[] {500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000}) {
      assertThat(backoff.next()).isBetween(Duration.ofMillis(range / 2), Duration.ofMillis(range));
    }
    backoff.reset();
    assertThat(backoff.next()).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
  }

  @Test
  void boundBelowTheFirstDelayIsRefused() {
    assertThatThrownBy(
            () ->
                new ExponentialBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1), new Random()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("backoff goes from PT2S to PT1S; it must be positive and grow");
  }
}

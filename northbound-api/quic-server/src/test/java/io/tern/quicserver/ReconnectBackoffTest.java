package io.tern.quicserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReconnectBackoffTest {
  @Test
  void delaysDoubleUpToFiveSeconds() {
    ReconnectBackoff backoff = new ReconnectBackoff(() -> 1.0);

    assertThat(Stream.generate(backoff::next).limit(9).map(Duration::toMillis))
        .containsExactly(100L, 200L, 400L, 800L, 1_600L, 3_200L, 5_000L, 5_000L, 5_000L);
  }

  @Test
  void jitterTakesAtMostHalfOfTheDelay() {
    ReconnectBackoff backoff = new ReconnectBackoff(() -> 0.0);

    assertThat(Stream.generate(backoff::next).limit(8).map(Duration::toMillis))
        .containsExactly(50L, 100L, 200L, 400L, 800L, 1_600L, 2_500L, 2_500L);
  }

  @Test
  void successStartsItAnew() {
    ReconnectBackoff backoff = new ReconnectBackoff(() -> 1.0);
    Stream.generate(backoff::next).limit(9).forEach(delay -> {});

    backoff.reset();

    assertThat(backoff.next()).isEqualTo(Duration.ofMillis(100));
  }
}

package io.tern.benchmark.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.benchmark.xdp.LiveResult.Round;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveResultTest {
  private static final XdpCase CASE = XdpCase.live().get(0);

  private static LiveResult of(Round... rounds) {
    return new LiveResult(CASE, "empty XDP_TX", List.of(rounds), 3000, 2990);
  }

  @Test
  void roundsInWhichTheReferenceWasDisturbedDoNotCount() {
    LiveResult result =
        of(
            new Round(2_000_000, 1_000_000),
            new Round(1_000_000, 900_000),
            new Round(1_900_000, 950_000));

    assertThat(result.calm()).hasSize(2);
    assertThat(result.ratios().median()).isEqualTo(0.5);
  }

  @Test
  void whatDidNotArriveIsLost() {
    assertThat(of(new Round(2, 1)).lost()).isEqualTo(10);
  }

  @Test
  void lineHasFiguresOfTheProgramAndOfTheReference() {
    assertThat(of(new Round(2_000_000, 1_000_000)).line())
        .startsWith(CASE.words())
        .containsSubsequence("1,000,000", "0.50", "500", "10 3,000", "empty XDP_TX: 2,000,000/s");
  }

  @Test
  void jsonHasWhatTheLineHas() {
    assertThat(of(new Round(2_000_000, 1_000_000)).json())
        .hasToString(
            "{\"pps\": 1000000.0000, \"reference\": \"empty XDP_TX\", \"reference_pps\":"
                + " 2000000.0000, \"ratio\": 0.5000, \"ratio_low\": 0.5000, \"ratio_high\": 0.5000,"
                + " \"ns_more\": 500.0000, \"calm_rounds\": 1, \"sent\": 3000, \"lost\": 10}");
  }

  @Test
  void withoutARoundThereIsNoResult() {
    assertThatThrownBy(() -> new LiveResult(CASE, "empty XDP_TX", List.of(), 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(CASE.words());
  }
}

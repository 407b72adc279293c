package io.tern.core.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.core.intent.Backend;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentFixtures.History;
import io.tern.core.intent.PoolOptions;
import io.tern.p4.contract.Reason;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Unroutable DCIDs and 4-tuples stay where they were, for a time. */
class OracleStateTest {
  private static final long TIMEOUT = 5_000_000;
  private static final String DCID = "e0c1c2c3c4c5c6c7";

  private final FlowState state = new FlowState();
  private final History history =
      new History()
          .leaf()
          .pool("web", 512)
          .apply(
              i ->
                  IntentChanges.updatePool(
                      i,
                      "web",
                      PoolOptions.DEFAULT.withStateTimeout(
                          Optional.of(Duration.ofNanos(TIMEOUT * 1000)))))
          .vip("v4", "192.0.2.1", 443, "web")
          .backend("web", "a", 1)
          .backend("web", "b", 2);

  private Decision route(int clientPort, String dcid, long micros) {
    Frame frame = Frames.udp("203.0.113.9", clientPort, "192.0.2.1", 443).quicLong(dcid).frame();
    return Oracle.of(history.intent(), "leaf").route(1, frame, state, micros);
  }

  /** A port of a client whose packets the fallback sends to another backend than that of 50000. */
  private int portOfOtherBackend() {
    int other = 50_001;
    while (route(other, "", 0).backend().equals(route(50_000, "", 0).backend())) {
      other++;
    }
    return other;
  }

  @Test
  void aDcidIsKnownFromAnotherAddress() {
    int other = portOfOtherBackend();
    Decision first = route(50_000, DCID, TIMEOUT);
    Decision moved = route(other, DCID, TIMEOUT + 1);
    assertThat(moved.reason()).isEqualTo(Reason.KNOWN_DCID);
    assertThat(moved.backend()).isEqualTo(first.backend());
  }

  @Test
  void theRestOfADcidBehindEightOctetsDoesNotCount() {
    route(50_000, DCID + "00", 0);
    assertThat(route(50_000, DCID + "ff", 1).reason()).isEqualTo(Reason.KNOWN_DCID);
    assertThat(route(50_000, DCID.substring(2), 1).reason()).isEqualTo(Reason.KNOWN_TUPLE);
  }

  @Test
  void aShortHeaderKeepsADcidKnownButDoesNotMakeItSo() {
    int other = portOfOtherBackend();
    shortHeader(50_000, DCID, TIMEOUT);
    assertThat(shortHeader(other, DCID, TIMEOUT).reason())
        .isEqualTo(Reason.FALLBACK_UNKNOWN_CODEPOINT);

    Decision named = route(50_000, DCID, 2 * TIMEOUT);
    shortHeader(50_000, DCID, 3 * TIMEOUT - 1);
    Decision moved = shortHeader(other, DCID, 4 * TIMEOUT - 2);
    assertThat(moved.reason()).isEqualTo(Reason.KNOWN_DCID);
    assertThat(moved.backend()).isEqualTo(named.backend());

    shortHeader(50_000, DCID, 6 * TIMEOUT);
    assertThat(shortHeader(other, DCID, 6 * TIMEOUT).reason())
        .isEqualTo(Reason.FALLBACK_UNKNOWN_CODEPOINT);
  }

  private Decision shortHeader(int clientPort, String dcid, long micros) {
    Frame frame = Frames.udp("203.0.113.9", clientPort, "192.0.2.1", 443).quicShort(dcid).frame();
    return Oracle.of(history.intent(), "leaf").route(1, frame, state, micros);
  }

  @Test
  void aTupleStaysWithItsBackendWhenItDrains() {
    Decision first = route(50_000, "e0", 0);
    String owner = first.backend().getAsInt() == number("a") ? "a" : "b";
    history.state("web", owner, Backend.State.DRAINING);
    Decision second = route(50_000, "e0", 1);
    assertThat(second.reason()).isEqualTo(Reason.KNOWN_TUPLE);
    assertThat(second.backend()).isEqualTo(first.backend());

    history.state("web", owner, Backend.State.DRAINED);
    Decision third = route(50_000, "e0", 2);
    assertThat(third.reason()).isEqualTo(Reason.FALLBACK_UNKNOWN_CODEPOINT);
    assertThat(third.backend()).isPresent().isNotEqualTo(first.backend());
  }

  private int number(String id) {
    return history.intent().backends().get(new BackendKey("web", id)).number();
  }

  @Test
  void everyPacketKeepsItAliveAndTheTimeoutEndsIt() {
    long now = 0;
    route(50_000, "e0", now);
    for (int i = 0; i < 3; i++) {
      now += TIMEOUT - 1;
      assertThat(route(50_000, "e0", now).reason()).isEqualTo(Reason.KNOWN_TUPLE);
    }
    now += TIMEOUT;
    assertThat(route(50_000, "e0", now).reason()).isEqualTo(Reason.FALLBACK_UNKNOWN_CODEPOINT);
  }

  @Test
  void theClockMayWrapAround() {
    long end = (1L << 48) - 1;
    route(50_000, "e0", end);
    assertThat(route(50_000, "e0", 1).reason()).isEqualTo(Reason.KNOWN_TUPLE);
  }

  @Test
  void whoMeetsALiveCellOfSomebodyElseIsNotRemembered() {
    FlowState.Key first = FlowState.Key.ofTuple(1, 0x0001_1234);
    FlowState.Key second = FlowState.Key.ofTuple(1, 0x0002_1234);
    state.remember(first, 7, 0, TIMEOUT);
    state.remember(second, 8, TIMEOUT - 1, TIMEOUT);
    assertThat(state.recall(second, TIMEOUT - 1, TIMEOUT)).isEmpty();
    assertThat(state.recall(first, TIMEOUT - 1, TIMEOUT))
        .contains(new FlowState.Known(FlowState.By.TUPLE, 7));
    state.remember(second, 8, TIMEOUT, TIMEOUT);
    assertThat(state.recall(second, TIMEOUT, TIMEOUT))
        .contains(new FlowState.Known(FlowState.By.TUPLE, 8));
  }

  @Test
  void aCopyOfTheStateGoesItsOwnWay() {
    FlowState copy = state.copy();
    FlowState.Key key = FlowState.Key.of(1, new byte[8], true, 5);
    copy.remember(key, 7, 0, TIMEOUT);
    assertThat(state.recall(key, 0, TIMEOUT)).isEmpty();
    assertThat(copy.recall(key, 0, TIMEOUT)).contains(new FlowState.Known(FlowState.By.DCID, 7));
  }
}

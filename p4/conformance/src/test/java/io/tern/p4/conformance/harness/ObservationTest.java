package io.tern.p4.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.fixture.Row.Input;
import io.tern.p4.conformance.fixture.Row.Output;
import io.tern.p4.contract.Reason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ObservationTest {
  private static final Octets FRAME = Octets.counting(0, 60);
  private static final Output BY_TWO = new Output.Leaves(2, FRAME);
  private static final Output BY_THREE = new Output.Leaves(3, FRAME);
  private static final Row.Step STEP =
      new Row.Step(
          DeviceState.EMPTY,
          new Input.Arrives(1, FRAME),
          List.of(BY_TWO, BY_THREE),
          Reason.NOT_VIP);
  private static final Map<Reason, Long> ONE_PACKET = Map.of(Reason.NOT_VIP, 1L);
  private static final Map<Reason, Long> ITS_OCTETS = Map.of(Reason.NOT_VIP, 60L);

  @Test
  void whatTheRowWantsDiffersInNothingWhateverTheOrder() {
    assertThat(differences(List.of(BY_THREE, BY_TWO), ONE_PACKET, ITS_OCTETS)).isEmpty();
  }

  @Test
  void missingAndUnexpectedFramesAreNamed() {
    Output cut = new Output.Leaves(3, FRAME.first(59));

    assertThat(differences(List.of(BY_TWO, cut), ONE_PACKET, ITS_OCTETS))
        .containsExactly("missing:    " + BY_THREE, "unexpected: " + cut);
  }

  @Test
  void aFrameThatComesTwiceIsUnexpectedOnce() {
    assertThat(differences(List.of(BY_TWO, BY_TWO, BY_THREE), ONE_PACKET, ITS_OCTETS))
        .containsExactly("unexpected: " + BY_TWO);
  }

  @Test
  void aFrameByAnotherPortOrToTheControllerIsAnother() {
    Output packetIn = new Output.PacketIn(1, Reason.NOT_VIP, FRAME);

    assertThat(differences(List.of(BY_TWO, packetIn), ONE_PACKET, ITS_OCTETS))
        .containsExactly("missing:    " + BY_THREE, "unexpected: " + packetIn);
  }

  @Test
  void anotherReasonIsADifference() {
    Map<Reason, Long> other = Map.of(Reason.MALFORMED, 1L);

    assertThat(differences(List.of(BY_TWO, BY_THREE), other, Map.of(Reason.MALFORMED, 60L)))
        .hasSize(2)
        .first()
        .asString()
        .contains("{MALFORMED=1} packets; wanted 1 of NOT_VIP");
  }

  @Test
  void aSecondReasonIsADifference() {
    Map<Reason, Long> both = Map.of(Reason.NOT_VIP, 1L, Reason.MALFORMED, 1L);

    assertThat(differences(List.of(BY_TWO, BY_THREE), both, ITS_OCTETS)).hasSize(1);
  }

  @Test
  void noReasonAtAllIsADifference() {
    assertThat(differences(List.of(BY_TWO, BY_THREE), Map.of(), Map.of())).hasSize(2);
  }

  private static List<String> differences(
      List<Output> outputs, Map<Reason, Long> packets, Map<Reason, Long> octets) {
    return new Observation(outputs, packets, octets).differencesFrom(STEP);
  }
}

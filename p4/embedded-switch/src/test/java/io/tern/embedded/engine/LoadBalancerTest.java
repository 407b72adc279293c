package io.tern.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.embedded.bmv2.ProgramReader;
import io.tern.p4.contract.TernPipeline;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the benchmark sends takes the way that it is measured for. */
class LoadBalancerTest {
  private static final int IPV4_OCTETS = 20;

  private final DataPlane dataPlane =
      new InterpretedDataPlane(ProgramReader.read(TernPipeline.bmv2Json()));

  LoadBalancerTest() {
    LoadBalancer.configure(dataPlane);
    LoadBalancer.configureMore(dataPlane);
  }

  private List<Integer> lengthsOfWhatLeaves(List<byte[]> frames) {
    List<Integer> lengths = new ArrayList<>();
    for (byte[] frame : frames) {
      dataPlane.process(
          1, frame, 0, frame.length, (port, packet, from, length) -> lengths.add(length));
    }
    assertThat(dataPlane.counter(LoadBalancer.REASON, LoadBalancer.ROUTED_BY_CID).packets())
        .isEqualTo(frames.size());
    return lengths;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void encryptedCidsOfTheDraftRoute(boolean singlePass) {
    List<byte[]> frames =
        singlePass ? LoadBalancer.singlePassFrames() : LoadBalancer.fourPassFrames();

    assertThat(lengthsOfWhatLeaves(frames)).hasSize(64).containsOnly(frames.get(0).length);
  }

  @Test
  void tunnelledPacketsLeaveWithAnotherHeader() {
    List<byte[]> frames = LoadBalancer.tunnelFrames();

    assertThat(lengthsOfWhatLeaves(frames))
        .hasSize(64)
        .containsOnly(frames.get(0).length + IPV4_OCTETS);
  }
}

package io.tern.p4.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Fixtures;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.fixture.Row.Input.Arrives;
import io.tern.p4.contract.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Frames that no row has: whatever BMv2 does with them, the embedded switch does too. */
class EmbeddedSwitchAgainstBmv2IT {
  private static final int BATCHES = 120;

  /** BMv2 queues 64 frames for a port and drops the next. */
  private static final int BATCH = 50;

  @Test
  void mutatedFramesHaveTheSameFateOnBoth() throws Exception {
    Optional<Path> executable = Bmv2Switch.executable();
    long seed = Long.getLong("tern.seed", 20_261_122);
    System.out.println(
        executable
            .map(
                path ->
                    "BMv2: comparing %,d mutated frames with %s, -Dtern.seed=%d"
                        .formatted(BATCHES * BATCH, path, seed))
            .orElse("BMv2: NOT compared: simple_switch_grpc is not on PATH"));
    assumeTrue(executable.isPresent(), "simple_switch_grpc is not on PATH");
    Path log = Path.of("target", getClass().getSimpleName() + ".log");
    Files.createDirectories(log.getParent());
    FrameMutator mutator = new FrameMutator(new Random(seed), corpus());

    Map<Reason, Long> seen = new EnumMap<>(Reason.class);
    try (PacketTarget bmv2 = Bmv2Switch.start(executable.get(), log);
        PacketTarget embedded = new EmbeddedSwitchTarget();
        Conformance onBmv2 = new Conformance(bmv2);
        Conformance onEmbedded = new Conformance(embedded)) {
      onBmv2.write(state());
      onEmbedded.write(state());
      for (int i = 0; i < BATCHES; i++) {
        List<Arrives> batch =
            Stream.generate(() -> new Arrives(1, mutator.next())).limit(BATCH).toList();
        Observation expected = onBmv2.observe(batch);
        Observation actual = onEmbedded.observe(batch);
        if (!same(expected, actual)) {
          findCulprit(batch, onBmv2, onEmbedded, seed);
          assertThat(sorted(actual))
              .as("one by one the frames have the same fate, but not together, seed %d", seed)
              .isEqualTo(sorted(expected));
        }
        expected.packets().forEach((reason, packets) -> seen.merge(reason, packets, Long::sum));
      }
    }

    assertThat(seen.values().stream().mapToLong(Long::longValue).sum())
        .as("every frame counts once")
        .isEqualTo((long) BATCHES * BATCH);
    assertThat(seen.keySet())
        .as("mutants that all end alike would compare nothing")
        .contains(
            Reason.NOT_VIP,
            Reason.FRAGMENT,
            Reason.MALFORMED,
            Reason.ROUTED_BY_CID,
            Reason.NOT_QUIC,
            Reason.FALLBACK_CID_TOO_SHORT,
            Reason.FALLBACK_UNKNOWN_CODEPOINT,
            Reason.FALLBACK_UNKNOWN_SERVER);
  }

  private static void findCulprit(
      List<Arrives> batch, Conformance onBmv2, Conformance onEmbedded, long seed) {
    for (Arrives frame : batch) {
      Observation expected = onBmv2.observe(List.of(frame));
      Observation actual = onEmbedded.observe(List.of(frame));
      assertThat(sorted(actual)).as("%s, seed %d", frame, seed).isEqualTo(sorted(expected));
      assertThat(actual.octets()).as("%s, seed %d", frame, seed).isEqualTo(expected.octets());
    }
  }

  private static boolean same(Observation one, Observation other) {
    return sorted(one).equals(sorted(other))
        && one.packets().equals(other.packets())
        && one.octets().equals(other.octets());
  }

  private static List<String> sorted(Observation observation) {
    return observation.outputs().stream()
        .map(Object::toString)
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  private static List<Octets> corpus() {
    List<Octets> frames = new ArrayList<>();
    for (Row row : Fixtures.rows()) {
      for (Row.Step step : row.steps()) {
        if (step.input() instanceof Arrives arrives && arrives.frame().length() <= 600) {
          frames.add(arrives.frame());
        }
      }
    }
    return frames;
  }

  /** The rows' standard state, ready for what else is in the corpus; nothing for the controller. */
  private static DeviceState state() {
    return Fixtures.everything();
  }
}

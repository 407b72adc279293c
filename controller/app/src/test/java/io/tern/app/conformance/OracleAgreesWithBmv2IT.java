package io.tern.app.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tern.p4.conformance.harness.Bmv2Switch;
import io.tern.p4.contract.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * As {@link OracleAgreesWithEmbeddedSwitchTest}, with BMv2: plans are written over P4Runtime as the
 * controller writes them. The same seed makes the same intents and frames as there, so the frames
 * here are the first of those; but the time-outs of state do not pass.
 */
class OracleAgreesWithBmv2IT {
  private static final int DEFAULT_FRAMES = 10_000;

  @Test
  void reasonsPortsOctetsAndCountersAgreeForRandomIntentsAndFrames() throws Exception {
    Optional<Path> executable = Bmv2Switch.executable();
    long seed = Long.getLong("tern.fuzz.seed", 20_261_122);
    int frames = Integer.getInteger("tern.fuzz.bmv2.frames", DEFAULT_FRAMES);
    System.out.println(
        executable
            .map(
                path ->
                    "BMv2 against the oracle: -Dtern.fuzz.seed=%d -Dtern.fuzz.bmv2.frames=%d, %s"
                        .formatted(seed, frames, path))
            .orElse("BMv2: NOT held against the oracle: simple_switch_grpc is not on PATH"));
    assumeTrue(executable.isPresent(), "simple_switch_grpc is not on PATH");
    Path log = Path.of("target", getClass().getSimpleName() + ".log");
    Files.createDirectories(log.getParent());
    try (FuzzTarget target = new P4RuntimeTarget(Bmv2Switch.start(executable.get(), log))) {
      Fuzzer fuzzer = new Fuzzer(target, seed);
      fuzzer.run(frames);
      System.out.println("BMv2: " + fuzzer.summary());
      assertThat(fuzzer.seen()).containsKeys(Reason.ROUTED_BY_CID, Reason.KNOWN_TUPLE);
    }
  }
}

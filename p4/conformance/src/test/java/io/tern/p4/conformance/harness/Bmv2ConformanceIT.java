package io.tern.p4.conformance.harness;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The rows against the switch that v1model is defined by. */
class Bmv2ConformanceIT extends ConformanceRows {

  @Override
  PacketTarget start(Path log) throws IOException {
    Optional<Path> executable = Bmv2Switch.executable();
    System.out.println(
        executable
            .map(path -> "BMv2: running the rows against " + path)
            .orElse("BMv2: NOT run: simple_switch_grpc is not on PATH"));
    assumeTrue(executable.isPresent(), "simple_switch_grpc is not on PATH");
    return Bmv2Switch.start(executable.get(), log);
  }
}

package io.tern.p4.conformance.harness;

import java.io.IOException;
import java.nio.file.Path;

/** The rows against the switch in the JVM. */
class EmbeddedSwitchConformanceIT extends ConformanceRows {

  @Override
  PacketTarget start(Path log) throws IOException {
    return new EmbeddedSwitchTarget();
  }
}

package io.tern.p4.conformance.harness;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;

/** The rows against BMv2 at network interfaces, as a switch has them. */
class Bmv2OverVethConformanceIT extends ConformanceRows {
  private VethPairs pairs;
  private Bmv2Process process;
  private P4RuntimeClient client;

  @Override
  PacketTarget start(Path log) throws IOException {
    Optional<Path> executable = Bmv2Switch.executable();
    String obstacle = executable.isPresent() ? obstacle() : "simple_switch_grpc is not on PATH";
    System.out.println(
        obstacle.isEmpty()
            ? "BMv2 over veth: running the rows against " + executable.orElseThrow()
            : "BMv2 over veth: NOT run: " + obstacle);
    assumeTrue(obstacle.isEmpty(), obstacle);
    try {
      pairs = new VethPairs();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    process = Bmv2Process.withInterfaces(executable.orElseThrow(), log, pairs.switchEnds());
    client = new P4RuntimeClient(process.p4Runtime(), process.deviceId());
    client.loadTern();
    LinkTarget target =
        new LinkTarget(process.p4Runtime(), process.deviceId(), client, pairs.links());
    target.checkWiring();
    return target;
  }

  @Override
  Conformance conformance(PacketTarget target) {
    return new Conformance(target, client);
  }

  @AfterAll
  void stopSwitch() {
    if (process != null) {
      process.close();
    }
    if (pairs != null) {
      pairs.close();
    }
  }

  private static String obstacle() throws IOException {
    try {
      return VethPairs.obstacle();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted", e);
  }
}

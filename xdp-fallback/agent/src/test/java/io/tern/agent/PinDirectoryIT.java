package io.tern.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.harness.P4RuntimeClient;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.v1.Entity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories in which nothing can be pinned, and maps that the kernel does not make. */
class PinDirectoryIT {
  private static final DeviceState BEFORE =
      DeviceState.EMPTY.serverId(1, Octets.hex("c0ffee01"), 101);
  private static final DeviceState AFTER = BEFORE.serverId(1, Octets.hex("c0ffee02"), 101);

  @TempDir Path directory;

  private Path pins;
  private TestInterfaces interfaces;
  private RunningAgent running;

  @BeforeAll
  static void requireRoot() throws IOException {
    TestAgents.requireRoot(PinDirectoryIT.class);
  }

  @BeforeEach
  void mount() throws IOException {
    interfaces = new TestInterfaces(1);
    pins = Files.createDirectory(Leftovers.mountPoint("bpf"));
    TestInterfaces.run("mount", "-t", "bpf", "bpf", pins.toString());
  }

  @AfterEach
  void unmount() throws IOException {
    remount("rw");
    if (running != null) {
      running.close();
    }
    TestInterfaces.run("umount", pins.toString());
    Files.delete(pins);
    interfaces.close();
  }

  private void remount(String mode) throws IOException {
    TestInterfaces.run("mount", "-o", "remount," + mode, pins.toString());
  }

  private AgentOptions options() {
    return TestAgents.pinnedUnder(pins, interfaces.names());
  }

  @Test
  void anotherFileSystemIsNamed() {
    assertThatThrownBy(() -> XdpAgent.start(TestAgents.pinnedUnder(directory, Map.of())))
        .isInstanceOf(AgentException.class)
        .hasMessageContaining(directory + " is not on a BPF file system, but on ")
        .hasMessageContaining("mount -t bpf bpf /sys/fs/bpf")
        .hasMessageContaining("--pin-dir");
    assertThat(directory.resolve("1")).doesNotExist();
  }

  @Test
  void anAgentDoesNotStartWhereItCannotPin() throws IOException {
    AgentOptions options = options();
    remount("ro");
    assertThatThrownBy(() -> XdpAgent.start(options))
        .isInstanceOf(AgentException.class)
        .hasMessageContaining("cannot make " + options.deviceDirectory())
        .hasMessageContaining("Read-only file system")
        .hasMessageContaining("--pin-dir");
    remount("rw");
    Files.createDirectory(options.deviceDirectory());
    remount("ro");
    assertThatThrownBy(() -> XdpAgent.start(options))
        .isInstanceOf(AgentException.class)
        .hasMessageContaining("cannot pin anything under " + options.deviceDirectory());
  }

  @Test
  void whereNothingCanBePinnedAnyMoreThePipelineThatIsThereGoesOn() throws IOException {
    AgentOptions options = options();
    running = new RunningAgent(options);
    running.programmer().load().write(BEFORE);
    List<String> pinned = listing(options);
    remount("ro");

    assertThatThrownBy(() -> ProgramSizes.SMALL.load(running.programmer().client()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused -> {
              assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
              assertThat(refused.getStatus().getDescription())
                  .contains("pinning under " + options.deviceDirectory(), "Read-only file system");
            });
    assertGoesOn(options, pinned);

    remount("rw");
    ProgramSizes.SMALL.load(running.programmer().client());
    assertThat(running.programmer().entries()).isEmpty();
    assertThat(listing(options)).hasSameSizeAs(pinned).anyMatch(pin -> pin.startsWith("g2/"));
  }

  @Test
  void aPipelineThatIsTooLargeForTheKernelLeavesTheOneThatIsThere() throws IOException {
    AgentOptions options = options();
    running = new RunningAgent(options);
    running.programmer().load().write(BEFORE);
    List<String> pinned = listing(options);

    ProgramSizes huge = new ProgramSizes(Map.of(Tables.ServerId.ID, 1 << 30));
    P4RuntimeClient client = running.programmer().client();
    assertThatThrownBy(() -> huge.load(client))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused -> {
              assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
              assertThat(refused.getStatus().getDescription()).contains("use smaller tables");
            });
    assertGoesOn(options, pinned);
  }

  private void assertGoesOn(AgentOptions options, List<String> pinned) throws IOException {
    assertThat(listing(options)).containsExactlyInAnyOrderElementsOf(pinned);
    assertThat(running.agent().status().attached()).containsEntry(interfaces.name(0), true);
    List<Entity> entries = running.programmer().entries();
    assertThat(entries).hasSize(1);
    running.programmer().write(AFTER);
    assertThat(running.programmer().entries()).hasSize(2).containsAll(entries);
  }

  private static List<String> listing(AgentOptions options) throws IOException {
    try (Stream<Path> files = Files.walk(options.deviceDirectory())) {
      return files
          .filter(Files::isRegularFile)
          .map(path -> options.deviceDirectory().relativize(path).toString())
          .toList();
    }
  }
}

package io.tern.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tern.agent.pin.Links.AttachMode;
import io.tern.libbpf.BpfObject;
import io.tern.libbpf.BpfProgram;
import io.tern.libbpf.Libbpf;
import io.tern.libbpf.XdpLink;
import io.tern.libbpf.XdpLink.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Interfaces that have somebody else's program, and how ours is attached. */
class AttachmentIT {
  private TestInterfaces interfaces;
  private RunningAgent running;

  @BeforeAll
  static void requireRoot() throws IOException {
    TestAgents.requireRoot(AttachmentIT.class);
  }

  @BeforeEach
  void makeInterfaces() throws IOException {
    interfaces = new TestInterfaces(2);
  }

  @AfterEach
  void clear() throws IOException {
    if (running != null) {
      running.close();
    }
    interfaces.close();
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void anAgentDoesNotStartWhereAnotherProgramIs(Mode mode) throws IOException {
    AgentOptions options = TestAgents.attached(interfaces.names());
    try (XdpLink foreign = foreign(interfaces.name(1), mode)) {
      assertThatThrownBy(() -> XdpAgent.start(options))
          .isInstanceOf(AgentException.class)
          .hasMessageContaining(interfaces.name(1) + ": another XDP program is attached")
          .hasMessageContaining("(ID " + foreign.info().programId() + ",")
          .hasMessageContaining("ip link set dev " + interfaces.name(1) + " xdp off");
      assertThat(programAt(1)).isEqualTo(foreign.info().programId());
      assertThat(programAt(0)).isZero();
      assertNothingIsPinned(options);
    } finally {
      Leftovers.remove(options.deviceDirectory());
    }
  }

  @Test
  void aPipelineIsRefusedWhereAnotherProgramCameFirst() throws IOException {
    AgentOptions options = TestAgents.attached(Map.of(1, interfaces.name(0)));
    running = new RunningAgent(options);
    try (XdpLink foreign = foreign(interfaces.name(0), Mode.NATIVE)) {
      assertThatThrownBy(() -> running.programmer().load())
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              refused -> {
                assertThat(refused.getStatus().getCode())
                    .isEqualTo(Status.Code.FAILED_PRECONDITION);
                assertThat(refused.getStatus().getDescription())
                    .contains("another XDP program is attached", interfaces.name(0));
              });
      assertThat(programAt(0)).isEqualTo(foreign.info().programId());
      assertNothingIsPinned(options);
      assertThat(running.agent().status().hasPipeline()).isFalse();
    }
    running.programmer().load();
    assertThat(running.agent().status().attached()).containsEntry(interfaces.name(0), true);
  }

  @Test
  void anInterfaceThatComesWithAnotherProgramKeepsItAndTheOthersGoOn() throws IOException {
    AgentOptions options = TestAgents.attached(interfaces.names());
    String name = interfaces.name(1);
    String before = Leftovers.name("x");
    interfaces.delete(1);
    running = new RunningAgent(options);
    running.programmer().load();
    String peer = interfaces.farEnd(1);
    TestInterfaces.ip("link", "add", before, "type", "veth", "peer", "name", peer);
    try (XdpLink foreign = foreign(before, Mode.GENERIC)) {
      TestInterfaces.ip("link", "set", before, "name", name);
      // The agent has looked when what comes after it is attached.
      interfaces.delete(0);
      interfaces.make(0);
      awaitAttached(interfaces.name(0));
      assertThat(programAt(1)).isEqualTo(foreign.info().programId());
      assertThat(running.agent().status().attached()).containsEntry(name, false);

      running.end();
      running = new RunningAgent(options);
      assertThat(running.agent().status().adopted()).isTrue();
      assertThat(running.agent().status().attached())
          .containsEntry(interfaces.name(0), true)
          .containsEntry(name, false);
      assertThat(programAt(1)).isEqualTo(foreign.info().programId());
    }
    TestInterfaces.ip("link", "set", name, "mtu", "1400");
    awaitAttached(name);
  }

  @Test
  void theDriverIsPreferredAndGenericModeIsForThoseThatCannot() throws IOException {
    // A packet of this size is more than a page: this driver has XDP for one page.
    TestInterfaces.ip("link", "set", interfaces.farEnd(1), "mtu", "9000");
    String jumbo = interfaces.name(1);
    running = new RunningAgent(TestAgents.attached(interfaces.names()));
    running.programmer().load();
    assertThat(modeOf(interfaces.name(0))).isEqualTo(Mode.NATIVE);
    assertThat(modeOf(jumbo)).isEqualTo(Mode.GENERIC);
    running.close();

    running = new RunningAgent(TestAgents.attached(Map.of(1, jumbo), AttachMode.NATIVE));
    assertThatThrownBy(() -> running.programmer().load())
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining(jumbo)
        .hasMessageContaining("--mode generic");
    assertThat(modeOf(jumbo)).isNull();
    running.close();

    running =
        new RunningAgent(TestAgents.attached(Map.of(1, interfaces.name(0)), AttachMode.GENERIC));
    running.programmer().load();
    assertThat(modeOf(interfaces.name(0))).isEqualTo(Mode.GENERIC);
  }

  private void awaitAttached(String name) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> running.agent().status().attached().get(name));
  }

  private int programAt(int port) {
    return XdpLink.query(Libbpf.interfaceIndex(interfaces.name(port))).programId();
  }

  private static Mode modeOf(String name) {
    return XdpLink.query(Libbpf.interfaceIndex(name)).mode();
  }

  private static void assertNothingIsPinned(AgentOptions options) throws IOException {
    try (Stream<?> pins = Files.list(options.deviceDirectory())) {
      assertThat(pins).isEmpty();
    }
  }

  /** A program that is nobody's here, attached until its link is closed. */
  private static XdpLink foreign(String name, Mode mode) throws IOException {
    byte[] elf;
    try (var resource = AttachmentIT.class.getResourceAsStream("/io/tern/xdp/tern_pass.bpf.o")) {
      elf = resource.readAllBytes();
    }
    try (BpfObject object = BpfObject.open("foreign", elf)) {
      object.load();
      try (BpfProgram program = object.program("tern_pass")) {
        return XdpLink.attach(program, Libbpf.interfaceIndex(name), mode);
      }
    }
  }
}

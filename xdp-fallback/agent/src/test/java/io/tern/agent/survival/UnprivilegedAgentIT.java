package io.tern.agent.survival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tern.agent.Programmer;
import io.tern.agent.TestAgents;
import io.tern.agent.TestHost;
import io.tern.agent.TestInterfaces;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Frame;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Quic;
import io.tern.p4.conformance.link.InterfaceLink;
import io.tern.p4.contract.Reason;
import io.tern.proto.p4.v1.Entity;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent with the capabilities that the systemd unit gives it, as a user who is nobody else, and
 * with nothing else: the kernel has to let it do all that it does.
 */
class UnprivilegedAgentIT {
  private static final String USER = "65534";
  private static final Path UNIT =
      Path.of(System.getProperty("basedir", "."), "systemd", "tern-agent.service");
  private static final String VIP = "192.0.2.10";
  private static final Octets SID = Octets.hex("c0ffee01");

  @TempDir Path directory;

  private TestHost host;
  private String clients;
  private Path pins;

  @BeforeAll
  static void requireRootAndSetpriv() throws IOException {
    TestAgents.requireRoot(UnprivilegedAgentIT.class);
    boolean there =
        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "setpriv")));
    if (!there) {
      System.out.println("NOT RUN: UnprivilegedAgentIT, because it needs setpriv (util-linux)");
    }
    assumeTrue(there, "no setpriv");
  }

  @BeforeEach
  void makeHost() throws IOException {
    host = new TestHost("u");
    clients = host.namespace() + "c";
    host.pair(clients, host.namespace() + "i");
    // As the unit's ExecStartPre makes it.
    pins = TestAgents.PINS.resolve(Long.toString(host.deviceId()));
    TestInterfaces.run("install", "-d", "-o", USER, "-g", USER, "-m", "0700", pins.toString());
    Files.createDirectories(directory);
    TestInterfaces.run("chmod", "a+rx", directory.toString());
    Path run = Files.createDirectory(directory.resolve("run"));
    TestInterfaces.run("chown", USER, run.toString());
    String capabilities = capabilities();
    List<String> command =
        List.of(
            "setpriv",
            "--reuid=" + USER,
            "--regid=" + USER,
            "--clear-groups",
            "--no-new-privs",
            "--inh-caps=-all" + capabilities,
            "--ambient-caps=-all" + capabilities,
            "--bounding-set=-all" + capabilities);
    host.runBehind(command, readable(System.getProperty("java.class.path")), pins, run);
  }

  @AfterEach
  void clear() throws IOException {
    host.close();
    Files.deleteIfExists(pins);
  }

  /** Those of the unit, as setpriv has them: {@code ,+bpf,+net_admin}. */
  private static String capabilities() throws IOException {
    for (String line : Files.readAllLines(UNIT)) {
      if (line.startsWith("AmbientCapabilities=")) {
        return Stream.of(line.substring(line.indexOf('=') + 1).split(" ", -1))
            .map(name -> ",+" + name.replaceFirst("CAP_", "").toLowerCase(Locale.ROOT))
            .collect(Collectors.joining());
      }
    }
    throw new IllegalStateException(UNIT + " has no AmbientCapabilities");
  }

  /** A copy of the class path that anybody may read: what builds it may be in a home directory. */
  private String readable(String classPath) throws IOException {
    Path copies = Files.createDirectory(directory.resolve("classes"));
    List<String> copied = new ArrayList<>();
    for (String part : classPath.split(File.pathSeparator, -1)) {
      if (!part.isEmpty() && Files.exists(Path.of(part))) {
        Path copy = copies.resolve(Integer.toString(copied.size()));
        TestInterfaces.run("cp", "-rL", part, copy.toString());
        copied.add(copy.toString());
      }
    }
    TestInterfaces.run("chmod", "-R", "a+rX", copies.toString());
    return String.join(File.pathSeparator, copied);
  }

  @Test
  void theUnitsCapabilitiesAreEnoughToLoadAttachServeAndGoOn() throws Exception {
    assertThat(start()).as("adopted").isFalse();
    List<Entity> entries;
    try (Programmer programmer = new Programmer(host.channel(), host.deviceId()).load()) {
      programmer.write(
          DeviceState.EMPTY
              .backend(101, 1, "02:00:00:00:0b:01", "02:00:00:00:fe:02")
              .serverId(1, SID, 101)
              .cidConfig(7, 0, 1, SID.length(), 9)
              .vip(VIP, 443, 7, 0));
      entries = programmer.entries();
    }
    assertPacketsAreRouted();

    host.stop();
    assertThat(start()).as("adopted after the end").isTrue();
    assertPacketsAreRouted();

    host.kill();
    assertThat(start()).as("adopted after kill -9").isTrue();
    assertPacketsAreRouted();
    assertThat(new Programmer(host.channel(), host.deviceId()).entries())
        .containsExactlyInAnyOrderElementsOf(entries);
  }

  private boolean start() throws IOException {
    return host.start(null, host.namespace() + "i");
  }

  private void assertPacketsAreRouted() throws IOException {
    Programmer reader = new Programmer(host.channel(), host.deviceId());
    long before = reader.packets(Reason.ROUTED_BY_CID);
    try (InterfaceLink link = InterfaceLink.open(clients)) {
      link.send(
          Frame.between("198.51.100.7", VIP)
              .dstMac("02:00:00:00:fe:01")
              .srcMac("02:00:00:00:0c:01")
              .dstPort(443)
              .payload(Quic.shortHeader(Quic.cid(0, SID, 4)))
              .octets());
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> reader.packets(Reason.ROUTED_BY_CID) == before + 1);
  }
}

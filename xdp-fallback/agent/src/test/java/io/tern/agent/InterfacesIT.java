package io.tern.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tern.libbpf.XdpLink;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Frame;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Quic;
import io.tern.p4.conformance.link.InterfaceLink;
import io.tern.p4.contract.Reason;
import io.tern.proto.p4.v1.Entity;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Interfaces that go away under an agent, and come back: port 0 to clients, port 1 to a backend.
 */
class InterfacesIT {
  private static final int CLIENTS = 0;
  private static final int SERVERS = 1;
  private static final String VIP = "192.0.2.10";
  private static final Octets SID = Octets.hex("c0ffee01");
  private static final String BACKEND_MAC = "02:00:00:00:0b:01";
  private static final DeviceState STATE =
      DeviceState.EMPTY
          .backend(101, SERVERS, BACKEND_MAC, "02:00:00:00:fe:02")
          .serverId(1, SID, 101)
          .cidConfig(7, 0, 1, SID.length(), 9)
          .vip(VIP, 443, 7, 0);

  private TestInterfaces interfaces;
  private AgentOptions options;
  private RunningAgent running;

  @BeforeAll
  static void requireRoot() throws IOException {
    TestAgents.requireRoot(InterfacesIT.class);
  }

  @BeforeEach
  void makeInterfaces() throws IOException {
    interfaces = new TestInterfaces(2);
    options = TestAgents.attached(interfaces.names());
  }

  @AfterEach
  void clear() throws IOException {
    if (running != null) {
      running.close();
    }
    interfaces.close();
  }

  private void start() throws IOException {
    running = new RunningAgent(options);
    running.programmer().load().write(STATE);
  }

  @Test
  void anInterfaceThatIsDeletedAndMadeAnewIsThePortAgain() throws IOException {
    start();
    List<Entity> entries = running.programmer().entries();
    assertFramesPass();

    interfaces.delete(SERVERS);
    awaitAttached(SERVERS, false);
    long dangling = running.programmer().packets(Reason.DANGLING_BACKEND);
    try (InterfaceLink client = InterfaceLink.open(interfaces.farEnd(CLIENTS))) {
      soon()
          .until(
              () -> {
                client.send(frame());
                return running.programmer().packets(Reason.DANGLING_BACKEND) > dangling;
              });
    }
    interfaces.make(SERVERS);
    awaitAttached(SERVERS, true);
    assertFramesPass();

    interfaces.delete(CLIENTS);
    awaitAttached(CLIENTS, false);
    interfaces.make(CLIENTS);
    awaitAttached(CLIENTS, true);
    assertFramesPass();

    TestInterfaces.ip("link", "set", interfaces.name(SERVERS), "down");
    TestInterfaces.ip("link", "set", interfaces.name(CLIENTS), "down");
    TestInterfaces.ip("link", "set", interfaces.name(CLIENTS), "up");
    TestInterfaces.ip("link", "set", interfaces.name(SERVERS), "up");
    assertFramesPass();
    assertThat(running.programmer().entries()).containsExactlyInAnyOrderElementsOf(entries);
  }

  @Test
  void anInterfaceThatComesLaterIsAttachedThen() throws IOException {
    interfaces.delete(SERVERS);
    start();
    assertThat(attached(CLIENTS)).isTrue();
    assertThat(attached(SERVERS)).isFalse();

    interfaces.make(SERVERS);
    awaitAttached(SERVERS, true);
    assertFramesPass();
  }

  @Test
  void aProgramThatSomebodyDetachesIsAttachedAgain() throws IOException {
    start();
    try (XdpLink link =
        XdpLink.openPinned(options.deviceDirectory().resolve("link-" + interfaces.name(CLIENTS)))) {
      link.detach();
    }
    assertThat(attached(CLIENTS)).isFalse();
    // Any change has the agent look.
    TestInterfaces.ip("link", "set", interfaces.name(CLIENTS), "mtu", "1400");
    awaitAttached(CLIENTS, true);
    assertFramesPass();
  }

  private boolean attached(int port) {
    return running.agent().status().attached().get(interfaces.name(port));
  }

  private void awaitAttached(int port, boolean expected) {
    soon().until(() -> attached(port) == expected);
  }

  private static ConditionFactory soon() {
    return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
  }

  private static Octets frame() {
    return Frame.between("198.51.100.7", VIP)
        .dstMac("02:00:00:00:fe:01")
        .srcMac("02:00:00:00:0c:01")
        .dstPort(443)
        .payload(Quic.shortHeader(Quic.cid(0, SID, 4)))
        .octets();
  }

  /** Sends until one arrives. */
  private void assertFramesPass() throws IOException {
    AtomicBoolean arrived = new AtomicBoolean();
    try (InterfaceLink client = InterfaceLink.open(interfaces.farEnd(CLIENTS));
        InterfaceLink server = InterfaceLink.open(interfaces.farEnd(SERVERS))) {
      client.start(frame -> {});
      server.start(
          frame -> {
            if (frame.length() > 6 && frame.first(6).equals(Octets.hex(BACKEND_MAC))) {
              arrived.set(true);
            }
          });
      soon()
          .until(
              () -> {
                client.send(frame());
                return arrived.get();
              });
    }
  }
}

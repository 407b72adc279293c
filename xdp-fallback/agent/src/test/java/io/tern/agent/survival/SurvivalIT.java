package io.tern.agent.survival;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tern.agent.Programmer;
import io.tern.agent.TestAgents;
import io.tern.agent.TestHost;
import io.tern.agent.TestInterfaces;
import io.tern.agent.pin.ProgramObject;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Frame;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Quic;
import io.tern.p4.conformance.link.InterfaceLink;
import io.tern.p4.contract.Reason;
import io.tern.proto.p4.v1.Entity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent in a network namespace between a sender and a receiver, while frames with numbers pass
 * without a pause: it is killed, ended, started again, its program and the layout of its maps
 * change. Each frame has to arrive, once.
 */
class SurvivalIT {
  private static final String VIP = "192.0.2.10";
  private static final String BACKEND_MAC = "02:00:00:00:0b:01";
  private static final Octets SID = Octets.hex("c0ffee01");
  private static final int NUMBER_AT = 60;

  /** Frames in each millisecond: a capture ring takes that without loss. */
  private static final int RATE = 2;

  private final AtomicInteger sent = new AtomicInteger();
  private final Set<Integer> arrived = ConcurrentHashMap.newKeySet();
  private final AtomicInteger twice = new AtomicInteger();

  @TempDir Path directory;

  private TestHost host;
  private String client;
  private String server;
  private String[] inside;
  private Programmer programmer;
  private volatile boolean sending;

  @BeforeAll
  static void requireRoot() throws IOException {
    TestAgents.requireRoot(SurvivalIT.class);
  }

  @BeforeEach
  void makeHost() throws IOException {
    host = new TestHost("v");
    client = host.namespace() + "c";
    server = host.namespace() + "s";
    inside = new String[] {host.namespace() + "i", host.namespace() + "o"};
    host.pair(client, inside[0]);
    host.pair(server, inside[1]);
    // A veth end takes redirected frames only if it polls.
    TestInterfaces.run("ethtool", "-K", server, "gro", "on");
  }

  @AfterEach
  void clear() throws IOException {
    sending = false;
    host.close();
  }

  @Test
  void noPacketIsLostWhateverHappensToTheAgent() throws Exception {
    byte[] tern;
    try (var resource = ProgramObject.class.getResourceAsStream("/io/tern/xdp/tern_xdp.bpf.o")) {
      tern = resource.readAllBytes();
    }
    Path program = Files.write(directory.resolve("tern.o"), tern);
    Path rebuilt = Files.write(directory.resolve("rebuilt.o"), withOctetBehind(tern));
    Path otherLayout = Files.write(directory.resolve("layout.o"), withFieldRenamed(tern));
    assertThat(ProgramObject.of(Files.readAllBytes(otherLayout)).layout().hash())
        .isNotEqualTo(ProgramObject.of(tern).layout().hash());

    assertThat(start(program)).as("adopted").isFalse();
    List<Entity> written = program();
    try (InterfaceLink client = InterfaceLink.open(this.client);
        InterfaceLink server = InterfaceLink.open(this.server)) {
      client.start(frame -> {});
      server.start(this::arrive);
      Thread sender = new Thread(() -> send(client), "sender");
      sending = true;
      sender.start();
      awaitTraffic();

      host.kill();
      awaitTraffic();
      assertThat(start(program)).as("adopted after kill -9").isTrue();
      assertThat(programmer.entries()).containsExactlyInAnyOrderElementsOf(written);
      awaitTraffic();

      host.stop();
      awaitTraffic();
      assertThat(start(rebuilt)).as("adopted with another program").isTrue();
      assertThat(programmer.entries()).containsExactlyInAnyOrderElementsOf(written);
      awaitTraffic();

      host.kill();
      assertThat(start(otherLayout)).as("migrated to another layout").isTrue();
      assertThat(programmer.entries()).containsExactlyInAnyOrderElementsOf(written);
      awaitTraffic();

      host.kill();
      assertThat(start(program)).as("migrated back").isTrue();
      assertThat(programmer.entries()).containsExactlyInAnyOrderElementsOf(written);
      awaitTraffic();

      sending = false;
      sender.join();
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> arrived.size() + twice.get() >= sent.get());
    }
    System.out.println(
        "Through kill -9, restarts, a new program and two migrations: "
            + sent.get()
            + " frames sent, "
            + arrived.size()
            + " arrived");
    assertThat(twice.get()).as("frames that arrived twice").isZero();
    assertThat(arrived).as("frames that arrived").hasSize(sent.get());
    assertThat(programmer.packets(Reason.ROUTED_BY_CID))
        .as("frames that the device counted")
        .isEqualTo(sent.get());
  }

  /**
   * Another build of the same program: ELF says where its parts are, what is behind does not count.
   */
  private static byte[] withOctetBehind(byte[] elf) {
    return java.util.Arrays.copyOf(elf, elf.length + 1);
  }

  /** The same program with another name for the fields that nobody reads. */
  private static byte[] withFieldRenamed(byte[] elf) {
    byte[] renamed = elf.clone();
    byte[] name = "\0zero\0".getBytes(UTF_8);
    for (int at = 0; at + name.length <= renamed.length; at++) {
      if (java.util.Arrays.equals(renamed, at, at + name.length, name, 0, name.length)) {
        renamed[at + 4] = '0';
      }
    }
    return renamed;
  }

  /** Starts an agent; true if it went on from what was pinned. */
  private boolean start(Path program) throws IOException {
    boolean adopted = host.start(program, inside);
    programmer = new Programmer(host.channel(), host.deviceId());
    return adopted;
  }

  /** Writes what the test needs; what the device has then. */
  private List<Entity> program() {
    DeviceState state =
        DeviceState.EMPTY
            .backend(101, 2, BACKEND_MAC, "02:00:00:00:fe:02")
            .backend(102, 1, "02:00:00:00:0b:02", "02:00:00:00:fe:02")
            .serverId(1, SID, 101)
            .serverId(1, Octets.hex("c0ffee0203040506"), 102)
            .fallback(7, 101, 102, 101, 102)
            .cidConfig(7, 0, 1, SID.length(), 9)
            .cidConfig(7, 3, 1, 8, 13)
            .vip(VIP, 443, 7, 3)
            .vip("2001:db8::10", 443, 7, 3)
            .steerOnlyVip("192.0.2.11", 443, 7)
            .returnPath("10.0.0.7", 4433, VIP, 443)
            .echo(VIP)
            .serving(101);
    try (Programmer primary = programmer.load()) {
      primary.write(state);
    }
    return programmer.entries();
  }

  private void send(InterfaceLink client) {
    Octets frame =
        Frame.between("198.51.100.7", VIP)
            .dstMac("02:00:00:00:fe:01")
            .srcMac("02:00:00:00:0c:01")
            .dstPort(443)
            .udpChecksum(0)
            .payload(Quic.shortHeader(Quic.cid(0, SID, 4), Octets.of(new byte[40])))
            .octets();
    while (sending) {
      for (int i = 0; i < RATE; i++) {
        try {
          client.send(frame.with(NUMBER_AT, Octets.number(sent.get(), 4)));
          sent.incrementAndGet();
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void arrive(Octets frame) {
    if (frame.length() > NUMBER_AT + 4 && frame.first(6).equals(Octets.hex(BACKEND_MAC))) {
      int number = (int) frame.from(NUMBER_AT).first(4).toNumber();
      if (!arrived.add(number)) {
        twice.incrementAndGet();
      }
    }
  }

  /** Waits until some hundred frames more have arrived. */
  private void awaitTraffic() {
    int before = new HashSet<>(arrived).size();
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> arrived.size() >= before + 500);
  }
}

package io.tern.agent.survival;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tern.agent.TestAgents;
import io.tern.agent.TestInterfaces;
import io.tern.agent.XdpAgent;
import io.tern.agent.pin.ProgramObject;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.fixture.Frame;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.fixture.Quic;
import io.tern.p4.conformance.harness.Conformance;
import io.tern.p4.conformance.harness.PacketTarget;
import io.tern.p4.conformance.link.InterfaceLink;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.v1.CounterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.ReadRequest;
import io.tern.proto.p4.v1.TableEntry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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

  private final String id = Long.toString(ProcessHandle.current().pid(), 36);
  private final String namespace = "ternagent" + id;
  private final long deviceId = ProcessHandle.current().pid() * 1000L + 999;
  private final AtomicInteger sent = new AtomicInteger();
  private final Set<Integer> arrived = ConcurrentHashMap.newKeySet();
  private final AtomicInteger twice = new AtomicInteger();

  @TempDir Path directory;

  private Process agent;
  private int port;
  private ManagedChannel channel;
  private volatile boolean sending;

  @BeforeAll
  static void requireRoot() throws IOException {
    TestAgents.requireRoot(SurvivalIT.class);
  }

  @BeforeEach
  void makeNamespace() throws IOException {
    TestInterfaces.ip("netns", "add", namespace);
    pair("tsc" + id, "tsi" + id);
    pair("tss" + id, "tso" + id);
    pair("tsm" + id, "tsn" + id);
    TestInterfaces.ip("address", "add", "169.254.77.1/30", "dev", "tsm" + id);
    inside("ip", "address", "add", "169.254.77.2/30", "dev", "tsn" + id);
    inside("ip", "link", "set", "lo", "up");
    // A veth end takes redirected frames only if it polls.
    run("ethtool", "-K", "tss" + id, "gro", "on");
  }

  private void pair(String ours, String theirs) throws IOException {
    TestInterfaces.ip("link", "add", ours, "type", "veth", "peer", "name", theirs);
    quiet(Path.of("/proc/sys/net/ipv6/conf", ours, "disable_ipv6"));
    quiet(Path.of("/proc/sys/net/ipv6/conf", theirs, "disable_ipv6"));
    TestInterfaces.ip("link", "set", theirs, "netns", namespace);
    TestInterfaces.ip("link", "set", ours, "up");
    inside("ip", "link", "set", theirs, "up");
  }

  private static void quiet(Path file) throws IOException {
    if (Files.exists(file)) {
      Files.writeString(file, "1");
    }
  }

  private void inside(String... command) throws IOException {
    String[] all = new String[command.length + 2];
    all[0] = "nsenter";
    all[1] = "--net=/run/netns/" + namespace;
    System.arraycopy(command, 0, all, 2, command.length);
    run(all);
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @AfterEach
  void clear() throws Exception {
    sending = false;
    if (channel != null) {
      channel.shutdownNow();
    }
    if (agent != null) {
      agent.destroyForcibly().waitFor();
    }
    XdpAgent.detach(AgentMain.options(deviceId, "127.0.0.1", Map.of(), ProgramObject.ofTern()));
    TestInterfaces.ip("link", "delete", "tsc" + id);
    TestInterfaces.ip("link", "delete", "tss" + id);
    TestInterfaces.ip("link", "delete", "tsm" + id);
    TestInterfaces.ip("netns", "delete", namespace);
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
    try (InterfaceLink client = InterfaceLink.open("tsc" + id);
        InterfaceLink server = InterfaceLink.open("tss" + id)) {
      client.start(frame -> {});
      server.start(this::arrive);
      Thread sender = new Thread(() -> send(client), "sender");
      sending = true;
      sender.start();
      awaitTraffic();

      kill();
      awaitTraffic();
      assertThat(start(program)).as("adopted after kill -9").isTrue();
      assertThat(entries()).containsExactlyInAnyOrderElementsOf(written);
      awaitTraffic();

      stop();
      awaitTraffic();
      assertThat(start(rebuilt)).as("adopted with another program").isTrue();
      assertThat(entries()).containsExactlyInAnyOrderElementsOf(written);
      awaitTraffic();

      kill();
      assertThat(start(otherLayout)).as("migrated to another layout").isTrue();
      assertThat(entries()).containsExactlyInAnyOrderElementsOf(written);
      awaitTraffic();

      kill();
      assertThat(start(program)).as("migrated back").isTrue();
      assertThat(entries()).containsExactlyInAnyOrderElementsOf(written);
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
    assertThat(routedByCid()).as("frames that the device counted").isEqualTo(sent.get());
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
    agent =
        new ProcessBuilder(
                "nsenter",
                "--net=/run/netns/" + namespace,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                AgentMain.class.getName(),
                Long.toString(deviceId),
                "169.254.77.2",
                "tsi" + id,
                "tso" + id,
                program.toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(agent.getInputStream(), UTF_8));
    StringBuilder said = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      said.append(line).append('\n');
      if (line.startsWith("ready ")) {
        String[] words = line.split(" ", -1);
        port = Integer.parseInt(words[1]);
        drain(output);
        connect();
        return Boolean.parseBoolean(words[3]);
      }
    }
    throw new IllegalStateException("the agent did not start: " + said);
  }

  private static void drain(BufferedReader output) {
    Thread thread =
        new Thread(
            () ->
                output
                    .lines()
                    .forEach(
                        line -> {
                          if (line.contains("WARN") || line.contains("ERROR")) {
                            System.out.println("agent: " + line);
                          }
                        }));
    thread.setDaemon(true);
    thread.start();
  }

  private void connect() {
    if (channel != null) {
      channel.shutdownNow();
    }
    channel = NettyChannelBuilder.forAddress("169.254.77.2", port).usePlaintext().build();
  }

  private void kill() throws InterruptedException {
    agent.destroyForcibly().waitFor();
  }

  private void stop() throws InterruptedException {
    agent.destroy();
    assertThat(agent.waitFor(20, TimeUnit.SECONDS)).as("the agent ends on SIGTERM").isTrue();
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
    try (Conformance conformance = new Conformance(new Programmed())) {
      conformance.write(state);
    }
    return entries();
  }

  private List<Entity> entries() {
    return read(Entity.newBuilder().setTableEntry(TableEntry.getDefaultInstance()).build());
  }

  /** Whoever reads need not be primary. */
  private List<Entity> read(Entity wanted) {
    List<Entity> entities = new ArrayList<>();
    P4RuntimeGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .read(ReadRequest.newBuilder().setDeviceId(deviceId).addEntities(wanted).build())
        .forEachRemaining(answer -> entities.addAll(answer.getEntitiesList()));
    return entities;
  }

  private long routedByCid() {
    Entity cells =
        Entity.newBuilder()
            .setCounterEntry(CounterEntry.newBuilder().setCounterId(TernP4.Counters.Reason.ID))
            .build();
    return read(cells).stream()
        .map(Entity::getCounterEntry)
        .filter(cell -> cell.getIndex().getIndex() == Reason.ROUTED_BY_CID.index())
        .mapToLong(cell -> cell.getData().getPacketCount())
        .sum();
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

  /** The agent as the conformance harness sees it; frames go another way. */
  private final class Programmed implements PacketTarget {
    @Override
    public Channel p4Runtime() {
      return channel;
    }

    @Override
    public long deviceId() {
      return deviceId;
    }

    @Override
    public boolean hasL2() {
      return false;
    }

    @Override
    public Wire connect() {
      throw new IllegalStateException("frames go by interfaces of the test");
    }

    @Override
    public void close() {}
  }
}

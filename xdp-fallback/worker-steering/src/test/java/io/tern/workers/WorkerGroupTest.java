package io.tern.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.NonceSource;
import io.tern.cid.QuicLbCodec;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.libbpf.OpenResources;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With sockets of the loopback interface and the kernel's choice among them; wants root. */
class WorkerGroupTest {
  private static final Path BPFFS = Path.of("/sys/fs/bpf");
  private static final SecureRandom SECURE = new SecureRandom();
  private static final QuicLbConfig PLAIN =
      new QuicLbConfig(0, CidAlgorithm.PLAINTEXT, 3, 5, Optional.empty(), true);

  private final Random random = new Random(7);
  private Path directory;
  private ReuseportGroup sockets;

  @BeforeAll
  static void requireRoot() throws IOException {
    boolean possible =
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)
            && Files.isDirectory(BPFFS)
            && Files.getFileStore(BPFFS).type().equals("bpf");
    if (!possible) {
      System.out.println("NOT RUN: worker steering in the kernel: it needs root, and bpffs");
    }
    assumeTrue(possible, "worker steering needs root, and bpffs at " + BPFFS);
  }

  @BeforeEach
  void openSockets() throws IOException {
    directory = BPFFS.resolve("tern_workers_test_" + UUID.randomUUID());
    sockets = new ReuseportGroup(InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    sockets.close();
    if (Files.exists(directory)) {
      WorkerGroup.delete(directory);
    }
    assertThat(OpenResources.list()).isEmpty();
  }

  @Test
  void aPacketGoesToTheWorkerThatItsCidNamesWhateverItsSource() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 8)) {
      group.configure(PLAIN, WorkerPart.last(3, 1));
      List<Worker> workers = accepting(group, 4);

      for (Worker worker : workers) {
        for (int i = 0; i < 20; i++) {
          byte[] packet = shortHeader(cid(PLAIN, serverId(worker)), 40);
          assertThat(sockets.receiverOf(packet)).isEqualTo(worker.slot());
        }
      }
      assertThat(group.counters()).isEqualTo(new WorkerCounters(80, 0, 0, 0, 0));
    }
  }

  @Test
  void longHeadersOfAnyVersionAreReadByTheInvariantsAlone() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 8)) {
      group.configure(PLAIN, WorkerPart.last(3, 1));
      Worker last = accepting(group, 4).get(3);

      byte[] cid = cid(PLAIN, serverId(last));
      for (int version : new int[] {1, 0x6b3343cf, 0xff00001d, 0x1a2a3a4a}) {
        assertThat(sockets.receiverOf(longHeader(version, cid, 1200))).isEqualTo(last.slot());
      }
    }
  }

  @Test
  void everyLayoutOfEveryAlgorithmIsDecodedAsTheCodecEncodesIt() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 8)) {
      List<Worker> workers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        workers.add(group.register(sockets.descriptor(sockets.open()), 0));
      }
      int tried = 0;
      for (int sidLength = 1; sidLength <= 15; sidLength++) {
        for (int nonceLength = 4; sidLength + nonceLength <= 19; nonceLength++) {
          for (boolean encrypted : new boolean[] {false, true}) {
            QuicLbConfig config = config(tried % 7, sidLength, nonceLength, encrypted);
            // One octet in the middle of the server ID, the last ones, all of it.
            int octets = 1 + random.nextInt(sidLength);
            WorkerPart part = new WorkerPart(random.nextInt(sidLength - octets + 1), octets);
            group.configure(config, part);
            ServerId server = randomServerId(sidLength);
            for (Worker worker : workers) {
              worker.serve(config.codepoint(), part.serverId(server, worker.slot()));
            }
            for (Worker worker : workers) {
              byte[] cid = cid(config, part.serverId(server, worker.slot()));
              assertThat(sockets.receiverOf(shortHeader(cid, random.nextInt(30))))
                  .as("%s, %s", config, part)
                  .isEqualTo(worker.slot());
            }
            tried++;
          }
        }
      }
      assertThat(group.counters()).isEqualTo(new WorkerCounters(3L * tried, 0, 0, 0, 0));
    }
  }

  @Test
  void octetsOfTheServerIdThatAreNotTheWorkersDoNotMatter() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 8)) {
      group.configure(PLAIN, WorkerPart.last(3, 1));
      Worker worker = accepting(group, 3).get(1);

      byte[] cid = cid(PLAIN, WorkerPart.last(3, 1).serverId(ServerId.parse("777700"), 1));
      assertThat(sockets.receiverOf(shortHeader(cid, 40))).isEqualTo(worker.slot());
    }
  }

  @Test
  void firstPacketsAreSpreadOverTheWorkersThatAcceptAndStayWithTheir4Tuple() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 16)) {
      group.configure(PLAIN, WorkerPart.last(3, 1));
      List<Worker> workers = accepting(group, 6);
      workers.get(1).drain();
      workers.get(4).drain();

      Map<Integer, Integer> received = new HashMap<>();
      for (int i = 0; i < 400; i++) {
        try (DatagramChannel client = client()) {
          int receiver = sockets.receiverOf(client, firstPacket());
          received.merge(receiver, 1, Integer::sum);
          assertThat(sockets.receiverOf(client, firstPacket())).isEqualTo(receiver);
        }
      }
      // 400 packets over four workers: fewer than 50 for one is a chance of less than 1e-9.
      assertThat(received)
          .containsOnlyKeys(0, 2, 3, 5)
          .allSatisfy((k, n) -> assertThat(n).isGreaterThan(50));
      assertThat(group.counters()).isEqualTo(new WorkerCounters(0, 800, 0, 0, 0));
    }
  }

  @Test
  void aWorkerThatStopsAcceptingMovesNoFirstPacketsOfTheOthers() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 16)) {
      List<Worker> workers = accepting(group, 5);
      List<DatagramChannel> clients = new ArrayList<>();
      try {
        List<Integer> before = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          clients.add(client());
          before.add(sockets.receiverOf(clients.get(i), firstPacket()));
        }

        workers.get(2).drain();

        for (int i = 0; i < 60; i++) {
          int after = sockets.receiverOf(clients.get(i), firstPacket());
          if (before.get(i) == 2) {
            assertThat(after).isNotEqualTo(2);
          } else {
            assertThat(after).isEqualTo(before.get(i));
          }
        }
      } finally {
        for (DatagramChannel client : clients) {
          client.close();
        }
      }
    }
  }

  @Test
  void aNewGenerationTakesNewConnectionsAllAtOnceAndTheOldOneKeepsItsOwn() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 16)) {
      group.configure(PLAIN, WorkerPart.last(3, 1));
      List<Worker> old = accepting(group, 3);
      List<Worker> fresh = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Worker worker = group.register(sockets.descriptor(sockets.open()), 1);
        worker.serve(0, serverId(worker));
        worker.accept();
        fresh.add(worker);
      }

      group.acceptFrom(1);

      assertThat(group.acceptsFrom()).isEqualTo(1);
      Set<Integer> receivers = new HashSet<>();
      for (int i = 0; i < 100; i++) {
        receivers.add(sockets.receiverOf(firstPacket()));
      }
      assertThat(receivers).containsExactlyInAnyOrder(fresh.get(0).slot(), fresh.get(1).slot());
      for (Worker worker : old) {
        assertThat(sockets.receiverOf(shortHeader(cid(PLAIN, serverId(worker)), 40)))
            .isEqualTo(worker.slot());
      }
    }
  }

  @Test
  void aWorkerThatEndsWithoutAWordMisleadsNobody() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 8)) {
      group.configure(PLAIN, WorkerPart.last(3, 1));
      List<Worker> workers = accepting(group, 3);
      byte[] ofTheDead = shortHeader(cid(PLAIN, serverId(workers.get(1))), 40);

      sockets.close(1);

      for (int i = 0; i < 40; i++) {
        assertThat(sockets.receiverOf(firstPacket())).isIn(0, 2);
        assertThat(sockets.receiverOf(ofTheDead)).isIn(0, 2);
      }
      assertThat(group.workers()).extracting(WorkerState::slot).containsExactly(0, 2);
      assertThat(group.counters()).isEqualTo(new WorkerCounters(0, 40, 0, 40, 0));

      // Its slot is free for another one, which does not inherit its server ID.
      Worker next = group.register(sockets.descriptor(sockets.open()), 1);
      assertThat(next.slot()).isEqualTo(1);
      assertThat(sockets.receiverOf(ofTheDead)).isIn(0, 2);
      assertThat(group.counters().unknown()).isEqualTo(1);
    }
  }

  @Test
  void aWorkerThatLeavesFreesItsSlotAndItsServerIds() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 2)) {
      group.configure(PLAIN, WorkerPart.last(3, 1));
      List<Worker> workers = accepting(group, 2);
      byte[] ofTheFirst = shortHeader(cid(PLAIN, serverId(workers.get(0))), 40);

      workers.get(0).close();
      sockets.close(0);

      assertThat(sockets.receiverOf(ofTheFirst)).isEqualTo(1);
      assertThat(group.counters().unknown()).isEqualTo(1);
      assertThat(group.register(sockets.descriptor(sockets.open()), 0).slot()).isZero();
    }
  }

  @Test
  void closingAWorkerAfterItsSocketLeavesTheNextOneInTheSlotAlone() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 8)) {
      group.configure(PLAIN, WorkerPart.last(3, 1));
      Worker first = accepting(group, 1).get(0);
      sockets.close(0);
      Worker second = group.register(sockets.descriptor(sockets.open()), 0);
      second.serve(0, serverId(second));
      second.accept();
      assertThat(second.slot()).isEqualTo(first.slot());

      first.close();

      assertThat(group.workers()).singleElement().satisfies(w -> assertThat(w.accepts()).isTrue());
      assertThat(sockets.receiverOf(shortHeader(cid(PLAIN, serverId(second)), 40))).isEqualTo(1);
      assertThat(group.counters().byCid()).isEqualTo(1);
    }
  }

  @Test
  void withoutAnyWorkerThatAcceptsTheKernelChoosesAndNothingIsLost() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 8)) {
      accepting(group, 2).forEach(Worker::drain);

      assertThat(sockets.receiverOf(firstPacket())).isIn(0, 1);
      assertThat(group.counters()).isEqualTo(new WorkerCounters(0, 0, 0, 0, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5, 6, 8, 12, 26})
  void whatIsTooShortForACidGoesByHash(int length) throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 8)) {
      group.configure(config(0, 3, 16, false), WorkerPart.last(3, 1));
      accepting(group, 2);
      byte[] octets = new byte[length];
      if (length > 20) {
        // A long header whose DCID would reach past the datagram.
        octets[0] = (byte) 0xc0;
        octets[5] = (byte) (length - 5);
      }

      assertThat(sockets.receiverOf(octets)).isIn(0, 1);
      assertThat(group.counters().unroutable()).isEqualTo(1);
    }
  }

  @Test
  void aCidWithAnotherLengthThanItSaysIsUnroutable() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 8)) {
      group.configure(PLAIN, WorkerPart.last(3, 1));
      Worker worker = accepting(group, 2).get(1);
      byte[] cid = cid(PLAIN, serverId(worker));
      cid[0] ^= 1;

      sockets.receiverOf(shortHeader(cid, 40));

      assertThat(group.counters().unroutable()).isEqualTo(1);
    }
  }

  @Test
  void aNewKeyVoidsWhatWasDecodedWithTheOldOne() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 8)) {
      QuicLbConfig before = config(2, 2, 14, true);
      QuicLbConfig after = config(2, 2, 14, true);
      group.configure(before, WorkerPart.all(2));
      Worker worker = group.register(sockets.descriptor(sockets.open()), 0);
      ServerId serverId = ServerId.parse("beef");
      worker.serve(2, serverId);
      byte[] old = shortHeader(cid(before, serverId), 40);
      sockets.receiverOf(old);
      assertThat(group.counters().byCid()).isEqualTo(1);

      group.configure(after, WorkerPart.all(2));

      sockets.receiverOf(old);
      sockets.receiverOf(shortHeader(cid(after, serverId), 40));
      assertThat(group.counters().byCid()).isEqualTo(2);
      assertThat(group.counters().noneAccepts()).isEqualTo(1);

      group.forget(2);
      sockets.receiverOf(shortHeader(cid(after, serverId), 40));
      assertThat(group.counters().byCid()).isEqualTo(2);
    }
  }

  @Test
  void aProcessThatComesLaterFindsEverythingAsItIs() throws IOException {
    try (WorkerGroup first = WorkerGroup.open(directory, 8)) {
      first.configure(PLAIN, WorkerPart.last(3, 1));
      Worker worker = accepting(first, 2).get(1);
      first.acceptFrom(0);
      try (WorkerGroup second = WorkerGroup.open(directory, 99)) {
        second.configure(PLAIN, WorkerPart.last(3, 1));
        assertThat(second.workers()).isEqualTo(first.workers()).hasSize(2);
        sockets.receiverOf(shortHeader(cid(PLAIN, serverId(worker)), 40));
        assertThat(second.counters().byCid()).isEqualTo(1);
      }
    }
  }

  @Test
  void aFullGroupSaysWhoIsInIt() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 2)) {
      accepting(group, 2);
      int third = sockets.descriptor(sockets.open());

      assertThatExceptionOfType(WorkerGroupException.class)
          .isThrownBy(() -> group.register(third, 0))
          .withMessageContaining("all 2 slots of " + directory + " are taken")
          .withMessageContaining("slot=1, generation=0, accepts=true");
    }
  }

  @Test
  void aSocketWithoutReuseportIsRefused() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 2);
        DatagramChannel alone = client()) {
      assertThatExceptionOfType(WorkerGroupException.class)
          .isThrownBy(() -> group.register(ReuseportGroup.descriptor(alone), 0))
          .withMessageContaining("it must be a bound UDP socket with SO_REUSEPORT");
      assertThat(group.workers()).isEmpty();
    }
  }

  @Test
  void aServerIdNeedsItsConfigurationFirst() throws IOException {
    try (WorkerGroup group = WorkerGroup.open(directory, 2)) {
      Worker worker = group.register(sockets.descriptor(sockets.open()), 0);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> worker.serve(3, ServerId.parse("01")))
          .withMessage("the group has no CID configuration with codepoint 3: configure it first");
    }
  }

  @Test
  void aDirectoryOutsideOfBpffsIsRefused() {
    assertThatExceptionOfType(WorkerGroupException.class)
        .isThrownBy(() -> WorkerGroup.open(Path.of("/proc/nowhere/group"), 2))
        .withMessageContaining("it must be in a BPF file system");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkerGroup.open(BPFFS.resolve("192.0.2.1"), 2))
        .withMessageContaining("no dots");
  }

  /** Workers of generation 0 that serve {@link #serverId} and accept. */
  private List<Worker> accepting(WorkerGroup group, int count) throws IOException {
    boolean configured = true;
    List<Worker> workers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Worker worker = group.register(sockets.descriptor(sockets.open()), 0);
      assertThat(worker.slot()).isEqualTo(i);
      if (configured) {
        try {
          worker.serve(0, serverId(worker));
        } catch (IllegalArgumentException e) {
          configured = false;
        }
      }
      worker.accept();
      workers.add(worker);
    }
    return workers;
  }

  private static ServerId serverId(Worker worker) {
    return WorkerPart.last(3, 1).serverId(ServerId.parse("0a0b00"), worker.slot());
  }

  private QuicLbConfig config(int codepoint, int sidLength, int nonceLength, boolean encrypted) {
    byte[] key = new byte[CidKey.LENGTH];
    random.nextBytes(key);
    return new QuicLbConfig(
        codepoint,
        QuicLbConfig.algorithmFor(sidLength, nonceLength, encrypted),
        sidLength,
        nonceLength,
        encrypted ? Optional.of(CidKey.of(key)) : Optional.empty(),
        random.nextBoolean());
  }

  private ServerId randomServerId(int length) {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return ServerId.of(octets);
  }

  private static byte[] cid(QuicLbConfig config, ServerId serverId) {
    return new QuicLbCodec(config, SECURE)
        .encode(serverId, NonceSource.forConfig(config, SECURE).next())
        .toByteArray();
  }

  /** With a client's own random DCID, whose codepoint has no configuration. */
  private byte[] firstPacket() {
    byte[] dcid = new byte[8];
    random.nextBytes(dcid);
    dcid[0] |= (byte) 0xe0;
    return longHeader(1, dcid, 1_200);
  }

  private byte[] longHeader(int version, byte[] dcid, int length) {
    byte[] packet = new byte[length];
    random.nextBytes(packet);
    packet[0] |= (byte) 0x80;
    for (int i = 0; i < Integer.BYTES; i++) {
      packet[1 + i] = (byte) (version >>> ((Integer.BYTES - 1 - i) * Byte.SIZE));
    }
    packet[5] = (byte) dcid.length;
    System.arraycopy(dcid, 0, packet, 6, dcid.length);
    return packet;
  }

  private byte[] shortHeader(byte[] dcid, int payload) {
    byte[] packet = new byte[1 + dcid.length + payload];
    random.nextBytes(packet);
    packet[0] &= 0x7f;
    System.arraycopy(dcid, 0, packet, 1, dcid.length);
    return packet;
  }

  private static DatagramChannel client() throws IOException {
    return DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }
}

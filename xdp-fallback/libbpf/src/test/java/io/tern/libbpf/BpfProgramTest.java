package io.tern.libbpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BpfProgramTest extends KernelTest {
  private static final int LENGTH = 60;

  private static ByteBuffer frame(int first) {
    return ByteBuffer.allocateDirect(LENGTH).put(0, (byte) first);
  }

  @Test
  void runsWithAFrame() {
    try (BpfObject object = loaded();
        BpfProgram program = object.program("count_frames");
        BpfMap verdicts = object.map("verdicts")) {
      verdicts.update(
          verdicts.newKey().putInt(0, 9),
          verdicts.newValue().putInt(0, BpfProgram.XDP_TX),
          BpfMap.Mode.NEW);
      ByteBuffer out = ByteBuffer.allocateDirect(256);

      BpfProgram.TestRun run = program.testRun(frame(9), LENGTH, out, 1);

      assertThat(run.returnValue()).isEqualTo(BpfProgram.XDP_TX);
      assertThat(run.length()).isEqualTo(LENGTH);
      assertThat(out.get(0)).isEqualTo((byte) 10);
      assertThat(program.testRun(frame(8), LENGTH, out, 1).returnValue())
          .isEqualTo(BpfProgram.XDP_PASS);
    }
  }

  @Test
  void countsRepetitions() {
    try (BpfObject object = loaded();
        BpfProgram program = object.program("count_frames");
        BpfMap cells = object.map("cells")) {
      program.testRun(frame(0), LENGTH, null, 1000);

      ByteBuffer value = cells.newValue();
      cells.lookup(cells.newKey(), value);
      long frames = 0;
      for (int at = 0; at < value.capacity(); at += 16) {
        frames += value.getLong(at);
      }
      assertThat(frames).isEqualTo(1000);
    }
  }

  @Test
  void refusesAFrameThatIsNotInTheBuffer() {
    try (BpfObject object = loaded();
        BpfProgram program = object.program("drop_all")) {
      assertThatThrownBy(() -> program.testRun(frame(0), LENGTH + 1, null, 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void tellsOfFramesByTheRing() {
    try (BpfObject object = loaded();
        BpfProgram program = object.program("count_frames");
        BpfMap events = object.map("events")) {
      List<Integer> lengths = new ArrayList<>();
      try (RingBuffer ring = RingBuffer.open(events, event -> lengths.add(event.getInt(4)))) {
        assertThat(ring.poll(Duration.ZERO)).isZero();
        program.testRun(frame(0), 40, null, 1);
        program.testRun(frame(0), 50, null, 1);
        assertThat(ring.poll(Duration.ofSeconds(1))).isEqualTo(2);
      }
      assertThat(lengths).containsExactly(40, 50);
    }
  }

  @Test
  void whatAConsumerThrowsComesOutOfThePoll() {
    try (BpfObject object = loaded();
        BpfProgram program = object.program("count_frames");
        BpfMap events = object.map("events");
        RingBuffer ring =
            RingBuffer.open(
                events,
                event -> {
                  throw new IllegalStateException("no");
                })) {
      program.testRun(frame(0), 40, null, 1);
      assertThatThrownBy(() -> ring.poll(Duration.ZERO))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("no");
    }
  }

  @Test
  void aLinkAttachesReplacesAndStaysWherePinned() throws IOException {
    Path pin = pinDirectory().resolve("link");
    try (Dummy device = new Dummy();
        BpfObject object = loaded();
        BpfProgram counting = object.program("count_frames");
        BpfProgram dropping = object.program("drop_all")) {
      int index = Libbpf.interfaceIndex(device.name());
      assertThat(XdpLink.query(index).programId()).isZero();
      try (XdpLink link = XdpLink.attach(counting, index, XdpLink.Mode.GENERIC)) {
        assertThat(XdpLink.query(index))
            .isEqualTo(new XdpLink.Attached(XdpLink.Mode.GENERIC, counting.info().id()));
        assertThat(link.info().interfaceIndex()).isEqualTo(index);
        assertThatThrownBy(() -> XdpLink.attach(dropping, index, XdpLink.Mode.GENERIC))
            .isInstanceOfSatisfying(
                BpfException.class, e -> assertThat(e.errno()).isEqualTo(BpfException.EBUSY));

        link.update(dropping);
        assertThat(XdpLink.query(index).programId()).isEqualTo(dropping.info().id());
        link.pin(pin);
      }
      try (XdpLink again = XdpLink.openPinned(pin)) {
        assertThat(again.info().programId()).isEqualTo(dropping.info().id());
        again.detach();
        assertThat(XdpLink.query(index).programId()).isZero();
        assertThat(again.info().interfaceIndex()).isZero();
      }
    }
  }

  @Test
  void netlinkListsTheLoopbackInterface() {
    // RTM_GETLINK of interface 1: struct nlmsghdr, struct ifinfomsg (rtnetlink(7)).
    ByteBuffer request = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
    request.putInt(32).putShort((short) 18).putShort((short) 1).putInt(7).putInt(0);
    request.put(new byte[] {0, 0}).putShort((short) 0).putInt(1).putInt(0).putInt(0);
    try (NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.ROUTE, 0)) {
      socket.send(request);
      ByteBuffer answer = socket.receive(Duration.ofSeconds(5));

      // RTM_NEWLINK, our sequence number, interface 1.
      assertThat(answer.getShort(4)).isEqualTo((short) 16);
      assertThat(answer.getInt(8)).isEqualTo(7);
      assertThat(answer.getInt(20)).isEqualTo(1);
    }
  }

  /** An interface that leads nowhere. */
  private static final class Dummy implements AutoCloseable {
    private final String name = "ternt" + ProcessHandle.current().pid();

    Dummy() throws IOException {
      ip("link", "add", name, "type", "veth", "peer", "name", name + "p");
    }

    String name() {
      return name;
    }

    @Override
    public void close() throws IOException {
      ip("link", "del", name);
    }

    private static void ip(String... arguments) throws IOException {
      List<String> command = new ArrayList<>(List.of("ip"));
      command.addAll(List.of(arguments));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      try {
        assertThat(process.waitFor()).as(output).isZero();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }
  }

  private static final java.nio.charset.Charset UTF_8 = java.nio.charset.StandardCharsets.UTF_8;
}

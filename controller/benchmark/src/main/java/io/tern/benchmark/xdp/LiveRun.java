package io.tern.benchmark.xdp;

import io.tern.libbpf.BpfMap;
import io.tern.libbpf.BpfObject;
import io.tern.libbpf.BpfProgram;
import io.tern.libbpf.BpfProgram.TestRun;
import io.tern.libbpf.Libbpf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Packets/s over a veth pair: Tern's program, attached in the driver as the agent does it, in turns
 * with an empty one. The kernel itself makes the frames ({@code BPF_F_TEST_XDP_LIVE_FRAMES}): a
 * program at the sender's end gives each its flow and sends it; what comes back is counted there.
 * Sender, balancer and receiver take turns on one CPU. For one thread.
 */
final class LiveRun implements AutoCloseable {
  private static final String PROGRAM = "/io/tern/xdp/tern_xdp.bpf.o";

  /** {@code struct xdp_md}: data, data_end, data_meta, ingress_ifindex, and two that stay 0. */
  private static final int CONTEXT = 24;

  private static final int REASON_NOT_VIP = 0;
  private static final int REASON_ROUTED_BY_CID = 4;
  private static final int REASON_FALLBACK_UNKNOWN_CODEPOINT = 7;
  private static final int REASON_ROOM = 32;
  private static final int CODEPOINTS = 8;

  private static final long LONGEST_CASE_NANOS = 3_000_000_000L;

  /** Frames that are not there when nothing has come for so long are lost. */
  private static final long PATIENCE_NANOS = 20_000_000;

  private static final long PAUSE_NANOS = 200_000;

  private final BpfObject object;
  private final XdpTables tables;
  private final BpfObject ternObject;
  private final List<BpfProgram> programs = new ArrayList<>();
  private final BpfProgram tern;
  private final BpfProgram emptyTx;
  private final BpfProgram emptyPass;
  private final BpfProgram sender;
  private final LiveWire wire;
  private final ByteBuffer in = ByteBuffer.allocateDirect(2048);

  /**
   * Makes interfaces and attaches the programs.
   *
   * @param object {@code tern_bench}, loaded
   * @param tables of it, filled
   * @throws IOException if this process may not do that, or a tool is missing
   */
  LiveRun(BpfObject object, XdpTables tables) throws IOException {
    this.object = object;
    this.tables = tables;
    ternObject = load(object);
    try {
      tern = own(ternObject.program("tern_xdp"));
      emptyTx = own(object.program("bench_empty"));
      emptyPass = own(object.program("bench_pass"));
      sender = own(object.program("bench_renew"));
      wire = new LiveWire(emptyTx, own(object.program("bench_receive")));
    } catch (IOException | RuntimeException e) {
      closePrograms();
      throw e;
    }
  }

  private BpfProgram own(BpfProgram program) {
    programs.add(program);
    return program;
  }

  /** The program with the maps that are filled already. */
  private static BpfObject load(BpfObject filled) throws IOException {
    try (InputStream elf = LiveRun.class.getResourceAsStream(PROGRAM)) {
      BpfObject object = BpfObject.open("tern_xdp", elf.readAllBytes());
      try {
        for (String name : object.mapNames()) {
          // Constants are where the compiler has put them.
          if (!name.endsWith(".rodata")) {
            try (BpfMap map = filled.map(name)) {
              object.reuse(name, map);
            }
          }
        }
        object.load();
        return object;
      } catch (RuntimeException e) {
        object.close();
        throw e;
      }
    }
  }

  /** What came of some frames. */
  private record Passage(long received, double seconds) {
    double perSecond() {
      return received / seconds;
    }
  }

  /**
   * Runs a case in turns with the reference.
   *
   * @param rounds at most; there are fewer if they take long
   * @param frames of a turn
   * @throws IllegalStateException if the program did anything else with the packets
   */
  LiveResult run(XdpCase what, int rounds, int frames) throws IOException {
    tables.prepare(what, wire.balancerIndex());
    boolean passes = what.verdict() == BpfProgram.XDP_PASS;
    BpfProgram empty = passes ? emptyPass : emptyTx;
    byte[] frame = XdpTables.frame(what);
    in.put(0, frame);
    // The first one fills the memos.
    wire.balance(tern);
    send(what, frame.length, frames, true);
    long start = System.nanoTime();
    long counted = counted(what);
    List<LiveResult.Round> done = new ArrayList<>();
    long received = 0;
    do {
      wire.balance(empty);
      Passage reference = send(what, frame.length, frames, false);
      wire.balance(tern);
      Passage passage = send(what, frame.length, frames, true);
      received += passage.received();
      done.add(new LiveResult.Round(reference.perSecond(), passage.perSecond()));
    } while (done.size() < rounds && System.nanoTime() - start < LONGEST_CASE_NANOS);
    counted = counted(what) - counted;
    long sent = (long) frames * done.size();
    if (received == 0 || counted < received || counted > sent) {
      throw new IllegalStateException(
          "%s: of %d packets the program counted %d as what they are, and %d arrived"
              .formatted(what.words(), sent, counted, received));
    }
    return new LiveResult(what, passes ? "empty XDP_PASS" : "empty XDP_TX", done, sent, received);
  }

  private Passage send(XdpCase what, int length, int frames, boolean byTern) throws IOException {
    ByteBuffer context = ByteBuffer.allocateDirect(CONTEXT).order(ByteOrder.nativeOrder());
    context.putInt(4, length).putInt(12, wire.senderIndex());
    long before = arrived(what, byTern);
    long start = System.nanoTime();
    TestRun run = sender.testRun(in, length, null, context, frames, BpfProgram.LIVE_FRAMES);
    long last = System.nanoTime();
    long received = arrived(what, byTern) - before;
    // Normally all are there: the kernel hands on each batch before it makes the next one. Its mean
    // is without the time that other processes had of the CPU in between.
    if (received == frames) {
      return new Passage(received, run.nanoseconds() * (double) frames / 1e9);
    }
    while (received < frames && System.nanoTime() - last < PATIENCE_NANOS) {
      LockSupport.parkNanos(PAUSE_NANOS);
      long now = arrived(what, byTern) - before;
      if (now > received) {
        received = now;
        last = System.nanoTime();
      }
    }
    return new Passage(received, (last - start) / 1e9);
  }

  /** At the end where the packets of the case are wanted. */
  private long arrived(XdpCase what, boolean byTern) throws IOException {
    if (what.verdict() == BpfProgram.XDP_PASS) {
      return wire.delivered();
    }
    int kind = byTern && what.mode() == XdpCase.Mode.IPIP_V4 ? 1 : 0;
    return sum("bench_received", kind, 1, Long.BYTES);
  }

  /** Packets that Tern's program has counted as what the case says. */
  private long counted(XdpCase what) {
    if (what.verdict() == BpfProgram.XDP_PASS) {
      return sum("passed_cells", REASON_NOT_VIP, 1, 2 * Long.BYTES);
    }
    int reason = what.initial() ? REASON_FALLBACK_UNKNOWN_CODEPOINT : REASON_ROUTED_BY_CID;
    return sum("cells", reason, CODEPOINTS, 2 * Long.BYTES);
  }

  /**
   * The sum over CPUs of some rows, {@code REASON_ROOM} apart, of cells that begin with packets.
   */
  private long sum(String name, int first, int rows, int octets) {
    long sum = 0;
    try (BpfMap map = object.map(name)) {
      for (int row = 0; row < rows; row++) {
        ByteBuffer value = map.newValue();
        map.lookup(Octets.index(first + row * REASON_ROOM).buffer(), value);
        for (int cpu = 0; cpu < Libbpf.possibleCpus(); cpu++) {
          sum += value.getLong(cpu * octets);
        }
      }
    }
    return sum;
  }

  private void closePrograms() {
    programs.forEach(BpfProgram::close);
    ternObject.close();
  }

  @Override
  public void close() {
    wire.close();
    closePrograms();
  }
}

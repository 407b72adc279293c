package io.tern.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.libbpf.BpfObject;
import io.tern.libbpf.BpfProgram;
import io.tern.libbpf.BpfProgram.TestRun;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Random and altered frames through the program in the kernel; those that are ours twice, by the
 * tables and by what the CPU remembers of them. {@code -Dtern.fuzz.frames} and {@code
 * -Dtern.fuzz.seed} say how many, and repeat a run.
 */
class FrameFuzzTest {
  private static final int FRAMES = Integer.getInteger("tern.fuzz.frames", 200_000);
  private static final long SEED = Long.getLong("tern.fuzz.seed", 20_261_122);
  private static final int ROOM = 2048;

  /** Outer IPv4 and IPv6 headers, alone and with UDP. */
  private static final Set<Integer> OUTER = Set.of(20, 28, 40, 48);

  private final ByteBuffer in = ByteBuffer.allocateDirect(ROOM);
  private final ByteBuffer out = ByteBuffer.allocateDirect(ROOM);

  @BeforeAll
  static void requireKernel() throws IOException {
    Kernel.require();
  }

  @Test
  void whatIsNotOursPassesUnchangedAndMemosChangeNothing() throws IOException {
    long ours = 0;
    long left = 0;
    long dropped = 0;
    try (InputStream elf = FrameFuzzTest.class.getResourceAsStream("tern_xdp.bpf.o");
        BpfObject object = Kernel.load(elf.readAllBytes());
        BpfProgram program = object.program("tern_xdp")) {
      Tables tables = new Tables(object);
      tables.fill();
      FrameSource source = new FrameSource(SEED);
      for (int i = 0; i < FRAMES; i++) {
        byte[] frame = source.next();
        if (Ownership.isOurs(frame)) {
          tables.forget();
        }
        TestRun run = run(program, frame);
        if (Ownership.isOurs(frame)) {
          ours++;
          byte[] byTables = after(run);
          TestRun byMemos = run(program, frame);
          if (byMemos.returnValue() != run.returnValue()
              || !Arrays.equals(byTables, after(byMemos))) {
            throw new AssertionError(
                "another fate by memos: %s%nwithout:%n%s"
                    .formatted(described(frame, byMemos), HexFormat.of().formatHex(byTables)));
          }
          left += run.returnValue() > BpfProgram.XDP_PASS ? 1 : 0;
          dropped += run.returnValue() == BpfProgram.XDP_DROP ? 1 : 0;
          checkOurs(frame, run);
        } else if (run.returnValue() != BpfProgram.XDP_PASS || !Arrays.equals(frame, after(run))) {
          throw new AssertionError("not ours, and not passed unchanged: " + described(frame, run));
        }
      }
    }
    System.out.printf(
        "%,d frames, %,d ours, %,d of those sent on, %,d dropped (seed %d)%n",
        FRAMES, ours, left, dropped, SEED);
    // Otherwise the frames would say nothing about the program.
    assertThat(ours).isGreaterThan(FRAMES / 10);
    assertThat(left).isGreaterThan(FRAMES / 20);
  }

  private TestRun run(BpfProgram program, byte[] frame) {
    in.put(0, frame);
    return program.testRun(in, frame.length, out, 1);
  }

  private byte[] after(TestRun run) {
    byte[] frame = new byte[run.length()];
    out.get(0, frame);
    return frame;
  }

  private void checkOurs(byte[] frame, TestRun run) {
    if (run.returnValue() == BpfProgram.XDP_ABORTED) {
      throw new AssertionError("aborted: " + described(frame, run));
    }
    int payload = Ownership.vipPayload(frame);
    if (payload < 0 || run.returnValue() == BpfProgram.XDP_DROP) {
      return;
    }
    byte[] after = after(run);
    int grown = after.length - frame.length;
    boolean whole =
        (grown == 0 || OUTER.contains(grown))
            && Arrays.equals(frame, payload, frame.length, after, payload + grown, after.length);
    boolean unchanged = Arrays.equals(frame, after);
    if (!whole || (run.returnValue() == BpfProgram.XDP_PASS && !unchanged)) {
      throw new AssertionError("to a VIP, and not whole: " + described(frame, run));
    }
  }

  private String described(byte[] frame, TestRun run) {
    HexFormat hex = HexFormat.of();
    return "seed %d, verdict %d%n%s%n%s"
        .formatted(SEED, run.returnValue(), hex.formatHex(frame), hex.formatHex(after(run)));
  }
}

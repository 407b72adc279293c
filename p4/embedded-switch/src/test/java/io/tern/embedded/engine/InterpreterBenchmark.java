package io.tern.embedded.engine;

import static io.tern.embedded.bmv2.ProgramJson.assign;
import static io.tern.embedded.bmv2.ProgramJson.call;
import static io.tern.embedded.bmv2.ProgramJson.extract;
import static io.tern.embedded.bmv2.ProgramJson.field;
import static io.tern.embedded.bmv2.ProgramJson.header;
import static io.tern.embedded.bmv2.ProgramJson.hex;
import static io.tern.embedded.bmv2.ProgramJson.key;
import static io.tern.embedded.bmv2.ProgramJson.op;
import static io.tern.embedded.bmv2.ProgramJson.parameter;

import io.tern.embedded.bmv2.ProgramJson;
import io.tern.embedded.bmv2.ProgramReader;
import io.tern.p4.contract.TernPipeline;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Packets per second on one thread. The load balancer's mix is what the demo sends: QUIC packets of
 * 1,200 octets over IPv4 and IPv6 with routable CIDs in short and long headers, Initials that the
 * fallback routes, and packets of no VIP.
 *
 * <p>Two references run along with it, so that figures of different machines can be compared: a
 * plain loop that copies a frame and looks its destination up in a {@link HashMap}, and a program
 * that forwards by destination MAC on the same interpreter.
 *
 * <p>{@code ./mvnw -Pbench -pl p4/embedded-switch -am verify}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class InterpreterBenchmark {
  private final Map<Long, Integer> stations = new HashMap<>();
  private final byte[] copy = new byte[2048];
  private long emitted;
  private final DataPlane.PacketOut count = (port, packet, offset, length) -> emitted += length;
  private List<byte[]> frames;
  private List<byte[]> singlePassFrames;
  private List<byte[]> fourPassFrames;
  private List<byte[]> tunnelFrames;
  private DataPlane loadBalancer;
  private DataPlane forwarder;
  private DataPlane cipher;
  private int next;

  @Setup
  public void configure() {
    frames = LoadBalancer.frames();
    loadBalancer = new InterpretedDataPlane(ProgramReader.read(TernPipeline.bmv2Json()));
    LoadBalancer.configure(loadBalancer);
    LoadBalancer.configureMore(loadBalancer);
    singlePassFrames = routed(LoadBalancer.singlePassFrames());
    fourPassFrames = routed(LoadBalancer.fourPassFrames());
    tunnelFrames = routed(LoadBalancer.tunnelFrames());
    forwarder =
        new InterpretedDataPlane(
            new ProgramJson()
                .headerType("eth_t", "dst:48", "src:48", "type:16")
                .header("eth", "eth_t")
                .state("start", null, extract("eth"))
                .action("drop", "", call("mark_to_drop", header("standard_metadata")))
                .action(
                    "forward",
                    "port:9",
                    assign(field("standard_metadata", "egress_spec"), parameter(0)))
                .table("ingress", "mac", "exact", key("exact", "eth", "dst"), "drop", "forward")
                .read());
    cipher = new InterpretedDataPlane(cipher().read());
    long gateway = destination(frames.get(0));
    forwarder.insert("mac", List.of(Packets.exact(gateway)), 0, Packets.call("forward", 9));
    for (long station = 0; station < 1000; station++) {
      stations.put(gateway + station, 9);
    }
  }

  /** Makes sure that the program routes each of these frames by its CID. */
  private List<byte[]> routed(List<byte[]> routable) {
    long before = loadBalancer.counter(LoadBalancer.REASON, LoadBalancer.ROUTED_BY_CID).packets();
    for (byte[] frame : routable) {
      loadBalancer.process(1, frame, 0, frame.length, count);
    }
    long routed =
        loadBalancer.counter(LoadBalancer.REASON, LoadBalancer.ROUTED_BY_CID).packets() - before;
    if (routed != routable.size()) {
      throw new IllegalStateException(
          routed + " of " + routable.size() + " frames were routed by their CIDs");
    }
    return routable;
  }

  /** 3,000 operations on planes of 16 bits, as a bit-sliced block cipher has them. */
  static ProgramJson cipher() {
    String[] planes = new String[40];
    for (int i = 0; i < planes.length; i++) {
      planes[i] = "p" + i + ":16";
    }
    SplittableRandom random = new SplittableRandom(1);
    String[] operations = new String[1500];
    for (int i = 0; i < operations.length; i++) {
      String a = plane(random);
      String b = plane(random);
      String source =
          switch (i % 3) {
            case 0 -> op("^", op("^", a, b), plane(random));
            case 1 -> op("^", op("&", a, b), plane(random));
            default ->
                op("|", op("&", op("<<", a, hex("0x4")), hex("0xffff")), op(">>", a, hex("0xc")));
          };
      operations[i] = assign(plane(random), source);
    }
    return new ProgramJson()
        .headerType("planes_t", planes)
        .header("planes", "planes_t")
        .state("start", null, extract("planes"))
        .always("ingress", operations);
  }

  private static String plane(SplittableRandom random) {
    return field("planes", "p" + random.nextInt(40));
  }

  private byte[] frame() {
    return frame(frames);
  }

  private byte[] frame(List<byte[]> some) {
    next = next + 1 < some.size() ? next + 1 : 0;
    return some.get(next);
  }

  private long balance(List<byte[]> some) {
    byte[] frame = frame(some);
    loadBalancer.process(1, frame, 0, frame.length, count);
    return emitted;
  }

  private static long destination(byte[] frame) {
    return Bits.read(frame, 0, 48);
  }

  /** The reference: what forwarding costs without a program. */
  @Benchmark
  public long plainLoop() {
    byte[] frame = frame();
    System.arraycopy(frame, 0, copy, 0, frame.length);
    Integer port = stations.get(destination(copy));
    if (port != null) {
      count.emit(port, copy, 0, frame.length);
    }
    return emitted;
  }

  /** One header, one table. */
  @Benchmark
  public long l2Forwarder() {
    byte[] frame = frame();
    forwarder.process(1, frame, 0, frame.length, count);
    return emitted;
  }

  /** Tern's program. */
  @Benchmark
  public long loadBalancer() {
    return balance(frames);
  }

  /** Tern's program, CIDs of one AES block. */
  @Benchmark
  public long singlePass() {
    return balance(singlePassFrames);
  }

  /** Tern's program, CIDs of three AES blocks. */
  @Benchmark
  public long fourPass() {
    return balance(fourPassFrames);
  }

  /** Tern's program, clear-text CIDs, backends at the end of IP-in-IP tunnels. */
  @Benchmark
  public long tunnel() {
    return balance(tunnelFrames);
  }

  /** 3,000 operations on 16 bits. */
  @Benchmark
  public long bitSlicedCipher() {
    byte[] frame = frame();
    cipher.process(1, frame, 0, frame.length, count);
    return emitted;
  }

  public static void main(String[] args) throws RunnerException {
    new Runner(
            new OptionsBuilder()
                .include(InterpreterBenchmark.class.getSimpleName())
                .addProfiler(GCProfiler.class)
                .build())
        .run();
  }
}

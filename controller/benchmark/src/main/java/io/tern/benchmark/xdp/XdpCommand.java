package io.tern.benchmark.xdp;

import io.tern.benchmark.JsonLine;
import io.tern.benchmark.Samples;
import io.tern.libbpf.BpfException;
import io.tern.libbpf.BpfObject;
import io.tern.libbpf.BpfProgram;
import io.tern.libbpf.BpfProgram.TestRun;
import io.tern.libbpf.Libbpf;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Nanoseconds of the XDP program for a packet, by {@code BPF_PROG_TEST_RUN}, beside an empty
 * program that runs in turns with it.
 *
 * <p>The kernel repeats the program on one frame and reports the mean. So each repetition first
 * makes the frame what it was, of the next flow, and a tunnel's header comes off again; what that
 * costs is measured in the same round and subtracted. The kernel gives whole nanoseconds, rounded
 * down: half a nanosecond is added to the floor.
 */
@Command(
    name = "xdp",
    mixinStandardHelpOptions = true,
    description =
        "Nanoseconds of the XDP program for a packet, and packets/s over veth, beside empty"
            + " programs.")
public final class XdpCommand implements Callable<Integer> {
  private static final String RESOURCE = "/io/tern/xdp/tern_bench.bpf.o";
  private static final double ROUNDING = 0.5;
  private static final int ROOM = 2048;

  /** Fewer rounds than these say nothing. */
  private static final int FEWEST_CALM = 3;

  @Spec private CommandSpec spec;

  @Option(names = "--rounds", defaultValue = "31", description = "Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--repeat",
      defaultValue = "200000",
      description = "Packets of a program in a round. Default: ${DEFAULT-VALUE}.")
  private int repeat;

  @Option(
      names = "--live-rounds",
      defaultValue = "31",
      description = "Rounds over veth; 0: none. Default: ${DEFAULT-VALUE}.")
  private int liveRounds;

  @Option(
      names = "--live-frames",
      defaultValue = "32768",
      description = "Packets over veth in a turn. Default: ${DEFAULT-VALUE}.")
  private int liveFrames;

  @Option(names = "--case", description = "Only cases whose name contains this.")
  private String only = "";

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  private final ByteBuffer in = ByteBuffer.allocateDirect(ROOM);
  private final ByteBuffer out = ByteBuffer.allocateDirect(ROOM);

  @Override
  public Integer call() throws IOException {
    PrintWriter print = spec.commandLine().getOut();
    if (XdpCase.all().stream().noneMatch(this::isWanted)) {
      throw new ParameterException(
          spec.commandLine(),
          "--case=%s: no case has that in its name; the cases are %s"
              .formatted(
                  only, String.join(", ", XdpCase.all().stream().map(XdpCase::name).toList())));
    }
    JsonLine all = new JsonLine().put("benchmark", "xdp").put("rounds", rounds);
    Samples floors = new Samples();
    JsonLine cases = new JsonLine();
    print.printf(
        "%-36s %8s %7s %14s %7s %6s %5s%n",
        "case", "ns", "ratio", "quartiles", "goal", "calm", "floor");
    try (BpfObject object = load()) {
      XdpTables tables = new XdpTables(object);
      tables.fill();
      for (XdpCase what : XdpCase.all()) {
        if (isWanted(what)) {
          tables.prepare(what, XdpTables.LOOPBACK);
          cases.put(what.name(), report(what, run(object, what), floors, print));
          print.flush();
        }
      }
      all.put("floor_ns", floors.median()).put("cases", cases);
      if (liveRounds > 0) {
        all.put("live", live(object, tables, print));
      }
    }
    if (json) {
      print.println(all);
    }
    print.flush();
    return 0;
  }

  private boolean isWanted(XdpCase what) {
    return what.name().contains(only) || what.words().contains(only);
  }

  /** Packets/s over veth, or a line that says why not. */
  private JsonLine live(BpfObject object, XdpTables tables, PrintWriter print) {
    JsonLine live = new JsonLine();
    print.println();
    try (LiveRun run = new LiveRun(object, tables)) {
      print.println(LiveResult.HEADER);
      for (XdpCase what : XdpCase.live()) {
        if (isWanted(what)) {
          LiveResult result = run.run(what, liveRounds, liveFrames);
          print.println(result.line());
          print.flush();
          live.put(what.name(), result.json());
        }
      }
    } catch (IOException | BpfException e) {
      print.println("NOT RUN: packets/s over veth, because: " + e.getMessage());
      live.put("not_run", e.getMessage());
    }
    return live;
  }

  private static BpfObject load() throws IOException {
    try (InputStream elf = XdpCommand.class.getResourceAsStream(RESOURCE)) {
      BpfObject object = BpfObject.open("tern_bench", elf.readAllBytes());
      try {
        XdpTables.mapsByCpu().forEach(map -> object.setMaxEntries(map, Libbpf.possibleCpus()));
        object.load();
        return object;
      } catch (RuntimeException e) {
        object.close();
        throw e;
      }
    }
  }

  /** What the rounds of a case yielded. */
  private record Result(Samples floor, Samples nanoseconds, int calm) {}

  /**
   * Keeps the rounds whose floor was the lowest: where another process or another machine's core
   * took part of this one, the floor suffers less than the program, and a ratio would say nothing.
   */
  private Result run(BpfObject object, XdpCase what) {
    byte[] frame = XdpTables.frame(what);
    in.put(0, frame);
    boolean tunnel = what.mode() == XdpCase.Mode.IPIP_V4;
    double[] floor = new double[rounds];
    double[] net = new double[rounds];
    try (BpfProgram empty = object.program("bench_empty");
        BpfProgram renew = object.program("bench_renew");
        BpfProgram adjust = object.program("bench_adjust");
        BpfProgram route = object.program(tunnel ? "bench_route_ipip" : "bench_route")) {
      // The first one fills the memos.
      measure(route, frame, what.verdict());
      for (int i = 0; i < rounds; i++) {
        double before = measure(empty, frame, BpfProgram.XDP_TX);
        double renewing = measure(renew, frame, BpfProgram.XDP_TX);
        double undoing = tunnel ? (measure(adjust, frame, BpfProgram.XDP_TX) - renewing) / 2 : 0;
        double routing = measure(route, frame, what.verdict());
        floor[i] = (before + measure(empty, frame, BpfProgram.XDP_TX)) / 2 + ROUNDING;
        net[i] = routing - renewing - undoing + floor[i];
      }
    }
    double lowest = java.util.Arrays.stream(floor).min().orElseThrow();
    Samples floors = new Samples();
    Samples nanoseconds = new Samples();
    for (int i = 0; i < rounds; i++) {
      if (floor[i] <= lowest + ROUNDING) {
        floors.add(floor[i]);
        nanoseconds.add(net[i]);
      }
    }
    return new Result(floors, nanoseconds, floors.values().size());
  }

  private double measure(BpfProgram program, byte[] frame, int verdict) {
    TestRun run = program.testRun(in, frame.length, out, repeat);
    if (run.returnValue() != verdict) {
      throw new IllegalStateException(
          program + " returned " + run.returnValue() + " where " + verdict + " is right");
    }
    return run.nanoseconds();
  }

  private JsonLine report(XdpCase what, Result result, Samples floors, PrintWriter print) {
    Samples ratios = result.nanoseconds.over(result.floor);
    double[] sorted = ratios.values().stream().mapToDouble(v -> v).sorted().toArray();
    double low = sorted[sorted.length / 4];
    double high = sorted[sorted.length * 3 / 4];
    floors.add(result.floor.median());
    print.printf(
        Locale.ROOT,
        "%-36s %8.1f %7.2f %6.2f to %5.2f %7s %6d %5.1f%s%n",
        what.words(),
        result.nanoseconds.median(),
        ratios.median(),
        low,
        high,
        what.goal() == 0 ? "" : String.format(Locale.ROOT, "%.1f", what.goal()),
        result.calm,
        result.floor.median(),
        result.calm < FEWEST_CALM ? "  (too few calm rounds)" : "");
    return new JsonLine()
        .put("ns", result.nanoseconds.median())
        .put("ratio", ratios.median())
        .put("ratio_low", low)
        .put("ratio_high", high)
        .put("goal", what.goal())
        .put("calm_rounds", result.calm);
  }
}

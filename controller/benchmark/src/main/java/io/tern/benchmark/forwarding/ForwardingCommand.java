package io.tern.benchmark.forwarding;

import com.google.protobuf.ByteString;
import io.tern.benchmark.JsonLine;
import io.tern.benchmark.MemoryStore;
import io.tern.benchmark.Samples;
import io.tern.benchmark.device.BareClient;
import io.tern.benchmark.device.Bmv2Device;
import io.tern.core.intent.Intent;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.core.planner.Planner;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import io.tern.southbound.SouthboundManager;
import io.tern.southbound.session.ElectionId;
import io.tern.southbound.session.PipelineConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Runs Tern's program and the reference in turns, each on a BMv2 of its own that is idle while the
 * other one forwards. Every case checks by the program's own counters that it measured what it
 * says.
 */
@Command(
    name = "p4",
    mixinStandardHelpOptions = true,
    description =
        "Packets a second of Tern's program on BMv2, beside a minimal L2 forwarder. Root.")
public final class ForwardingCommand implements Callable<Integer> {
  /** Beside the window, which may be under way when the counter is read. */
  private static final double COUNTED = 0.999;

  private static final long PATIENCE_SECONDS = 60;

  @Spec private CommandSpec spec;

  @Option(names = "--rounds", defaultValue = "9", description = "Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--millis",
      defaultValue = "1000",
      description = "Measured time of each case and round. Default: ${DEFAULT-VALUE}.")
  private long millis;

  @Option(
      names = "--window",
      defaultValue = "32",
      description =
          "Frames in flight; over 1,000 overrun the capture ring. Default: ${DEFAULT-VALUE}.")
  private int window;

  @Option(
      names = "--case",
      paramLabel = "NAME",
      description = "Only cases whose names contain this, beside the reference; repeatable.")
  private List<String> wanted = List.of();

  @Option(names = "--reference", required = true, hidden = true)
  private Path reference;

  @Option(names = "--load-generator", required = true, hidden = true)
  private Path loadGenerator;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  /** A switch, the interfaces of its hosts, and what is sent through it. */
  private record Run(Bmv2Device device, String tx, String rx, Path frames) {}

  /** What came of one run: rate, and processor time of the switch for each packet. */
  private record Outcome(Samples packetsPerSecond, Samples cpuMicros) {
    Outcome() {
      this(new Samples(), new Samples());
    }
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Path files = Files.createTempDirectory("tern-bench-");
    VethLoad.up("lo");
    try (VethLoad load = new VethLoad(loadGenerator)) {
      load.connect("ref1", "ref1h");
      load.connect("ref2", "ref2h");
      load.connect("tern1", "tern1h");
      load.connect("tern2", "tern2h");
      try (Bmv2Device ref =
              new Bmv2Device(
                  Map.of(Workload.CLIENT_PORT, "ref1", Workload.SERVER_PORT, "ref2"),
                  files.resolve("reference.log"));
          Bmv2Device tern =
              new Bmv2Device(
                  Map.of(Workload.CLIENT_PORT, "tern1", Workload.SERVER_PORT, "tern2"),
                  files.resolve("tern.log"));
          BareClient refClient = loadReference(ref);
          MemoryStore store = new MemoryStore();
          SouthboundManager manager =
              SouthboundManager.builder(
                      store, PipelineConfig.ofContract(), ElectionId.of(store.nextElectionId()))
                  .build()) {
        manager.start();
        Intent intent = store.update(i -> Workload.intent(tern.target(), tern.deviceId()));
        manager
            .awaitSynced(intent.revision(), Set.of(Workload.DEVICE))
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        List<Workload.Case> cases =
            Workload.cases(
                intent,
                new Planner()
                    .plan(intent, Workload.DEVICE, DeviceCapabilities.ofContract())
                    .cidConfigs());
        measure(out, load, ref, tern, manager, cases, files);
      }
    } finally {
      delete(files);
    }
    return 0;
  }

  private BareClient loadReference(Bmv2Device device) throws IOException {
    BareClient client = new BareClient(device, 1);
    client.load(
        Files.readString(reference.resolve("l2_reference.p4info.txtpb")),
        ByteString.copyFrom(Files.readAllBytes(reference.resolve("l2_reference.json"))));
    ByteBuffer mac = ByteBuffer.allocate(Long.BYTES).putLong(Workload.GATEWAY.value());
    // The IDs are pinned in l2_reference.p4.
    client.write(
        List.of(
            Update.newBuilder()
                .setType(Update.Type.INSERT)
                .setEntity(
                    Entity.newBuilder()
                        .setTableEntry(
                            TableEntry.newBuilder()
                                .setTableId(0x02000001)
                                .addMatch(
                                    FieldMatch.newBuilder()
                                        .setFieldId(1)
                                        .setExact(
                                            FieldMatch.Exact.newBuilder()
                                                .setValue(ByteString.copyFrom(mac.array(), 2, 6))))
                                .setAction(
                                    TableAction.newBuilder()
                                        .setAction(
                                            Action.newBuilder()
                                                .setActionId(0x01000001)
                                                .addParams(
                                                    Action.Param.newBuilder()
                                                        .setParamId(1)
                                                        .setValue(
                                                            ByteString.copyFrom(
                                                                new byte[] {
                                                                  Workload.SERVER_PORT
                                                                })))))))
                .build()));
    return client;
  }

  private void measure(
      PrintWriter out,
      VethLoad load,
      Bmv2Device ref,
      Bmv2Device tern,
      SouthboundManager manager,
      List<Workload.Case> cases,
      Path files)
      throws Exception {
    Map<Workload.Case, Run> runs = new LinkedHashMap<>();
    for (Workload.Case c : cases) {
      if (!wanted.isEmpty() && wanted.stream().noneMatch(c.name()::contains)) {
        continue;
      }
      Path frames = files.resolve("frames-" + runs.size());
      Frames.write(frames, c.frames());
      runs.put(c, new Run(tern, "tern1h", "tern2h", frames));
    }
    // The frames of the first case; the reference reads nothing behind their Ethernet headers.
    Run referenceRun = new Run(ref, "ref1h", "ref2h", runs.values().iterator().next().frames());

    out.println("BMv2 " + Bmv2Device.describe());
    out.printf(
        "%d rounds of %d ms for each case, frames of %d octets, %d in flight%n",
        rounds, millis, Frames.OCTETS, window);
    out.flush();
    Outcome references = new Outcome();
    Map<Workload.Case, Outcome> outcomes = new LinkedHashMap<>();
    long lost = 0;
    for (int round = 0; round < rounds; round++) {
      VethLoad.Result before = run(load, referenceRun, references);
      lost += before.lost();
      for (Workload.Case c : runs.keySet()) {
        long counted = counted(manager, c);
        VethLoad.Result result =
            run(load, runs.get(c), outcomes.computeIfAbsent(c, k -> new Outcome()));
        long more = counted(manager, c) - counted;
        if (more + window < COUNTED * result.sent()) {
          throw new IllegalStateException(
              c.name()
                  + ": "
                  + result.sent()
                  + " packets were sent, but the program counted only "
                  + more
                  + " of them as "
                  + c.reason());
        }
        lost += result.lost();
      }
    }
    report(out, references, outcomes, lost);
  }

  private VethLoad.Result run(VethLoad load, Run run, Outcome outcome) throws IOException {
    Duration before = run.device.cpuTime();
    VethLoad.Result result = load.run(run.tx, run.rx, run.frames, millis / 5, millis, window);
    Duration used = run.device.cpuTime().minus(before);
    outcome.packetsPerSecond.add(result.packetsPerSecond());
    outcome.cpuMicros.add(used.toNanos() / 1e3 / result.sent());
    return result;
  }

  private static long counted(SouthboundManager manager, Workload.Case c) throws Exception {
    return manager
        .readCounters(Workload.DEVICE)
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .indirect()
        .stream()
        .filter(cell -> cell.counterId() == TernP4.Counters.Reason.ID)
        .filter(cell -> cell.index() == c.reason().index())
        .mapToLong(cell -> cell.packets())
        .sum();
  }

  private void report(
      PrintWriter out, Outcome references, Map<Workload.Case, Outcome> outcomes, long lost)
      throws IOException {
    out.printf(
        "%n%-36s %10s %10s %10s %8s  %-14s %10s %8s%n",
        "", "packets/s", "min", "max", "ratio", "of each round", "CPU us", "ratio");
    line(out, "reference (L2)", references, references);
    JsonLine perCase = new JsonLine().put("reference", object(references, references));
    outcomes.forEach(
        (c, values) -> {
          line(out, c.name(), values, references);
          perCase.put(c.name(), object(values, references));
        });
    if (lost > 0) {
      out.printf("%d frames were lost%n", lost);
    }
    if (json) {
      out.println(
          new JsonLine()
              .put("benchmark", "p4")
              .put("bmv2", Bmv2Device.describe())
              .put("rounds", rounds)
              .put("millis", millis)
              .put("window", window)
              .put("lost", lost)
              .put("cases", perCase));
    }
    out.flush();
  }

  private static void line(PrintWriter out, String name, Outcome outcome, Outcome reference) {
    Samples values = outcome.packetsPerSecond;
    Samples ratios = values.over(reference.packetsPerSecond);
    out.printf(
        "%-36s %,10.0f %,10.0f %,10.0f %8.2f  %.2f to %.2f   %10.1f %8.2f%n",
        name,
        values.median(),
        values.min(),
        values.max(),
        ratios.median(),
        ratios.min(),
        ratios.max(),
        outcome.cpuMicros.median(),
        reference.cpuMicros.over(outcome.cpuMicros).median());
  }

  private static JsonLine object(Outcome outcome, Outcome reference) {
    Samples values = outcome.packetsPerSecond;
    Samples references = reference.packetsPerSecond;
    return new JsonLine()
        .put("packets_per_second", values.median())
        .put("ratio", values.over(references).median())
        .put("samples", values)
        .put("ratios", values.over(references))
        .put("cpu_us", outcome.cpuMicros.median())
        .put("cpu_ratio", reference.cpuMicros.over(outcome.cpuMicros).median());
  }

  private static void delete(Path folder) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (var files = Files.walk(folder)) {
      files.forEach(paths::add);
    }
    for (int i = paths.size() - 1; i >= 0; i--) {
      Files.deleteIfExists(paths.get(i));
    }
  }
}

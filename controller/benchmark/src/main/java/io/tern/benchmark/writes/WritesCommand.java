package io.tern.benchmark.writes;

import io.tern.benchmark.JsonLine;
import io.tern.benchmark.Samples;
import io.tern.benchmark.device.BareClient;
import io.tern.benchmark.device.BenchDevice;
import io.tern.benchmark.device.Bmv2Device;
import io.tern.benchmark.device.EmbeddedDevice;
import io.tern.core.intent.Backend;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentStore;
import io.tern.core.maglev.MaglevTable;
import io.tern.core.maglev.MaglevTable.Member;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.v1.WriteRequest;
import io.tern.southbound.session.PipelineConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Fills a device through the southbound, from the new intent to the device being in sync, and by a
 * bare client that sends the same requests one after the other, in turns; each time the device is a
 * fresh one. Then changes one backend and compares what is written with the slots that move.
 */
@Command(
    name = "writes",
    mixinStandardHelpOptions = true,
    description =
        "Table entries a second through the southbound, beside a bare loop of Write RPCs.")
public final class WritesCommand implements Callable<Integer> {
  enum Kind {
    EMBEDDED("embedded switch"),
    BMV2("BMv2");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  @Spec private CommandSpec spec;

  @Option(names = "--rounds", defaultValue = "15", description = "Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "8",
      description = "Rounds before those. Default: ${DEFAULT-VALUE}.")
  private int warmUp;

  @Option(
      names = "--device",
      split = ",",
      defaultValue = "embedded,bmv2",
      description = "Of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private List<Kind> kinds;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  private Path log;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    log = Files.createTempFile("tern-bench-", ".log");
    JsonLine all = new JsonLine().put("benchmark", "writes").put("rounds", rounds);
    try {
      for (Kind kind : kinds) {
        all.put(kind.name().toLowerCase(Locale.ROOT), run(kind, out));
      }
    } finally {
      Files.deleteIfExists(log);
    }
    if (json) {
      out.println(all);
    }
    out.flush();
    return 0;
  }

  private BenchDevice start(Kind kind) throws IOException {
    return kind == Kind.EMBEDDED ? new EmbeddedDevice() : new Bmv2Device(Map.of(), log);
  }

  private JsonLine run(Kind kind, PrintWriter out) throws Exception {
    out.println(kind.words + (kind == Kind.BMV2 ? " " + Bmv2Device.describe() : ", in this JVM"));
    WriteRecorder recorder = new WriteRecorder();
    JsonLine result = new JsonLine();
    List<WriteRequest> before;
    List<WriteRequest> requests;
    Intent filled;
    try (BenchDevice device = start(kind);
        Session session = new Session(device, Optional.of(recorder))) {
      before = recorder.take();
      session.apply(LargeIntent::fill);
      requests = recorder.take();
      filled = session.intent();
      change(session, recorder, out, result);
    }
    int entries = Session.updates(requests);
    out.printf("  %,d entries in %d Write RPCs%n", entries, requests.size());
    Samples tern = new Samples();
    Samples bare = new Samples();
    for (int round = -warmUp; round < rounds; round++) {
      // Who comes first changes, so that neither always finds the warmer machine.
      boolean ternFirst = (round & 1) == 0;
      double first = ternFirst ? tern(kind, filled) : bare(kind, before, requests);
      double second = ternFirst ? bare(kind, before, requests) : tern(kind, filled);
      if (round >= 0) {
        tern.add(entries / (ternFirst ? first : second));
        bare.add(entries / (ternFirst ? second : first));
      }
    }
    Samples ratio = tern.over(bare);
    out.printf(
        "  southbound %,.0f entries/s (%,.0f to %,.0f), bare loop %,.0f (%,.0f to %,.0f),"
            + " ratio %.2f (%.2f to %.2f)%n",
        tern.median(),
        tern.min(),
        tern.max(),
        bare.median(),
        bare.min(),
        bare.max(),
        ratio.median(),
        ratio.min(),
        ratio.max());
    out.flush();
    return result
        .put("entries", entries)
        .put("requests", requests.size())
        .put("entries_per_second", tern.median())
        .put("bare_entries_per_second", bare.median())
        .put("ratio", ratio.median())
        .put("ratios", ratio);
  }

  /** Seconds from the new intent to the device being in sync. */
  private double tern(Kind kind, Intent filled) throws Exception {
    try (BenchDevice device = start(kind);
        Session session = new Session(device, Optional.empty())) {
      Intent next = LargeIntent.fillLike(filled, session.intent());
      System.gc();
      return session.replace(next) / 1e9;
    }
  }

  /** Seconds from the first request to the last answer. */
  private double bare(Kind kind, List<WriteRequest> before, List<WriteRequest> requests)
      throws Exception {
    try (BenchDevice device = start(kind);
        BareClient client = new BareClient(device, Session.ELECTION_ID)) {
      var program = PipelineConfig.ofContract().toProto();
      client.load(program.getP4Info(), program.getP4DeviceConfig());
      addressedTo(device, before).forEach(client::write);
      List<WriteRequest> addressed = addressedTo(device, requests);
      System.gc();
      long start = System.nanoTime();
      addressed.forEach(client::write);
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static List<WriteRequest> addressedTo(BenchDevice device, List<WriteRequest> requests) {
    return requests.stream()
        .map(request -> request.toBuilder().setDeviceId(device.deviceId()).build())
        .toList();
  }

  private void change(Session session, WriteRecorder recorder, PrintWriter out, JsonLine result)
      throws Exception {
    change(
        "removal",
        session,
        recorder,
        intent -> IntentChanges.deleteBackend(intent, LargeIntent.first()),
        out,
        result);
    change(
        "return",
        session,
        recorder,
        intent -> IntentChanges.createBackend(intent, LargeIntent.firstSpec()),
        out,
        result);
  }

  private void change(
      String what,
      Session session,
      WriteRecorder recorder,
      IntentStore.Change change,
      PrintWriter out,
      JsonLine result)
      throws Exception {
    Intent before = session.intent();
    long nanos = session.apply(change);
    List<WriteRequest> requests = recorder.take();
    int moved = differing(before, session.intent());
    int slots = Session.updates(requests, Tables.Fallback.ID);
    int all = Session.updates(requests);
    out.printf(
        "  %s of one backend: %d entries written in %.1f ms: %d slots (%d differ in the Maglev"
            + " tables), %d server IDs, %d backends, %d other%n",
        what,
        all,
        nanos / 1e6,
        slots,
        moved,
        Session.updates(requests, Tables.ServerId.ID),
        Session.updates(requests, Tables.Backend.ID),
        all
            - slots
            - Session.updates(requests, Tables.ServerId.ID)
            - Session.updates(requests, Tables.Backend.ID));
    if (slots != moved) {
      throw new IllegalStateException(
          what + " of one backend wrote " + slots + " slots, though " + moved + " move");
    }
    result.put(
        what,
        new JsonLine()
            .put("entries", all)
            .put("slots_written", slots)
            .put("slots_moved", moved)
            .put("milliseconds", nanos / 1e6));
  }

  /** Slots whose owner is another one, by the tables themselves. */
  private static int differing(Intent before, Intent after) {
    MaglevTable a = table(before);
    MaglevTable b = table(after);
    int differing = 0;
    for (int slot = 0; slot < LargeIntent.SLOTS; slot++) {
      if (!a.owner(slot).equals(b.owner(slot))) {
        differing++;
      }
    }
    return differing;
  }

  private static MaglevTable table(Intent intent) {
    return MaglevTable.of(
        LargeIntent.SLOTS,
        intent.backendsOf(LargeIntent.FRONT).values().stream()
            .map((Backend b) -> new Member(b.poolId() + "/" + b.id(), b.weight()))
            .toList());
  }
}

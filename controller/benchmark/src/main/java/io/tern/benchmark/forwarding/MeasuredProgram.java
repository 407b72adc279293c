package io.tern.benchmark.forwarding;

import static java.util.Objects.requireNonNull;

import io.tern.benchmark.MemoryStore;
import io.tern.benchmark.device.Bmv2Device;
import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentException;
import io.tern.core.planner.DevicePlan;
import io.tern.core.planner.Planner;
import io.tern.core.planner.Unsupported;
import io.tern.p4.contract.TernP4;
import io.tern.southbound.SouthboundManager;
import io.tern.southbound.session.ElectionId;
import io.tern.southbound.session.PipelineConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A variant of Tern's program on a switch of its own, filled by a southbound of its own, and what
 * is measured of it. For one thread.
 */
final class MeasuredProgram implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  /** Nobody listens there: what is planned for it does not depend on its address. */
  private static final String SOME_TARGET = "127.0.0.1:9559";

  private final String title;
  private final String link;
  private final Bmv2Device device;
  private final SouthboundManager manager;
  private final Map<Workload.Case, Path> frames = new LinkedHashMap<>();
  private final Outcome reference = new Outcome();
  private final Map<Workload.Case, Outcome> outcomes = new LinkedHashMap<>();

  /**
   * Starts a switch and fills it.
   *
   * @param title of its part of the table
   * @param link what the names of the interfaces that are made for it begin with
   * @param wanted parts of the names of cases, or none for all of them
   * @param files where frames and the switch's log go
   * @throws IllegalArgumentException if the program cannot do what is measured, or has no case that
   *     is wanted; says what, and nothing was started
   */
  MeasuredProgram(
      String title,
      PipelineConfig pipeline,
      VethLoad load,
      String link,
      List<String> wanted,
      Path files)
      throws Exception {
    this.title = requireNonNull(title, "title");
    this.link = requireNonNull(link, "link");
    List<Workload.Case> cases = cases(title, pipeline, wanted);
    for (Workload.Case c : cases) {
      Path file = files.resolve(link + "-frames-" + frames.size());
      Frames.write(file, c.frames());
      frames.put(c, file);
      outcomes.put(c, new Outcome());
    }
    load.connect(link + "1", link + "1h");
    load.connect(link + "2", link + "2h");
    this.device =
        new Bmv2Device(
            Map.of(Workload.CLIENT_PORT, link + "1", Workload.SERVER_PORT, link + "2"),
            files.resolve(link + ".log"));
    MemoryStore store = new MemoryStore();
    this.manager =
        SouthboundManager.builder(store, pipeline, ElectionId.of(store.nextElectionId())).build();
    try {
      manager.start();
      Intent intent = store.update(i -> Workload.intent(device.target(), device.deviceId()));
      manager
          .awaitSynced(intent.revision(), Set.of(Workload.DEVICE))
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  /** The cases of a program; a CID configuration that it does not decode has none. */
  static List<Workload.Case> cases(String title, PipelineConfig pipeline, List<String> wanted)
      throws IntentException {
    Intent intent = Workload.intent(SOME_TARGET, 1);
    DevicePlan plan = new Planner().plan(intent, Workload.DEVICE, pipeline.capabilities());
    for (Unsupported unsupported : plan.unsupported()) {
      if (unsupported.kind() != Unsupported.Kind.NO_DECODER) {
        throw new IllegalArgumentException(
            title
                + " cannot do what is measured: "
                + unsupported.resource()
                + ": "
                + unsupported.message());
      }
    }
    List<Workload.Case> all = Workload.cases(intent, plan.cidConfigs());
    if (wanted.isEmpty()) {
      return all;
    }
    List<Workload.Case> cases = new ArrayList<>();
    for (Workload.Case c : all) {
      if (wanted.stream().anyMatch(c.name()::contains)) {
        cases.add(c);
      }
    }
    if (cases.isEmpty()) {
      throw new IllegalArgumentException(
          title
              + " has no case whose name contains "
              + String.join(" or ", wanted)
              + ": expected one of "
              + String.join("; ", all.stream().map(Workload.Case::name).toList()));
    }
    return cases;
  }

  String title() {
    return title;
  }

  Bmv2Device device() {
    return device;
  }

  /** The interface of the host that sends. */
  String tx() {
    return link + "1h";
  }

  /** The interface of the host that receives. */
  String rx() {
    return link + "2h";
  }

  /** What is sent, in the order of the table. */
  Map<Workload.Case, Path> frames() {
    return frames;
  }

  /** What came of the reference just before each round of this program. */
  Outcome reference() {
    return reference;
  }

  /** What came of each case. */
  Map<Workload.Case, Outcome> outcomes() {
    return outcomes;
  }

  /** How many packets the program has counted as what the case says. */
  long counted(Workload.Case c) throws Exception {
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

  @Override
  public void close() {
    manager.close();
    device.close();
  }
}

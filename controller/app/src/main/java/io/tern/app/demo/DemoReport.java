package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tern.p4.contract.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/**
 * The end of the demo, for people and for machines.
 *
 * @param dataPlane what the packets passed through
 * @param tern the runs with CID routing, at least one
 * @param baseline the run with 4-tuple hashing alone
 * @param controller what became of the controller
 */
record DemoReport(
    String dataPlane,
    Map<DemoAlgorithm, RunResult> tern,
    RunResult baseline,
    ControllerFate controller) {
  DemoReport {
    requireNonNull(dataPlane, "dataPlane");
    tern = Collections.unmodifiableMap(new LinkedHashMap<>(tern));
    if (tern.isEmpty()) {
      throw new IllegalArgumentException("a demo without a run with Tern");
    }
    requireNonNull(baseline, "baseline");
    requireNonNull(controller, "controller");
  }

  /**
   * What became of the controller in the first run.
   *
   * @param killed whether it was killed and started again
   * @param entitiesWritten what it has written to the data plane since then
   */
  record ControllerFate(boolean killed, long entitiesWritten) {}

  /** True if no connection was lost with Tern, and a restarted controller left the switch alone. */
  boolean success() {
    return lost() == 0 && !(controller.killed() && controller.entitiesWritten() > 0);
  }

  private int lost() {
    return tern.values().stream().mapToInt(run -> run.connections() - run.survived()).sum();
  }

  /** A few lines of text. */
  String text() {
    StringBuilder text = new StringBuilder();
    text.append(String.format("%ndata plane: %s%n%n", dataPlane));
    text.append(String.format("%-28s", ""));
    tern.keySet().forEach(a -> text.append(String.format(" %18s", "Tern, " + a)));
    text.append(String.format(" %18s%n", "4-tuple hashing"));
    row(text, "connections", RunResult::connections);
    row(text, "survived", RunResult::survived);
    row(text, "NAT rebindings", RunResult::rebindings);
    row(text, "network changes", RunResult::networkChanges);
    text.append(String.format("%npackets on the switch%n"));
    SortedSet<String> reasons = new TreeSet<>();
    runs().forEach(run -> reasons.addAll(run.packetsByReason().keySet()));
    reasons.forEach(
        reason -> row(text, "  " + reason, run -> run.packetsByReason().getOrDefault(reason, 0L)));
    if (reasons.contains(Reason.NOT_VIP.label())) {
      text.append(String.format("  (not_vip: the servers' answers to the clients)%n"));
    }
    text.append(String.format("%npackets to each backend%n"));
    SortedSet<String> backends = new TreeSet<>();
    runs().forEach(run -> backends.addAll(run.packetsByBackend().keySet()));
    for (String backend : backends) {
      row(text, "  " + backend + ", by CID", run -> packets(run, backend).byCid());
      row(text, "  " + backend + ", by fallback", run -> packets(run, backend).byFallback());
    }
    if (controller.killed()) {
      text.append(
          String.format(
              "%nThe controller was killed (kill -9) in the middle of the first run; after its"
                  + " restart it wrote %d entities to the switch.%n",
              controller.entitiesWritten()));
    }
    tern.forEach(
        (algorithm, run) ->
            run.failures()
                .forEach(
                    f -> text.append(String.format("lost with Tern, %s: %s%n", algorithm, f))));
    if (lost() > 0) {
      text.append(
          String.format(
              "%nFAILED: %d of %d connections were lost with Tern.%n",
              lost(), tern.values().stream().mapToInt(RunResult::connections).sum()));
    } else {
      text.append(String.format("%nEvery connection survived with Tern.%n"));
    }
    if (!success() && lost() == 0) {
      text.append(
          String.format("FAILED: the restarted controller rewrote a switch that was right.%n"));
    }
    return text.toString();
  }

  /** One line, one object: "tern" has the sums of all runs with Tern, "algorithms" each of them. */
  String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("dataPlane", dataPlane);
    root.set("tern", json(mapper, List.copyOf(tern.values())));
    ObjectNode algorithms = root.putObject("algorithms");
    tern.forEach(
        (algorithm, run) -> algorithms.set(algorithm.toString(), json(mapper, List.of(run))));
    root.set("baseline", json(mapper, List.of(baseline)));
    root.putObject("controller")
        .put("killed", controller.killed())
        .put("entitiesWrittenAfterRestart", controller.entitiesWritten());
    try {
      return mapper.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of numbers and strings is always JSON", e);
    }
  }

  private static ObjectNode json(ObjectMapper mapper, List<RunResult> runs) {
    ObjectNode node =
        mapper
            .createObjectNode()
            .put("connections", sum(runs, RunResult::connections))
            .put("survived", sum(runs, RunResult::survived))
            .put("rebindings", sum(runs, RunResult::rebindings))
            .put("networkChanges", sum(runs, RunResult::networkChanges));
    ObjectNode reasons = node.putObject("packetsByReason");
    SortedSet<String> seen = new TreeSet<>();
    runs.forEach(run -> seen.addAll(run.packetsByReason().keySet()));
    seen.forEach(
        reason ->
            reasons.put(reason, sum(runs, run -> run.packetsByReason().getOrDefault(reason, 0L))));
    ObjectNode backends = node.putObject("packetsByBackend");
    SortedSet<String> names = new TreeSet<>();
    runs.forEach(run -> names.addAll(run.packetsByBackend().keySet()));
    names.forEach(
        backend ->
            backends
                .putObject(backend)
                .put("byCid", sum(runs, run -> packets(run, backend).byCid()))
                .put("byFallback", sum(runs, run -> packets(run, backend).byFallback())));
    return node;
  }

  private List<RunResult> runs() {
    List<RunResult> runs = new ArrayList<>(tern.values());
    runs.add(baseline);
    return runs;
  }

  private void row(StringBuilder text, String what, ToLongFunction<RunResult> value) {
    text.append(String.format("%-28s", what));
    runs().forEach(run -> text.append(String.format(" %18d", value.applyAsLong(run))));
    text.append(String.format("%n"));
  }

  private static long sum(List<RunResult> runs, ToLongFunction<RunResult> value) {
    return runs.stream().mapToLong(value).sum();
  }

  private static BackendPackets packets(RunResult run, String backend) {
    return run.packetsByBackend().getOrDefault(backend, BackendPackets.NONE);
  }
}

package io.tern.app.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The end of the demo, for people and for machines.
 *
 * @param tern the run with CID routing
 * @param baseline the run with 4-tuple hashing alone
 * @param controller what became of the controller
 */
record DemoReport(RunResult tern, RunResult baseline, ControllerFate controller) {

  /**
   * What became of the controller in the first run.
   *
   * @param killed whether it was killed and started again
   * @param entitiesWritten what it has written to the switch since then
   */
  record ControllerFate(boolean killed, long entitiesWritten) {}

  /** True if no connection was lost with Tern, and a restarted controller left the switch alone. */
  boolean success() {
    return tern.survived() == tern.connections()
        && !(controller.killed() && controller.entitiesWritten() > 0);
  }

  /** A few lines of text. */
  String text() {
    StringBuilder text = new StringBuilder();
    text.append(String.format("%n%-28s %18s %18s%n", "", "Tern (CID routing)", "4-tuple hashing"));
    row(text, "connections", tern.connections(), baseline.connections());
    row(text, "survived", tern.survived(), baseline.survived());
    row(text, "NAT rebindings", tern.rebindings(), baseline.rebindings());
    row(text, "network changes", tern.networkChanges(), baseline.networkChanges());
    text.append(String.format("%npackets on the switch%n"));
    rows(text, tern.packetsByReason(), baseline.packetsByReason());
    text.append(String.format("  (not_vip: the servers' answers to the clients)%n"));
    text.append(String.format("%npackets to each backend%n"));
    for (String backend : tern.packetsByBackend().keySet()) {
      BackendPackets with = tern.packetsByBackend().get(backend);
      BackendPackets without =
          baseline.packetsByBackend().getOrDefault(backend, BackendPackets.NONE);
      row(text, "  " + backend + ", by CID", with.byCid(), without.byCid());
      row(text, "  " + backend + ", by fallback", with.byFallback(), without.byFallback());
    }
    if (controller.killed()) {
      text.append(
          String.format(
              "%nThe controller was killed (kill -9) in the middle of the first run; after its restart"
                  + " it wrote %d entities to the switch.%n",
              controller.entitiesWritten()));
    }
    tern.failures().forEach(f -> text.append(String.format("lost with Tern: %s%n", f)));
    if (tern.survived() < tern.connections()) {
      text.append(
          String.format(
              "%nFAILED: %d of %d connections were lost with Tern.%n",
              tern.connections() - tern.survived(), tern.connections()));
    } else {
      text.append(String.format("%nEvery connection survived with Tern.%n"));
    }
    if (!success() && tern.survived() == tern.connections()) {
      text.append(
          String.format("FAILED: the restarted controller rewrote a switch that was right.%n"));
    }
    return text.toString();
  }

  /** One line, one object. */
  String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.set("tern", json(mapper, tern));
    root.set("baseline", json(mapper, baseline));
    root.putObject("controller")
        .put("killed", controller.killed())
        .put("entitiesWrittenAfterRestart", controller.entitiesWritten());
    try {
      return mapper.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of numbers and strings is always JSON", e);
    }
  }

  private static ObjectNode json(ObjectMapper mapper, RunResult run) {
    ObjectNode node =
        mapper
            .createObjectNode()
            .put("connections", run.connections())
            .put("survived", run.survived())
            .put("rebindings", run.rebindings())
            .put("networkChanges", run.networkChanges());
    ObjectNode reasons = node.putObject("packetsByReason");
    run.packetsByReason().forEach(reasons::put);
    ObjectNode backends = node.putObject("packetsByBackend");
    run.packetsByBackend()
        .forEach(
            (backend, packets) ->
                backends
                    .putObject(backend)
                    .put("byCid", packets.byCid())
                    .put("byFallback", packets.byFallback()));
    return node;
  }

  private static void row(StringBuilder text, String what, long tern, long baseline) {
    text.append(String.format("%-28s %18d %18d%n", what, tern, baseline));
  }

  private static void rows(StringBuilder text, Map<String, Long> tern, Map<String, Long> baseline) {
    Map<String, Long> all =
        java.util.stream.Stream.of(tern, baseline)
            .flatMap(m -> m.keySet().stream())
            .distinct()
            .sorted()
            .collect(Collectors.toMap(k -> k, k -> 0L, (a, b) -> a, java.util.LinkedHashMap::new));
    all.keySet()
        .forEach(k -> row(text, "  " + k, tern.getOrDefault(k, 0L), baseline.getOrDefault(k, 0L)));
  }
}

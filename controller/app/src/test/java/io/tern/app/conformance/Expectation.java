package io.tern.app.conformance;

import io.tern.app.conformance.FuzzCase.Arrival;
import io.tern.app.conformance.Observed.Count;
import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Vip;
import io.tern.core.oracle.Decision;
import io.tern.core.oracle.Decision.Output;
import io.tern.core.oracle.FlowState;
import io.tern.core.oracle.Frame;
import io.tern.core.oracle.Oracle;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.core.planner.DevicePlan;
import io.tern.p4.contract.TernP4.Tables;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** What the oracle says becomes of the frames of a case, batch after batch, as an observation. */
final class Expectation {
  /** Those with direct counters. */
  static final Set<Integer> COUNTED_TABLES =
      Set.of(
          Tables.VipV4.ID,
          Tables.VipV6.ID,
          Tables.CidConfig.ID,
          Tables.ServerId.ID,
          Tables.Backend.ID);

  private final Intent intent;
  private final Oracle oracle;
  private final FlowState state = new FlowState();

  /** Copies that may come or not. */
  private final List<Output> possibleCopies = new ArrayList<>();

  private final List<Decision> decisions = new ArrayList<>();

  Expectation(Intent intent, String deviceId, DeviceCapabilities capabilities) {
    this.intent = intent;
    this.oracle = Oracle.of(intent, deviceId, capabilities.algorithms());
  }

  /** Numbers of the pools that a plan has VIPs of. */
  static SortedSet<Integer> pools(DevicePlan plan) {
    SortedSet<Integer> pools = new TreeSet<>();
    for (TableEntry entry : plan.entries().values()) {
      int table = entry.key().tableId();
      if (table == Tables.VipV4.ID || table == Tables.VipV6.ID) {
        pools.add(entry.action().params().get(0).toBigInteger().intValueExact());
      }
    }
    return pools;
  }

  /** What should be observed of frames that arrive after those before. */
  Observed process(List<Arrival> arrivals) {
    decisions.clear();
    possibleCopies.clear();
    Observed expected = new Observed();
    for (Arrival arrival : arrivals) {
      Decision decision = oracle.route(arrival.port(), arrival.frame(), state, arrival.micros());
      decisions.add(decision);
      add(decision, arrival, expected);
    }
    return expected;
  }

  /** The decisions of the frames that were processed last. */
  List<Decision> decisions() {
    return List.copyOf(decisions);
  }

  /** Why an observation is not what was expected; empty if it is. */
  Optional<String> difference(Observed expected, Observed seen) {
    List<String> wrong = new ArrayList<>();
    compare("reasons", expected.reasons, seen.reasons, wrong);
    compare("outputs", expected.sortedOutputs(), seen.sortedOutputs(), wrong);
    compare("migrated", expected.migrated, seen.migrated, wrong);
    compare("counters", expected.entries, seen.entries, wrong);
    List<String> unexpected = new ArrayList<>(Observed.sorted(seen.copies));
    for (String copy : Observed.sorted(expected.copies)) {
      if (!unexpected.remove(copy)) {
        wrong.add("copy for the controller is missing: " + copy);
      }
    }
    Observed.sorted(possibleCopies).forEach(unexpected::remove);
    if (!unexpected.isEmpty()) {
      wrong.add("copies for the controller that should not be: " + unexpected);
    }
    return wrong.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", wrong));
  }

  private static void compare(String what, Object expected, Object seen, List<String> wrong) {
    if (!expected.equals(seen)) {
      wrong.add("%s%n  oracle: %s%n  switch: %s".formatted(what, expected, seen));
    }
  }

  private void add(Decision decision, Arrival arrival, Observed expected) {
    Count one = new Count(1, arrival.frame().length());
    expected.reasons.merge(decision.reason(), one, Count::plus);
    expected.outputs.addAll(decision.outputs());
    decision
        .migratedPool()
        .ifPresent(
            pool -> expected.migrated.merge(intent.pools().get(pool).number(), 1L, Long::sum));
    Decision.Hits hits = decision.hits();
    hits.vip()
        .ifPresent(id -> expected.entries.merge(key(intent.vips().get(id)), one, Count::plus));
    hits.cidConfig()
        .ifPresent(
            key -> expected.entries.merge(key(intent.cidConfigs().get(key)), one, Count::plus));
    hits.server()
        .ifPresent(
            server ->
                expected.entries.merge(
                    key(
                        Tables.ServerId.ID,
                        Bits.of(server.sidSpace()),
                        Bits.of(server.serverId().leftAligned())),
                    one,
                    Count::plus));
    hits.backend()
        .ifPresent(
            backend ->
                expected.entries.merge(key(Tables.Backend.ID, Bits.of(backend)), one, Count::plus));
    if (decision.copy() != Decision.Copy.NEVER) {
      Output copy = new Output(255, packetIn(decision, arrival));
      (decision.copy() == Decision.Copy.ALWAYS ? expected.copies : possibleCopies).add(copy);
    }
  }

  /** Ingress port (9 bits), padding (7), reason (8), and the frame as it came. */
  private static Frame packetIn(Decision decision, Arrival arrival) {
    byte[] frame = arrival.frame().toByteArray();
    return Frame.of(
        ByteBuffer.allocate(3 + frame.length)
            .putShort((short) (arrival.port() << 7))
            .put((byte) decision.reason().index())
            .put(frame)
            .array());
  }

  private static TableEntry.Key key(Vip vip) {
    return key(
        vip.endpoint().isV6() ? Tables.VipV6.ID : Tables.VipV4.ID,
        Bits.of(vip.endpoint().address().getAddress()),
        Bits.of(vip.endpoint().port()));
  }

  private TableEntry.Key key(CidConfig config) {
    return key(
        Tables.CidConfig.ID,
        Bits.of(intent.pools().get(config.poolId()).number()),
        Bits.of(config.quicLb().codepoint()));
  }

  private static TableEntry.Key key(int table, Bits... match) {
    return new TableEntry.Key(table, List.of(match));
  }
}

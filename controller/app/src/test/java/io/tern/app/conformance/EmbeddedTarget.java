package io.tern.app.conformance;

import io.tern.app.conformance.FuzzCase.Arrival;
import io.tern.app.conformance.Observed.Count;
import io.tern.core.entry.Bits;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.DevicePorts;
import io.tern.core.oracle.Decision.Output;
import io.tern.core.oracle.Frame;
import io.tern.core.planner.DevicePlan;
import io.tern.embedded.bmv2.Program;
import io.tern.embedded.bmv2.ProgramReader;
import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.embedded.engine.DataPlane.KeyMatch;
import io.tern.embedded.engine.InterpretedDataPlane;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Counters;
import io.tern.p4.contract.TernPipeline;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.southbound.session.PipelineConfig;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The contract's program in the interpreter. */
final class EmbeddedTarget implements FuzzTarget {
  private static final int BATCH = 64;

  private final Map<Integer, String> names = names(PipelineConfig.ofContract().p4Info());

  private DataPlane plane;
  private DevicePlan plan;
  private long micros;
  private final Map<TableEntry.Key, EntryHandle> counted = new LinkedHashMap<>();
  private final Map<TableEntry.Key, Count> entriesBefore = new HashMap<>();
  private final Map<Reason, Count> reasonsBefore = new EnumMap<>(Reason.class);
  private final Map<Integer, Long> migratedBefore = new HashMap<>();

  @Override
  public void load(DevicePlan plan) {
    this.plan = plan;
    Program program = ProgramReader.read(TernPipeline.bmv2Json());
    plane = new InterpretedDataPlane(program, () -> micros * 1000, new SplittableRandom(1));
    counted.clear();
    entriesBefore.clear();
    reasonsBefore.clear();
    migratedBefore.clear();
    for (TableEntry entry : plan.entries().values()) {
      EntryHandle handle =
          plane.insert(
              names.get(entry.key().tableId()),
              entry.key().match().stream()
                  .map(bits -> (KeyMatch) new KeyMatch.Exact(bits.toBigInteger()))
                  .toList(),
              0,
              call(entry.action()));
      if (Expectation.COUNTED_TABLES.contains(entry.key().tableId())) {
        counted.put(entry.key(), handle);
      }
    }
    for (MulticastGroup group : plan.groups()) {
      plane.setMulticastGroup(
          group.id(), group.ports().stream().map(port -> new DataPlane.Replica(port, 1)).toList());
    }
    plan.defaultActions()
        .forEach((table, action) -> plane.setDefaultAction(names.get(table), call(action)));
  }

  @Override
  public int batch() {
    return BATCH;
  }

  @Override
  public Observed process(List<Arrival> arrivals) {
    Observed observed = new Observed();
    for (Arrival arrival : arrivals) {
      micros = arrival.micros();
      byte[] octets = arrival.frame().toByteArray();
      plane.process(
          arrival.port(),
          octets,
          0,
          octets.length,
          (port, packet, offset, length) ->
              (port == DevicePorts.CONTROLLER ? observed.copies : observed.outputs)
                  .add(
                      new Output(
                          port, Frame.of(Arrays.copyOfRange(packet, offset, offset + length)))));
    }
    for (Reason reason : Reason.values()) {
      record(
          reason,
          count(plane.counter(Counters.Reason.NAME, reason.index())),
          reasonsBefore,
          observed.reasons);
    }
    counted.forEach(
        (key, handle) ->
            record(key, count(plane.directCounter(handle)), entriesBefore, observed.entries));
    for (int pool : Expectation.pools(plan)) {
      long now = plane.counter(Counters.Migrated.NAME, pool).packets();
      Long before = migratedBefore.put(pool, now);
      if (now != (before == null ? 0 : before)) {
        observed.migrated.put(pool, now - (before == null ? 0 : before));
      }
    }
    return observed;
  }

  @Override
  public void close() {}

  private static <K> void record(K key, Count now, Map<K, Count> before, Map<K, Count> grown) {
    Count growth = now.minus(before.getOrDefault(key, Count.ZERO));
    if (!growth.equals(Count.ZERO)) {
      before.put(key, now);
      grown.put(key, growth);
    }
  }

  private static Count count(CounterValue value) {
    return new Count(value.packets(), value.bytes());
  }

  private ActionCall call(TableEntry.Action action) {
    List<BigInteger> arguments = action.params().stream().map(Bits::toBigInteger).toList();
    return new ActionCall(names.get(action.actionId()), arguments);
  }

  private static Map<Integer, String> names(P4Info p4Info) {
    Map<Integer, String> names = new HashMap<>();
    p4Info
        .getTablesList()
        .forEach(table -> names.put(table.getPreamble().getId(), table.getPreamble().getName()));
    p4Info
        .getActionsList()
        .forEach(action -> names.put(action.getPreamble().getId(), action.getPreamble().getName()));
    return names;
  }
}

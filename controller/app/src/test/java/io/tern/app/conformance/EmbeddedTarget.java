package io.tern.app.conformance;

import io.tern.app.conformance.FuzzCase.Arrival;
import io.tern.app.conformance.Observed.Count;
import io.tern.core.entry.Bits;
import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MeterConfig;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.Replica;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.DevicePorts;
import io.tern.core.oracle.Decision.Output;
import io.tern.core.oracle.FlowState;
import io.tern.core.oracle.Frame;
import io.tern.core.planner.DevicePlan;
import io.tern.embedded.bmv2.ProgramReader;
import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.embedded.engine.DataPlane.KeyMatch;
import io.tern.embedded.engine.DataPlane.MeterRates;
import io.tern.embedded.engine.InterpretedDataPlane;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Counters;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.p4.contract.TernPipeline;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.southbound.session.PipelineConfig;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** The contract's program in the interpreter. */
final class EmbeddedTarget implements FuzzTarget {
  private static final int BATCH = 64;

  private final Map<Integer, String> names = new HashMap<>();
  private final List<String> registers;
  private final DataPlane plane;
  private long micros;

  private final List<EntryHandle> written = new ArrayList<>();
  private final Map<TableEntry.Key, EntryHandle> counted = new LinkedHashMap<>();
  private List<MulticastGroup> groups = List.of();
  private List<CloneSession> sessions = List.of();
  private boolean remembers;
  private SortedSet<Integer> pools = new TreeSet<>();
  private Observed before = new Observed();

  EmbeddedTarget() {
    P4Info p4Info = PipelineConfig.ofContract().p4Info();
    p4Info
        .getTablesList()
        .forEach(table -> names.put(table.getPreamble().getId(), table.getPreamble().getName()));
    p4Info
        .getActionsList()
        .forEach(action -> names.put(action.getPreamble().getId(), action.getPreamble().getName()));
    registers =
        p4Info.getRegistersList().stream()
            .map(register -> register.getPreamble().getName())
            .toList();
    plane =
        new InterpretedDataPlane(
            ProgramReader.read(TernPipeline.bmv2Json()),
            () -> micros * 1000,
            new SplittableRandom(1));
  }

  @Override
  public void load(DevicePlan plan) {
    forget();
    for (TableEntry entry : plan.entries().values()) {
      EntryHandle handle =
          plane.insert(
              names.get(entry.key().tableId()),
              entry.key().match().stream()
                  .map(bits -> (KeyMatch) new KeyMatch.Exact(bits.toBigInteger()))
                  .toList(),
              0,
              call(entry.action()));
      written.add(handle);
      entry.meter().ifPresent(meter -> plane.setDirectMeter(handle, rates(meter)));
      if (Expectation.COUNTED_TABLES.contains(entry.key().tableId())) {
        counted.put(entry.key(), handle);
      }
      remembers |= entry.key().tableId() == Tables.ServingBackend.ID;
    }
    groups = plan.groups();
    for (MulticastGroup group : groups) {
      plane.setMulticastGroup(group.id(), replicas(group.replicas()));
    }
    sessions = plan.cloneSessions();
    for (CloneSession session : sessions) {
      plane.setCloneSession(
          session.id(), replicas(session.replicas()), session.packetLengthBytes());
    }
    plan.defaultActions()
        .forEach((table, action) -> plane.setDefaultAction(names.get(table), call(action)));
    pools = Expectation.pools(plan);
    before = counters();
  }

  private void forget() {
    written.forEach(plane::delete);
    written.clear();
    counted.clear();
    groups.forEach(group -> plane.deleteMulticastGroup(group.id()));
    sessions.forEach(session -> plane.deleteCloneSession(session.id()));
    if (remembers) {
      for (String register : registers) {
        for (int i = 0; i < FlowState.CELLS; i++) {
          plane.setRegister(register, i, BigInteger.ZERO);
        }
      }
    }
    remembers = false;
  }

  @Override
  public boolean followsClock() {
    return true;
  }

  @Override
  public int batch() {
    return BATCH;
  }

  @Override
  public Observed process(List<Arrival> arrivals) {
    List<Output> outputs = new ArrayList<>();
    List<Output> copied = new ArrayList<>();
    for (Arrival arrival : arrivals) {
      micros = arrival.micros();
      byte[] octets = arrival.frame().toByteArray();
      plane.process(
          arrival.port(),
          octets,
          0,
          octets.length,
          (port, packet, offset, length) ->
              (port == DevicePorts.CONTROLLER ? copied : outputs)
                  .add(
                      new Output(
                          port, Frame.of(Arrays.copyOfRange(packet, offset, offset + length)))));
    }
    Observed now = counters();
    Observed observed = now.minus(before);
    before = now;
    observed.outputs.addAll(outputs);
    observed.copies.addAll(copied);
    return observed;
  }

  @Override
  public void close() {}

  private Observed counters() {
    Observed values = new Observed();
    for (Reason reason : Reason.values()) {
      values.reasons.put(reason, count(plane.counter(Counters.Reason.NAME, reason.index())));
    }
    counted.forEach((key, handle) -> values.entries.put(key, count(plane.directCounter(handle))));
    for (int pool : pools) {
      values.migrated.put(pool, plane.counter(Counters.Migrated.NAME, pool).packets());
    }
    return values;
  }

  private static Count count(CounterValue value) {
    return new Count(value.packets(), value.bytes());
  }

  private static List<DataPlane.Replica> replicas(Collection<Replica> replicas) {
    return replicas.stream()
        .map(replica -> new DataPlane.Replica(replica.port(), replica.instance()))
        .toList();
  }

  private static MeterRates rates(MeterConfig meter) {
    return new MeterRates(
        meter.committedRate(), meter.committedBurst(), meter.peakRate(), meter.peakBurst());
  }

  private ActionCall call(TableEntry.Action action) {
    List<BigInteger> arguments = action.params().stream().map(Bits::toBigInteger).toList();
    return new ActionCall(names.get(action.actionId()), arguments);
  }
}

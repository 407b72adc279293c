package io.tern.app.conformance;

import io.tern.core.entry.Bits;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.oracle.Frame;
import io.tern.core.planner.DevicePlan;
import io.tern.embedded.bmv2.Program;
import io.tern.embedded.bmv2.ProgramReader;
import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.EntryHandle;
import io.tern.embedded.engine.DataPlane.KeyMatch;
import io.tern.embedded.engine.InterpretedDataPlane;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Counters;
import io.tern.p4.contract.TernPipeline;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.southbound.session.PipelineConfig;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The contract's program in the interpreter, with the entries of a plan. Not thread-safe. */
final class ProgrammedPlane {
  private static final Program PROGRAM = ProgramReader.read(TernPipeline.bmv2Json());
  private static final Map<Integer, String> NAMES = names(PipelineConfig.ofContract().p4Info());

  private final DataPlane plane = new InterpretedDataPlane(PROGRAM);
  private final Map<TableEntry.Key, EntryHandle> handles = new HashMap<>();
  private final Map<Reason, Long> counts = new EnumMap<>(Reason.class);

  /** One packet that left. */
  record Sent(int port, Frame frame) {}

  /**
   * What happened to a frame.
   *
   * @param reasons whose counters grew, one of them once for each packet counted
   * @param sent what left
   */
  record Outcome(List<Reason> reasons, List<Sent> sent) {}

  ProgrammedPlane(DevicePlan plan) {
    plan.entries().values().forEach(this::insert);
    for (MulticastGroup group : plan.groups()) {
      plane.setMulticastGroup(
          group.id(), group.ports().stream().map(port -> new DataPlane.Replica(port, 0)).toList());
    }
    plan.defaultActions()
        .forEach((table, action) -> plane.setDefaultAction(NAMES.get(table), call(action)));
  }

  void insert(TableEntry entry) {
    EntryHandle handle =
        plane.insert(
            NAMES.get(entry.key().tableId()),
            entry.key().match().stream()
                .map(bits -> (KeyMatch) new KeyMatch.Exact(bits.toBigInteger()))
                .toList(),
            0,
            call(entry.action()));
    handles.put(entry.key(), handle);
  }

  void delete(TableEntry.Key key) {
    plane.delete(handles.remove(key));
  }

  Outcome process(int ingressPort, Frame frame) {
    List<Sent> sent = new ArrayList<>();
    byte[] octets = frame.toByteArray();
    plane.process(
        ingressPort,
        octets,
        0,
        octets.length,
        (port, packet, offset, length) ->
            sent.add(
                new Sent(port, Frame.of(Arrays.copyOfRange(packet, offset, offset + length)))));
    List<Reason> reasons = new ArrayList<>();
    for (Reason reason : Reason.values()) {
      long count = plane.counter(Counters.Reason.NAME, reason.index()).packets();
      Long before = counts.put(reason, count);
      for (long i = before == null ? 0 : before; i < count; i++) {
        reasons.add(reason);
      }
    }
    return new Outcome(reasons, sent);
  }

  private static ActionCall call(TableEntry.Action action) {
    List<BigInteger> arguments = action.params().stream().map(Bits::toBigInteger).toList();
    return new ActionCall(NAMES.get(action.actionId()), arguments);
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

package io.tern.agent;

import com.google.protobuf.ByteString;
import io.tern.agent.plane.BpfDataPlane;
import io.tern.agent.plane.Restored;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.CloneSessionEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.MeterConfig;
import io.tern.proto.p4.v1.PacketReplicationEngineEntry;
import io.tern.proto.p4.v1.Replica;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** What maps have, as the updates that a controller would write it with. */
final class RestoredUpdates implements Iterable<Update> {
  /** "Table" of a clone session, see {@code BpfDataPlane}. */
  private static final int CLONE_SESSIONS = 1;

  private final List<Restored> entries;
  private final Consumer<Restored> before;

  /**
   * @param before told of each entry before its update is written
   */
  RestoredUpdates(List<Restored> entries, Consumer<Restored> before) {
    this.entries = entries;
    this.before = before;
  }

  @Override
  public Iterator<Update> iterator() {
    Iterator<Restored> iterator = entries.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return iterator.hasNext();
      }

      @Override
      public Update next() {
        Restored entry = iterator.next();
        before.accept(entry.tableId() == CLONE_SESSIONS ? null : entry);
        return Update.newBuilder()
            .setType(Update.Type.INSERT)
            .setEntity(entry.tableId() == CLONE_SESSIONS ? cloneSession(entry) : tableEntry(entry))
            .build();
      }
    };
  }

  private static Entity tableEntry(Restored restored) {
    TableEntry.Builder entry = TableEntry.newBuilder().setTableId(restored.tableId());
    for (int i = 0; i < restored.key().size(); i++) {
      entry.addMatch(
          FieldMatch.newBuilder()
              .setFieldId(i + 1)
              .setExact(FieldMatch.Exact.newBuilder().setValue(octets(restored.key().get(i)))));
    }
    List<BigInteger> arguments = restored.arguments();
    boolean metered = restored.tableId() == Tables.Punt.ID && arguments.size() > 1;
    Action.Builder action = Action.newBuilder().setActionId(restored.actionId());
    for (int i = 0; i < (metered ? 1 : arguments.size()); i++) {
      action.addParams(
          Action.Param.newBuilder().setParamId(i + 1).setValue(octets(arguments.get(i))));
    }
    entry.setAction(TableAction.newBuilder().setAction(action));
    if (metered) {
      entry.setMeterConfig(
          MeterConfig.newBuilder()
              .setCir(arguments.get(1).longValueExact())
              .setCburst(arguments.get(2).longValueExact())
              .setPir(arguments.get(3).longValueExact())
              .setPburst(arguments.get(4).longValueExact()));
    }
    return Entity.newBuilder().setTableEntry(entry).build();
  }

  private static Entity cloneSession(Restored restored) {
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder()
                .setCloneSessionEntry(
                    CloneSessionEntry.newBuilder()
                        .setSessionId(restored.key().get(0).intValueExact())
                        .setPacketLengthBytes(restored.arguments().get(0).intValueExact())
                        .addReplicas(
                            Replica.newBuilder()
                                .setPort(octets(BigInteger.valueOf(BpfDataPlane.CPU_PORT)))
                                .setInstance(restored.arguments().get(1).intValueExact()))))
        .build();
  }

  /** The shortest form (section 8.4 of the P4Runtime specification). */
  private static ByteString octets(BigInteger number) {
    byte[] octets = number.toByteArray();
    int sign = octets.length > 1 && octets[0] == 0 ? 1 : 0;
    return ByteString.copyFrom(octets, sign, octets.length - sign);
  }
}

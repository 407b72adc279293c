package io.tern.southbound.reconcile;

import io.grpc.Status;
import io.tern.core.planner.DeviceState;
import io.tern.proto.p4.config.v1.DirectMeter;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.config.v1.Table;
import io.tern.proto.p4.v1.CloneSessionEntry;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.CounterEntry;
import io.tern.proto.p4.v1.DirectCounterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.MulticastGroupEntry;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.southbound.codec.CounterSample;
import io.tern.southbound.codec.EntityCodec;
import io.tern.southbound.codec.EntityCodec.ForeignEntityException;
import io.tern.southbound.session.P4RuntimeSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Reads everything of the program's tables that a controller can write. Each table is one Read, so
 * that a target that answers in one message stays within the largest message.
 */
final class DeviceReader {
  /**
   * What a device has.
   *
   * @param state what Tern's model can express
   * @param foreign the rest
   */
  record ReadBack(DeviceState state, List<ForeignEntity> foreign) {}

  private final P4RuntimeSession session;
  private final P4Info p4Info;

  DeviceReader(P4RuntimeSession session, P4Info p4Info) {
    this.session = session;
    this.p4Info = p4Info;
  }

  CompletableFuture<ReadBack> readBack() {
    Mirror mirror = new Mirror();
    List<ForeignEntity> foreign = new ArrayList<>();
    List<CompletableFuture<?>> reads = new ArrayList<>();
    Set<Integer> metered =
        p4Info.getDirectMetersList().stream()
            .map(DirectMeter::getDirectTableId)
            .collect(Collectors.toSet());
    for (Table table : p4Info.getTablesList()) {
      if (table.getIsConstTable()) {
        continue;
      }
      int tableId = table.getPreamble().getId();
      reads.add(
          forEach(
              session.read(
                  List.of(
                      metered.contains(tableId)
                          ? EntityCodec.queryMeteredTable(tableId)
                          : EntityCodec.queryTable(tableId))),
              entity -> takeEntry(table, entity, mirror, foreign)));
      if (table.getConstDefaultActionId() == 0) {
        reads.add(
            forEach(
                optional(session.read(List.of(EntityCodec.queryDefault(tableId)))),
                entity -> takeDefault(entity.getTableEntry(), mirror)));
      }
    }
    reads.add(
        forEach(
            optional(session.read(List.of(EntityCodec.queryGroups()))),
            entity -> takeGroup(entity, mirror, foreign)));
    reads.add(
        forEach(
            optional(session.read(List.of(EntityCodec.queryCloneSessions()))),
            entity -> takeCloneSession(entity, mirror, foreign)));
    return CompletableFuture.allOf(reads.toArray(new CompletableFuture<?>[0]))
        .thenApply(ok -> new ReadBack(mirror.state(), foreign));
  }

  CompletableFuture<CounterSample> readCounters() {
    List<CounterSample.Direct> direct = new ArrayList<>();
    List<CounterSample.Cell> indirect = new ArrayList<>();
    List<CompletableFuture<?>> reads = new ArrayList<>();
    p4Info
        .getDirectCountersList()
        .forEach(
            counter ->
                reads.add(
                    forEach(
                        session.read(List.of(queryDirectCounter(counter.getDirectTableId()))),
                        entity -> takeDirect(entity.getDirectCounterEntry(), direct))));
    p4Info
        .getCountersList()
        .forEach(
            counter ->
                reads.add(
                    forEach(
                        session.read(List.of(queryCounter(counter.getPreamble().getId()))),
                        entity -> takeCell(entity.getCounterEntry(), indirect))));
    return CompletableFuture.allOf(reads.toArray(new CompletableFuture<?>[0]))
        .thenApply(ok -> new CounterSample(direct, indirect));
  }

  private static void takeEntry(
      Table table, Entity entity, Mirror mirror, List<ForeignEntity> foreign) {
    TableEntry entry = entity.getTableEntry();
    if (entry.getIsDefaultAction() || entry.getIsConst()) {
      // Neither can be removed: the one has its own query, the other belongs to the program.
      return;
    }
    try {
      io.tern.core.entry.TableEntry taken = EntityCodec.toEntry(entry);
      if (taken.key().match().size() != table.getMatchFieldsCount()) {
        foreign.add(
            new ForeignEntity(
                entity,
                "entry of table "
                    + table.getPreamble().getAlias()
                    + " with "
                    + taken.key().match().size()
                    + " match fields instead of "
                    + table.getMatchFieldsCount()));
        return;
      }
      mirror.putEntry(taken);
    } catch (ForeignEntityException e) {
      foreign.add(
          new ForeignEntity(
              entity, "entry of table " + table.getPreamble().getAlias() + ": " + e.getMessage()));
    }
  }

  private static void takeDefault(TableEntry entry, Mirror mirror) {
    try {
      mirror.putDefault(entry.getTableId(), EntityCodec.toAction(entry.getAction()));
    } catch (ForeignEntityException e) {
      // Unknown, so that whatever is planned differs from it and replaces it.
    }
  }

  private static void takeGroup(Entity entity, Mirror mirror, List<ForeignEntity> foreign) {
    if (!entity.getPacketReplicationEngineEntry().hasMulticastGroupEntry()) {
      return;
    }
    MulticastGroupEntry group = entity.getPacketReplicationEngineEntry().getMulticastGroupEntry();
    try {
      mirror.putGroup(EntityCodec.toGroup(group));
    } catch (ForeignEntityException e) {
      foreign.add(
          new ForeignEntity(
              entity, "multicast group " + group.getMulticastGroupId() + ": " + e.getMessage()));
    }
  }

  private static void takeCloneSession(Entity entity, Mirror mirror, List<ForeignEntity> foreign) {
    if (!entity.getPacketReplicationEngineEntry().hasCloneSessionEntry()) {
      return;
    }
    CloneSessionEntry session = entity.getPacketReplicationEngineEntry().getCloneSessionEntry();
    try {
      mirror.putCloneSession(EntityCodec.toCloneSession(session));
    } catch (ForeignEntityException e) {
      foreign.add(
          new ForeignEntity(
              entity, "clone session " + session.getSessionId() + ": " + e.getMessage()));
    }
  }

  private static void takeDirect(DirectCounterEntry counter, List<CounterSample.Direct> direct) {
    if (counter.getTableEntry().getIsDefaultAction()) {
      return;
    }
    try {
      direct.add(
          new CounterSample.Direct(
              EntityCodec.toKey(counter.getTableEntry()),
              counter.getData().getPacketCount(),
              counter.getData().getByteCount()));
    } catch (ForeignEntityException e) {
      // The next check removes the entry itself.
    }
  }

  private static void takeCell(CounterEntry counter, List<CounterSample.Cell> indirect) {
    CounterData data = counter.getData();
    indirect.add(
        new CounterSample.Cell(
            counter.getCounterId(),
            counter.getIndex().getIndex(),
            data.getPacketCount(),
            data.getByteCount()));
  }

  private static Entity queryDirectCounter(int tableId) {
    return Entity.newBuilder()
        .setDirectCounterEntry(
            DirectCounterEntry.newBuilder()
                .setTableEntry(TableEntry.newBuilder().setTableId(tableId)))
        .build();
  }

  private static Entity queryCounter(int counterId) {
    return Entity.newBuilder()
        .setCounterEntry(CounterEntry.newBuilder().setCounterId(counterId))
        .build();
  }

  private static CompletableFuture<?> forEach(
      CompletableFuture<List<Entity>> read, Consumer<Entity> consumer) {
    return read.thenAccept(entities -> entities.forEach(consumer));
  }

  /** Nothing, from a target that cannot be asked: what is planned is then written. */
  private static CompletableFuture<List<Entity>> optional(CompletableFuture<List<Entity>> read) {
    return read.exceptionallyCompose(
        error ->
            Status.fromThrowable(error).getCode() == Status.Code.UNIMPLEMENTED
                ? CompletableFuture.completedFuture(List.of())
                : CompletableFuture.failedFuture(error));
  }
}

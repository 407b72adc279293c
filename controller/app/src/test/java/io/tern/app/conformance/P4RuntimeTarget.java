package io.tern.app.conformance;

import io.tern.app.conformance.FuzzCase.Arrival;
import io.tern.app.conformance.Observed.Count;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.DevicePorts;
import io.tern.core.oracle.Decision.Output;
import io.tern.core.oracle.Frame;
import io.tern.core.planner.DevicePlan;
import io.tern.core.planner.DeviceState;
import io.tern.core.planner.Difference;
import io.tern.p4.conformance.fixture.Octets;
import io.tern.p4.conformance.harness.P4RuntimeClient;
import io.tern.p4.conformance.harness.PacketTarget;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4;
import io.tern.p4.contract.TernP4.Counters;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.CounterEntry;
import io.tern.proto.p4.v1.DirectCounterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.Index;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.PacketIn;
import io.tern.proto.p4.v1.PacketMetadata;
import io.tern.proto.p4.v1.ReadRequest;
import io.tern.proto.p4.v1.Update;
import io.tern.southbound.codec.EntityCodec;
import io.tern.southbound.codec.EntityCodec.ForeignEntityException;
import io.tern.southbound.codec.OperationCodec;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A switch over P4Runtime, such as BMv2: what is written is what the southbound side would write,
 * from plan to plan. The switch has a clock of its own: only time-outs that do not pass make sense.
 */
final class P4RuntimeTarget implements FuzzTarget {
  /** BMv2 queues 64 frames for a port and drops the next; some frames make several copies. */
  private static final int BATCH = 24;

  private static final int WRITE_BATCH = 1000;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final DevicePlan NOTHING =
      new DevicePlan("-", 0, Map.of(), List.of(), List.of(), Map.of(), Set.of(), List.of());

  private final PacketTarget target;
  private final P4RuntimeClient client;
  private final P4RuntimeGrpc.P4RuntimeBlockingStub reads;
  private Optional<DevicePlan> loaded = Optional.empty();
  private Observed before = new Observed();
  private ReadRequest counters = ReadRequest.getDefaultInstance();

  /** Takes {@code target} over, and closes it in the end. */
  P4RuntimeTarget(PacketTarget target) {
    this.target = target;
    this.client = new P4RuntimeClient(target.p4Runtime(), target.deviceId());
    this.reads = P4RuntimeGrpc.newBlockingStub(target.p4Runtime());
  }

  @Override
  public void load(DevicePlan plan) {
    // Registers are out of P4Runtime's reach: only a new program forgets. It takes the entries
    // along, but not what is the replication engine's.
    loaded.ifPresent(
        old ->
            write(
                new DeviceState(List.of(), old.groups(), old.cloneSessions(), Map.of()), NOTHING));
    client.loadTern();
    write(DeviceState.EMPTY, plan);
    loaded = Optional.of(plan);
    counters = countersOf(plan);
    before = read();
  }

  @Override
  public boolean followsClock() {
    return false;
  }

  @Override
  public int batch() {
    return BATCH;
  }

  @Override
  public Observed process(List<Arrival> arrivals) {
    List<Output> outputs = new ArrayList<>();
    try (PacketTarget.Wire wire = target.connect()) {
      for (Arrival arrival : arrivals) {
        wire.send(arrival.port(), Octets.of(arrival.frame().toByteArray()));
      }
      wire.disconnect()
          .forEach(
              leaves ->
                  outputs.add(new Output(leaves.port(), Frame.of(leaves.frame().toByteArray()))));
    }
    Observed now = read();
    Observed observed = now.minus(before);
    before = now;
    observed.outputs.addAll(outputs);
    client.packetIns().forEach(in -> observed.copies.add(copy(in)));
    // The client's own.
    observed.reasons.remove(Reason.PACKET_OUT);
    return observed;
  }

  @Override
  public void close() {
    client.close();
    target.close();
  }

  private void write(DeviceState from, DevicePlan to) {
    for (Difference.Stage stage : to.diff(from).stages()) {
      List<Update> updates = stage.operations().stream().map(OperationCodec::toUpdate).toList();
      for (int i = 0; i < updates.size(); i += WRITE_BATCH) {
        client.write(updates.subList(i, Math.min(updates.size(), i + WRITE_BATCH)));
      }
    }
  }

  private ReadRequest countersOf(DevicePlan plan) {
    ReadRequest.Builder request = ReadRequest.newBuilder().setDeviceId(target.deviceId());
    request.addEntities(
        Entity.newBuilder()
            .setCounterEntry(CounterEntry.newBuilder().setCounterId(Counters.Reason.ID)));
    for (int pool : Expectation.pools(plan)) {
      request.addEntities(
          Entity.newBuilder()
              .setCounterEntry(
                  CounterEntry.newBuilder()
                      .setCounterId(Counters.Migrated.ID)
                      .setIndex(Index.newBuilder().setIndex(pool))));
    }
    for (TableEntry.Key key : plan.entries().keySet()) {
      if (Expectation.COUNTED_TABLES.contains(key.tableId())) {
        request.addEntities(
            Entity.newBuilder()
                .setDirectCounterEntry(
                    DirectCounterEntry.newBuilder()
                        .setTableEntry(EntityCodec.toEntity(key).getTableEntry())));
      }
    }
    return request.build();
  }

  private Observed read() {
    Observed values = new Observed();
    reads
        .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .read(counters)
        .forEachRemaining(
            response -> response.getEntitiesList().forEach(entity -> add(entity, values)));
    return values;
  }

  private static void add(Entity entity, Observed values) {
    if (entity.hasDirectCounterEntry()) {
      DirectCounterEntry direct = entity.getDirectCounterEntry();
      try {
        values.entries.put(EntityCodec.toKey(direct.getTableEntry()), count(direct.getData()));
      } catch (ForeignEntityException e) {
        throw new IllegalStateException(e);
      }
      return;
    }
    CounterEntry counter = entity.getCounterEntry();
    int index = (int) counter.getIndex().getIndex();
    if (counter.getCounterId() == Counters.Reason.ID) {
      values.reasons.put(Reason.ofIndex(index), count(counter.getData()));
    } else {
      values.migrated.put(index, counter.getData().getPacketCount());
    }
  }

  private static Count count(CounterData data) {
    return new Count(data.getPacketCount(), data.getByteCount());
  }

  /** The frame as it leaves by the controller's port of a data plane without P4Runtime. */
  private static Output copy(PacketIn packetIn) {
    int ingressPort = 0;
    int reason = 0;
    for (PacketMetadata metadata : packetIn.getMetadataList()) {
      int value = new BigInteger(1, metadata.getValue().toByteArray()).intValueExact();
      if (metadata.getMetadataId() == TernP4.ControllerHeaders.PacketIn.METADATA_INGRESS_PORT) {
        ingressPort = value;
      } else if (metadata.getMetadataId() == TernP4.ControllerHeaders.PacketIn.METADATA_REASON) {
        reason = value;
      }
    }
    byte[] frame = packetIn.getPayload().toByteArray();
    return new Output(
        DevicePorts.CONTROLLER,
        Frame.of(
            ByteBuffer.allocate(3 + frame.length)
                .putShort((short) (ingressPort << 7))
                .put((byte) reason)
                .put(frame)
                .array()));
  }
}

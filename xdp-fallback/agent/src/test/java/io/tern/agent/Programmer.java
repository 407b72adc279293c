package io.tern.agent;

import io.grpc.Channel;
import io.tern.p4.conformance.fixture.DeviceState;
import io.tern.p4.conformance.harness.Conformance;
import io.tern.p4.conformance.harness.P4RuntimeClient;
import io.tern.p4.conformance.harness.PacketTarget;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.v1.CounterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.ReadRequest;
import io.tern.proto.p4.v1.TableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The controller of an agent under test, as the conformance harness has it; frames go by
 * interfaces.
 */
public final class Programmer implements PacketTarget {
  private final Channel channel;
  private final long deviceId;
  private P4RuntimeClient client;
  private Conformance conformance;

  public Programmer(Channel channel, long deviceId) {
    this.channel = channel;
    this.deviceId = deviceId;
  }

  /** Becomes primary and loads Tern's program, with small tables. */
  public Programmer load() {
    return load(ProgramSizes.SMALL);
  }

  /** The same with tables of other sizes. */
  Programmer load(ProgramSizes sizes) {
    client = new P4RuntimeClient(channel, deviceId);
    try {
      sizes.load(client);
      conformance = new Conformance(this, client);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
    return this;
  }

  /** Writes what differs from the state before. */
  public void write(DeviceState state) {
    conformance.write(state);
  }

  /** The primary, once there is one. */
  P4RuntimeClient client() {
    return client;
  }

  /** All table entries; whoever reads need not be primary. */
  public List<Entity> entries() {
    return read(Entity.newBuilder().setTableEntry(TableEntry.getDefaultInstance()).build());
  }

  /** Packets that the device has counted under a reason. */
  public long packets(Reason reason) {
    Entity cells =
        Entity.newBuilder()
            .setCounterEntry(CounterEntry.newBuilder().setCounterId(TernP4.Counters.Reason.ID))
            .build();
    return read(cells).stream()
        .map(Entity::getCounterEntry)
        .filter(cell -> cell.getIndex().getIndex() == reason.index())
        .mapToLong(cell -> cell.getData().getPacketCount())
        .sum();
  }

  private List<Entity> read(Entity wanted) {
    List<Entity> entities = new ArrayList<>();
    P4RuntimeGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .read(ReadRequest.newBuilder().setDeviceId(deviceId).addEntities(wanted).build())
        .forEachRemaining(answer -> entities.addAll(answer.getEntitiesList()));
    return entities;
  }

  @Override
  public Channel p4Runtime() {
    return channel;
  }

  @Override
  public long deviceId() {
    return deviceId;
  }

  @Override
  public boolean hasL2() {
    return false;
  }

  @Override
  public Wire connect() {
    throw new IllegalStateException("frames go by interfaces of the test");
  }

  /** Is primary no longer; the device keeps what it has. */
  @Override
  public void close() {
    if (conformance != null) {
      conformance.close();
      conformance = null;
    }
  }
}

package io.tern.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.tern.p4.contract.TernP4;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.Error;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.MasterArbitrationUpdate;
import io.tern.proto.p4.v1.MulticastGroupEntry;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import io.tern.proto.p4.v1.PacketMetadata;
import io.tern.proto.p4.v1.PacketOut;
import io.tern.proto.p4.v1.PacketReplicationEngineEntry;
import io.tern.proto.p4.v1.Replica;
import io.tern.proto.p4.v1.StreamError;
import io.tern.proto.p4.v1.StreamMessageRequest;
import io.tern.proto.p4.v1.StreamMessageResponse;
import io.tern.proto.p4.v1.TableAction;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Uint128;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import io.tern.proto.p4.v1.WriteRequest.Atomicity;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent refuses, and what becomes of the rest: with real maps, on no interface. */
class WritesIT {
  private static final Uint128 ELECTION = Uint128.newBuilder().setLow(1).build();
  private static final int ROOM = 4;
  private static final int UNKNOWN_ACTION = 0x01fffff0;

  private static TestInterfaces interfaces;
  private static RunningAgent running;
  private static AgentOptions options;

  /** What became of an update. */
  private record Outcome(int code, String message) {
    private static final Outcome OK = new Outcome(Code.OK_VALUE, "");
  }

  @BeforeAll
  static void start() throws IOException {
    TestAgents.requireRoot(WritesIT.class);
    interfaces = new TestInterfaces(1);
    options = TestAgents.detached(Map.of(1, interfaces.name(0)));
    running = new RunningAgent(options);
    running
        .programmer()
        .load(
            new ProgramSizes(
                Map.of(
                    Tables.VipV4.ID, ROOM,
                    Tables.CidConfig.ID, ROOM,
                    Tables.ServerId.ID, ROOM,
                    Tables.Fallback.ID, ROOM,
                    Tables.Backend.ID, ROOM,
                    Tables.EchoV6.ID, ROOM,
                    Tables.ReturnPathV4.ID, ROOM)));
  }

  @AfterEach
  void empty() {
    assertThat(
            write(
                entries().stream()
                    .map(
                        entity ->
                            Update.newBuilder()
                                .setType(Update.Type.DELETE)
                                .setEntity(entity)
                                .build())
                    .toArray(Update[]::new)))
        .isEmpty();
  }

  @AfterAll
  static void end() throws IOException {
    if (running != null) {
      running.close();
    }
    if (interfaces != null) {
      interfaces.close();
    }
  }

  @Test
  void eachUpdateOfABatchHasItsOwnFateAndReason() {
    Update before = serverId(Update.Type.INSERT, 1, 101);
    assertThat(write(before)).isEmpty();
    List<Update> batch =
        List.of(
            serverId(Update.Type.INSERT, 2, 101),
            serverId(Update.Type.INSERT, 1, 102),
            table(
                Update.Type.INSERT,
                Tables.ServerId.ID,
                keys(0x10000, 3),
                Actions.ToBackend.ID,
                101),
            table(Update.Type.INSERT, Tables.ServerId.ID, keys(1, 4), UNKNOWN_ACTION, 101),
            table(Update.Type.INSERT, Tables.ServerId.ID, keys(1, 4), Actions.DeliverLocal.ID),
            table(Update.Type.INSERT, Tables.L2.ID, keys(0x020000000001L), Actions.L2Forward.ID, 1),
            table(Update.Type.INSERT, Tables.Replica.ID, keys(1), Actions.ReplicateL2.ID, 2, 3),
            backend(Update.Type.INSERT, 101, 9),
            vip(Update.Type.INSERT, 1, 5),
            multicastGroup(),
            serverId(Update.Type.DELETE, 9, 101),
            backend(Update.Type.INSERT, 102, 1));

    List<Outcome> outcomes = write(batch.toArray(Update[]::new));

    assertThat(outcomes)
        .extracting(Outcome::code)
        .containsExactly(
            Code.OK_VALUE,
            Code.ALREADY_EXISTS_VALUE,
            Code.INVALID_ARGUMENT_VALUE,
            Code.INVALID_ARGUMENT_VALUE,
            Code.INVALID_ARGUMENT_VALUE,
            Code.UNIMPLEMENTED_VALUE,
            Code.UNIMPLEMENTED_VALUE,
            Code.INVALID_ARGUMENT_VALUE,
            Code.UNIMPLEMENTED_VALUE,
            Code.UNIMPLEMENTED_VALUE,
            Code.NOT_FOUND_VALUE,
            Code.OK_VALUE);
    assertThat(outcomes.get(2).message()).contains("server_id", "sid_space", "bit<16>");
    assertThat(outcomes.get(4).message()).contains("server_id", "it has", "to_backend");
    assertThat(outcomes.get(5).message()).contains("the host's own network stack");
    assertThat(outcomes.get(6).message()).contains("one packet for one");
    assertThat(outcomes.get(7).message())
        .contains("port 9 is none of this device's")
        .contains("[1]");
    assertThat(outcomes.get(8).message()).contains("icmp_group 5", "no copies");
    assertThat(outcomes.get(9).message()).contains("multicast group 1", "one packet for one");
    assertThat(entries())
        .containsExactlyInAnyOrder(
            before.getEntity(), batch.get(0).getEntity(), batch.get(11).getEntity());
  }

  @Test
  void aBatchThatIsToBeRolledBackLeavesWhatWasThere() {
    Update before = serverId(Update.Type.INSERT, 1, 101);
    assertThat(write(before)).isEmpty();

    List<Outcome> outcomes =
        write(
            Atomicity.ROLLBACK_ON_ERROR,
            serverId(Update.Type.INSERT, 2, 101),
            serverId(Update.Type.MODIFY, 1, 102),
            backend(Update.Type.INSERT, 101, 9),
            backend(Update.Type.INSERT, 102, 1));

    assertThat(outcomes)
        .extracting(Outcome::code)
        .containsExactly(
            Code.ABORTED_VALUE,
            Code.ABORTED_VALUE,
            Code.INVALID_ARGUMENT_VALUE,
            Code.ABORTED_VALUE);
    assertThat(entries()).containsExactly(before.getEntity());
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Tables.VipV4.ID,
        Tables.CidConfig.ID,
        Tables.ServerId.ID,
        Tables.Fallback.ID,
        Tables.Backend.ID,
        Tables.EchoV6.ID,
        Tables.ReturnPathV4.ID
      })
  void aTableThatIsFullSaysSoAndHasRoomAgainForWhatIsDeleted(int tableId) {
    Update[] more = new Update[ROOM + 1];
    for (int i = 0; i < more.length; i++) {
      more[i] = any(Update.Type.INSERT, tableId, i);
    }
    List<Outcome> outcomes = write(more);
    assertThat(outcomes.subList(0, ROOM)).containsOnly(Outcome.OK);
    assertThat(outcomes.get(ROOM).code()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
    assertThat(outcomes.get(ROOM).message())
        .contains(TernP4.nameOf(tableId), Integer.toString(ROOM));
    assertThat(entries()).hasSize(ROOM);

    assertThat(write(any(Update.Type.DELETE, tableId, 0), any(Update.Type.INSERT, tableId, ROOM)))
        .isEmpty();
    assertThat(entries()).hasSize(ROOM).contains(more[ROOM].getEntity());
  }

  @Test
  void packetOutsAreForWhoHasPortsOfItsOwn() {
    AtomicReference<StreamError> error = new AtomicReference<>();
    AtomicReference<MasterArbitrationUpdate> answer = new AtomicReference<>();
    StreamObserver<StreamMessageRequest> stream =
        P4RuntimeGrpc.newStub(running.channel())
            .streamChannel(
                new StreamObserver<StreamMessageResponse>() {
                  @Override
                  public void onNext(StreamMessageResponse response) {
                    if (response.hasError()) {
                      error.set(response.getError());
                    } else if (response.hasArbitration()) {
                      answer.set(response.getArbitration());
                    }
                  }

                  @Override
                  public void onError(Throwable t) {}

                  @Override
                  public void onCompleted() {}
                });
    stream.onNext(
        StreamMessageRequest.newBuilder()
            .setArbitration(
                MasterArbitrationUpdate.newBuilder()
                    .setDeviceId(options.deviceId())
                    .setElectionId(Uint128.newBuilder().setLow(2)))
            .build());
    await().until(() -> answer.get() != null);
    PacketOut packet =
        PacketOut.newBuilder()
            .setPayload(ByteString.copyFrom(new byte[60]))
            .addMetadata(metadata(TernP4.ControllerHeaders.PacketOut.METADATA_EGRESS_PORT, 1))
            .addMetadata(metadata(TernP4.ControllerHeaders.PacketOut.METADATA_PAD, 0))
            .build();
    stream.onNext(StreamMessageRequest.newBuilder().setPacket(packet).build());
    await().until(() -> error.get() != null);

    assertThat(error.get().getCanonicalCode()).isEqualTo(Code.UNIMPLEMENTED_VALUE);
    assertThat(error.get().getMessage()).contains("a host sends by its own network stack");
    assertThat(error.get().getPacketOut().getPacketOut()).isEqualTo(packet);
    assertThat(running.agent().statistics().packetOutsRefused()).isEqualTo(1);
    stream.onCompleted();
    // The primary of the others is one again.
    await()
        .until(
            () ->
                write(table(Update.Type.INSERT, Tables.EchoV4.ID, keys(1), Actions.AnswerEcho.ID))
                    .isEmpty());
  }

  private static PacketMetadata metadata(int id, int value) {
    return PacketMetadata.newBuilder().setMetadataId(id).setValue(octets(value)).build();
  }

  private static Update any(Update.Type type, int tableId, int number) {
    return switch (tableId) {
      case Tables.VipV4.ID -> vip(type, 1 + number, 0);
      case Tables.CidConfig.ID ->
          table(type, tableId, keys(7, number), Actions.DecodePlaintext.ID, 1, 0xff, 6, 0);
      case Tables.ServerId.ID -> serverId(type, 1 + number, 101);
      case Tables.Fallback.ID ->
          table(type, tableId, keys(7, number), Actions.ToFallbackBackend.ID, 101);
      case Tables.Backend.ID -> backend(type, 1 + number, 1);
      case Tables.EchoV6.ID -> table(type, tableId, keys(1 + number), Actions.AnswerEcho.ID);
      case Tables.ReturnPathV4.ID ->
          table(type, tableId, keys(1 + number, 4433), Actions.UnNatV4.ID, 0xc0000201L, 443);
      default -> throw new IllegalArgumentException("table " + tableId);
    };
  }

  private static Update vip(Update.Type type, int address, int icmpGroup) {
    return table(type, Tables.VipV4.ID, keys(address, 443), Actions.SetPool.ID, 7, 0, 0, icmpGroup);
  }

  private static Update serverId(Update.Type type, long serverId, int backend) {
    return table(type, Tables.ServerId.ID, keys(1, serverId), Actions.ToBackend.ID, backend);
  }

  private static Update backend(Update.Type type, int id, int port) {
    return table(type, Tables.Backend.ID, keys(id), Actions.ForwardL2.ID, port, 0x020000000b01L, 0);
  }

  private static Update multicastGroup() {
    return Update.newBuilder()
        .setType(Update.Type.INSERT)
        .setEntity(
            Entity.newBuilder()
                .setPacketReplicationEngineEntry(
                    PacketReplicationEngineEntry.newBuilder()
                        .setMulticastGroupEntry(
                            MulticastGroupEntry.newBuilder()
                                .setMulticastGroupId(1)
                                .addReplicas(
                                    Replica.newBuilder().setPort(octets(1)).setInstance(1)))))
        .build();
  }

  private static long[] keys(long... keys) {
    return keys;
  }

  private static Update table(
      Update.Type type, int tableId, long[] keys, int actionId, long... parameters) {
    Action.Builder action = Action.newBuilder().setActionId(actionId);
    for (int i = 0; i < parameters.length; i++) {
      action.addParams(Action.Param.newBuilder().setParamId(i + 1).setValue(octets(parameters[i])));
    }
    TableEntry.Builder entry =
        TableEntry.newBuilder()
            .setTableId(tableId)
            .setAction(TableAction.newBuilder().setAction(action));
    for (int i = 0; i < keys.length; i++) {
      entry.addMatch(
          FieldMatch.newBuilder()
              .setFieldId(i + 1)
              .setExact(FieldMatch.Exact.newBuilder().setValue(octets(keys[i]))));
    }
    return Update.newBuilder()
        .setType(type)
        .setEntity(Entity.newBuilder().setTableEntry(entry))
        .build();
  }

  private static ByteString octets(long number) {
    byte[] octets = BigInteger.valueOf(number).toByteArray();
    int sign = octets.length > 1 && octets[0] == 0 ? 1 : 0;
    return ByteString.copyFrom(octets, sign, octets.length - sign);
  }

  private static List<Entity> entries() {
    return running.programmer().entries();
  }

  private static List<Outcome> write(Update... updates) {
    return write(Atomicity.CONTINUE_ON_ERROR, updates);
  }

  /** What became of each update; empty if all were applied. */
  private static List<Outcome> write(Atomicity atomicity, Update... updates) {
    WriteRequest request =
        WriteRequest.newBuilder()
            .setDeviceId(options.deviceId())
            .setElectionId(ELECTION)
            .setAtomicity(atomicity)
            .addAllUpdates(List.of(updates))
            .build();
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> {
              var unused =
                  P4RuntimeGrpc.newBlockingStub(running.channel())
                      .withDeadlineAfter(20, TimeUnit.SECONDS)
                      .write(request);
            });
    List<Outcome> outcomes = new ArrayList<>();
    if (refused != null) {
      for (Any detail : StatusProto.fromThrowable(refused).getDetailsList()) {
        try {
          Error error = detail.unpack(Error.class);
          outcomes.add(new Outcome(error.getCanonicalCode(), error.getMessage()));
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return outcomes;
  }
}

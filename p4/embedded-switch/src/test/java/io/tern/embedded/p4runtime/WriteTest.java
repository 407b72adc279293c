package io.tern.embedded.p4runtime;

import static io.tern.embedded.p4runtime.TestController.bytes;
import static io.tern.embedded.p4runtime.TestController.code;
import static io.tern.embedded.p4runtime.TestController.errors;
import static io.tern.embedded.p4runtime.Updates.counter;
import static io.tern.embedded.p4runtime.Updates.delete;
import static io.tern.embedded.p4runtime.Updates.drop;
import static io.tern.embedded.p4runtime.Updates.exact;
import static io.tern.embedded.p4runtime.Updates.forward;
import static io.tern.embedded.p4runtime.Updates.group;
import static io.tern.embedded.p4runtime.Updates.insert;
import static io.tern.embedded.p4runtime.Updates.mac;
import static io.tern.embedded.p4runtime.Updates.macKey;
import static io.tern.embedded.p4runtime.Updates.modify;
import static io.tern.embedded.p4runtime.Updates.route;
import static io.tern.embedded.p4runtime.Updates.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.proto.p4.v1.Action;
import io.tern.proto.p4.v1.BackupReplica;
import io.tern.proto.p4.v1.CloneSessionEntry;
import io.tern.proto.p4.v1.CounterEntry;
import io.tern.proto.p4.v1.DigestEntry;
import io.tern.proto.p4.v1.DirectCounterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.MulticastGroupEntry;
import io.tern.proto.p4.v1.PacketReplicationEngineEntry;
import io.tern.proto.p4.v1.Replica;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import io.tern.proto.p4.v1.WriteRequest;
import io.tern.proto.p4.v1.WriteRequest.Atomicity;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Write, section 12, with the entities of section 9. */
class WriteTest {
  private static final long PRIMARY = 10;

  private final RunningDevice running = new RunningDevice();
  private final TestController controller = running.controller();

  @BeforeEach
  void loadPipeline() {
    controller.primary(PRIMARY);
    controller.setPipeline(
        PRIMARY, SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT, TestProgram.config());
  }

  @AfterEach
  void close() {
    running.close();
  }

  /** The only error of a batch of one. */
  private String refusal(Update update) {
    Throwable failure = catchThrowable(() -> controller.write(PRIMARY, update));
    assertThat(failure).as("the write succeeded").isNotNull();
    assertThat(code(failure)).isEqualTo(Status.Code.UNKNOWN);
    assertThat(errors(failure)).hasSize(1);
    return errors(failure).get(0);
  }

  @Test
  void entryReachesTheDataPlaneByName() {
    controller.write(PRIMARY, insert(mac(1)));

    assertThat(running.dataPlane().entries.values())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.table).isEqualTo("I.mac");
              assertThat(entry.action)
                  .isEqualTo(
                      new ActionCall(
                          "I.forward", List.of(BigInteger.valueOf(3), BigInteger.valueOf(10))));
            });
  }

  @Test
  void writerThatIsNotPrimaryIsRefusedAndChangesNothing() {
    Throwable stale = catchThrowable(() -> controller.write(PRIMARY - 1, insert(mac(1))));

    assertThat(code(stale)).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(stale).hasMessageContaining("election ID 9 is not the primary's");
    assertThat(StatusProto.fromThrowable(stale).getDetailsList()).isEmpty();
    assertThat(running.dataPlane().entries).isEmpty();
  }

  @Test
  void otherDeviceIsNotFoundWhoeverWrites() {
    Throwable failure =
        catchThrowable(
            () -> controller.stub().write(WriteRequest.newBuilder().setDeviceId(99).build()));

    assertThat(code(failure)).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(failure).hasMessageContaining("device 99 is not here, this is device 1");
  }

  @Test
  void batchReportsOneErrorPerUpdateInOrderAndAppliesTheOthers() {
    controller.write(PRIMARY, insert(mac(1)));

    Throwable failure =
        catchThrowable(
            () ->
                controller.write(
                    PRIMARY, insert(mac(1)), insert(mac(2)), delete(mac(3)), delete(mac(1))));

    assertThat(code(failure)).isEqualTo(Status.Code.UNKNOWN);
    assertThat(StatusProto.fromThrowable(failure).getCode()).isEqualTo(Status.Code.UNKNOWN.value());
    assertThat(failure).hasMessageContaining("Write: 2 of 4 failed");
    assertThat(errors(failure))
        .containsExactly(
            "ALREADY_EXISTS: table 'I.mac' has an entry with this key: eth.dst 0x20000000001",
            "OK",
            "NOT_FOUND: table 'I.mac' has no entry with this key: eth.dst 0x20000000003",
            "OK");
    assertThat(running.dataPlane().entries).hasSize(1);
    assertThat(running.device.statistics().updatesApplied()).isEqualTo(3);
    assertThat(running.device.statistics().updatesRefused()).isEqualTo(2);
  }

  @Test
  void valueThatIsTooWideNamesTableFieldAndWidth() {
    TableEntry.Builder entry =
        TableEntry.newBuilder()
            .setTableId(TestProgram.MAC)
            .addMatch(exact(1, bytes(1, 0, 0, 0, 0, 0, 0)))
            .setAction(drop());

    assertThat(refusal(insert(entry)))
        .isEqualTo(
            "INVALID_ARGUMENT: table 'I.mac', match field 'eth.dst' (id 1, bit<48>): the value"
                + " needs 49 bits, the field is bit<48>");
  }

  @Test
  void parameterThatIsTooWideNamesActionAndWidth() {
    assertThat(refusal(insert(mac(1).setAction(forward(bytes(2, 0), bytes(1))))))
        .isEqualTo(
            "INVALID_ARGUMENT: action 'I.forward', parameter 'port' (id 1): the value needs 10"
                + " bits, the field is bit<9>");
  }

  @Test
  void keysMustBeWholeAndOfTheirTable() {
    assertThat(refusal(insert(mac(1).clearMatch())))
        .isEqualTo(
            "INVALID_ARGUMENT: table 'I.mac', match field 'eth.dst' (id 1, bit<48>): missing, and an"
                + " exact field of bit<48> cannot be left out");
    assertThat(refusal(insert(mac(1).addMatch(exact(1, bytes(1)))))).contains("given twice");
    assertThat(refusal(insert(mac(1).clearMatch().addMatch(exact(9, bytes(1))))))
        .isEqualTo(
            "INVALID_ARGUMENT: table 'I.mac' has no match field with id 9; it has [1 'eth.dst']");
    assertThat(refusal(insert(mac(1).clearMatch().addMatch(Updates.optional(1, bytes(1))))))
        .contains("expected a match of type EXACT, got OPTIONAL");
  }

  @Test
  void unknownTablesAndActionsAreNamed() {
    assertThat(refusal(insert(mac(1).setTableId(0x02abcdef))))
        .isEqualTo("NOT_FOUND: no table has the id 44813807 (0x02abcdef) in the P4Info");
    assertThat(refusal(insert(mac(1).setTableId(0)))).startsWith("INVALID_ARGUMENT: table_id is 0");
    assertThat(refusal(insert(mac(1).setAction(Updates.call(0x01abcdef)))))
        .startsWith("INVALID_ARGUMENT: table 'I.mac' has no action with id 28036591; it has [");
  }

  @Test
  void parametersMustBeTheActionsOwnExactlyOnce() {
    Action.Builder half =
        Action.newBuilder()
            .setActionId(TestProgram.FORWARD)
            .addParams(Action.Param.newBuilder().setParamId(1).setValue(bytes(3)));
    TableEntry.Builder entry = mac(1);
    entry.getActionBuilder().setAction(half);
    assertThat(refusal(insert(entry)))
        .isEqualTo("INVALID_ARGUMENT: action 'I.forward', parameter 'mac' (id 2): missing");

    entry.getActionBuilder().setAction(half.addParams(half.getParams(0)));
    assertThat(refusal(insert(entry))).contains("given twice");

    entry.getActionBuilder().getActionBuilder().setActionId(TestProgram.DROP);
    assertThat(refusal(insert(entry)))
        .isEqualTo("INVALID_ARGUMENT: action 'I.drop' has no parameter with id 1; it has none");
  }

  @Test
  void priorityFollowsTheKindOfTheKey() {
    assertThat(refusal(insert(mac(1).setPriority(5)))).contains("expected 0");
    TableEntry.Builder acl = TableEntry.newBuilder().setTableId(TestProgram.ACL).setAction(drop());
    assertThat(refusal(insert(acl))).contains("expected a positive one");
  }

  @Test
  void matchesThatAreNotCanonicalAreRefused() {
    TableEntry.Builder acl =
        TableEntry.newBuilder().setTableId(TestProgram.ACL).setPriority(1).setAction(drop());
    assertThat(refusal(insert(acl.clone().addMatch(Updates.ternary(1, bytes(0), bytes(0))))))
        .contains("the mask is 0 (leave the field out to match anything)");
    assertThat(refusal(insert(acl.clone().addMatch(Updates.ternary(1, bytes(3), bytes(1))))))
        .contains("the value 0x3 has bits outside its mask 0x1");
    assertThat(refusal(insert(acl.clone().addMatch(Updates.range(2, bytes(9), bytes(8))))))
        .contains("the range starts at 0x9, behind its end 0x8");
    assertThat(refusal(insert(acl.clone().addMatch(Updates.range(2, bytes(0), bytes(255, 255))))))
        .contains("the range is the whole field");
    assertThat(refusal(insert(route(0, 0)))).contains("prefix length 0, expected 1 to 32");
    assertThat(refusal(insert(route(33, 0)))).contains("prefix length 33, expected 1 to 32");
    assertThat(refusal(insert(route(8, 10, 0, 0, 1)))).contains("has bits behind its prefix of 8");
  }

  @Test
  void modifyReplacesTheActionAndKeepsTheCounter() {
    controller.write(PRIMARY, insert(mac(1).setCounterData(counter(5, 500))));

    controller.write(PRIMARY, modify(mac(1).setAction(drop())));

    assertThat(running.dataPlane().entries.values())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.action.action()).isEqualTo("I.drop");
              assertThat(entry.counter).isEqualTo(new CounterValue(5, 500));
            });
    assertThat(refusal(modify(mac(2)))).startsWith("NOT_FOUND");
  }

  @Test
  void deleteLooksAtTheKeyOnly() {
    controller.write(PRIMARY, insert(mac(1)));

    controller.write(PRIMARY, delete(mac(1).setAction(Updates.call(12345)).setIdleTimeoutNs(1)));

    assertThat(running.dataPlane().entries).isEmpty();
  }

  @Test
  void defaultEntryCanBeModifiedAndResetOnly() {
    TableEntry.Builder entry =
        TableEntry.newBuilder().setTableId(TestProgram.MAC).setIsDefaultAction(true);
    controller.write(PRIMARY, modify(entry.clone().setAction(Updates.call(TestProgram.MIRROR))));
    assertThat(running.dataPlane().defaultAction("I.mac").action()).isEqualTo("I.mirror");

    controller.write(PRIMARY, modify(entry.clone()));
    assertThat(running.dataPlane().defaultAction("I.mac").action()).isEqualTo("I.drop");

    assertThat(refusal(insert(entry.clone().setAction(drop())))).startsWith("INVALID_ARGUMENT");
    assertThat(refusal(delete(entry.clone()))).startsWith("INVALID_ARGUMENT");
    assertThat(refusal(modify(mac(1).setIsDefaultAction(true)))).contains("neither match nor");
  }

  @Test
  void actionForTheDefaultEntryOnlyIsNoActionOfEntries() {
    assertThat(refusal(insert(mac(1).setAction(Updates.call(TestProgram.MIRROR)))))
        .isEqualTo(
            "PERMISSION_DENIED: table 'I.mac': action 'I.mirror' is for the default entry only");
  }

  @Test
  void constantTableIsConstant() {
    TableEntry.Builder entry =
        TableEntry.newBuilder()
            .setTableId(TestProgram.FIXED)
            .addMatch(exact(1, bytes(7)))
            .setAction(drop());
    assertThat(refusal(insert(entry))).isEqualTo("PERMISSION_DENIED: table 'I.fixed' is constant");
    assertThat(refusal(modify(entry))).startsWith("PERMISSION_DENIED");
    assertThat(refusal(delete(entry))).startsWith("PERMISSION_DENIED");
    assertThat(
            refusal(
                modify(
                    TableEntry.newBuilder()
                        .setTableId(TestProgram.FIXED)
                        .setIsDefaultAction(true)
                        .setAction(drop()))))
        .startsWith("PERMISSION_DENIED");
  }

  @Test
  void whatTheTableDoesNotHaveIsRefused() {
    assertThat(refusal(insert(mac(1).setIdleTimeoutNs(1)))).contains("has no idle time-out");
    assertThat(refusal(insert(route(8, 10, 0, 0, 0).setCounterData(counter(1, 1)))))
        .isEqualTo("INVALID_ARGUMENT: table 'I.route' has no direct counter");
    TableEntry.Builder metered = mac(1);
    metered.getMeterConfigBuilder().setCir(1);
    assertThat(refusal(insert(metered))).contains("has no direct meter");
    assertThat(refusal(insert(mac(1).setIsConst(true)))).startsWith("INVALID_ARGUMENT");
    assertThat(
            refusal(
                insert(TableEntry.newBuilder().setTableId(TestProgram.KEYLESS).setAction(drop()))))
        .contains("has no key");
    assertThat(running.dataPlane().entries).isEmpty();
  }

  @Test
  void fullTableSaysSo() {
    running.dataPlane().capacity = 1;
    controller.write(PRIMARY, insert(mac(1)));

    assertThat(refusal(insert(mac(2)))).isEqualTo("RESOURCE_EXHAUSTED: table 'I.mac' is full");
  }

  @Test
  void directCountersLiveWithTheirEntries() {
    controller.write(PRIMARY, insert(mac(1)));
    Entity set =
        Entity.newBuilder()
            .setDirectCounterEntry(
                DirectCounterEntry.newBuilder().setTableEntry(macKey(1)).setData(counter(2, 200)))
            .build();

    controller.write(PRIMARY, update(Update.Type.MODIFY, set));

    assertThat(running.dataPlane().entries.values().iterator().next().counter)
        .isEqualTo(new CounterValue(2, 200));
    assertThat(refusal(update(Update.Type.INSERT, set))).startsWith("INVALID_ARGUMENT");
    Entity missing =
        set.toBuilder()
            .setDirectCounterEntry(DirectCounterEntry.newBuilder().setTableEntry(macKey(2)))
            .build();
    assertThat(refusal(update(Update.Type.MODIFY, missing))).startsWith("NOT_FOUND");
  }

  @Test
  void indirectCountersAreSetByCellOrWhole() {
    CounterEntry.Builder all =
        CounterEntry.newBuilder().setCounterId(TestProgram.REASONS).setData(counter(1, 10));
    controller.write(
        PRIMARY, update(Update.Type.MODIFY, Entity.newBuilder().setCounterEntry(all).build()));
    all.getIndexBuilder().setIndex(2);
    controller.write(
        PRIMARY,
        update(
            Update.Type.MODIFY,
            Entity.newBuilder().setCounterEntry(all.setData(counter(2, 20))).build()));

    assertThat(running.dataPlane().counter("I.reasons", 3)).isEqualTo(new CounterValue(1, 10));
    assertThat(running.dataPlane().counter("I.reasons", 2)).isEqualTo(new CounterValue(2, 20));

    all.getIndexBuilder().setIndex(4);
    assertThat(
            refusal(update(Update.Type.MODIFY, Entity.newBuilder().setCounterEntry(all).build())))
        .isEqualTo("OUT_OF_RANGE: counter 'I.reasons': index 4, expected 0 to 3");
    all.getIndexBuilder().setIndex(-1);
    assertThat(
            refusal(update(Update.Type.MODIFY, Entity.newBuilder().setCounterEntry(all).build())))
        .contains("index -1 is negative");
  }

  @Test
  void multicastGroupsComeChangeAndGo() {
    controller.write(PRIMARY, update(Update.Type.INSERT, group(5, 1, 2)));
    assertThat(running.dataPlane().groups.get(5)).hasSize(2);

    controller.write(PRIMARY, update(Update.Type.MODIFY, group(5, 3)));
    assertThat(running.dataPlane().groups.get(5)).hasSize(1);
    assertThat(refusal(update(Update.Type.INSERT, group(5)))).startsWith("ALREADY_EXISTS");
    assertThat(refusal(update(Update.Type.MODIFY, group(6)))).startsWith("NOT_FOUND");
    assertThat(refusal(update(Update.Type.INSERT, group(0)))).contains("expected 1 to 65535");
    assertThat(refusal(update(Update.Type.INSERT, group(7, 4, 4)))).contains("is there twice");

    controller.write(PRIMARY, update(Update.Type.DELETE, group(5)));
    assertThat(running.dataPlane().groups).isEmpty();
  }

  @Test
  void replicasMustBeWhatTheSwitchHas() {
    assertThat(refusal(update(Update.Type.INSERT, replicated(Replica.newBuilder()))))
        .contains("a replica has no port");
    assertThat(
            refusal(
                update(
                    Update.Type.INSERT, replicated(Replica.newBuilder().setPort(bytes(1, 255))))))
        .contains("port 511, expected 0 to 510");
    assertThat(
            refusal(
                update(
                    Update.Type.INSERT,
                    replicated(
                        Replica.newBuilder()
                            .setPort(bytes(1))
                            .addBackupReplicas(BackupReplica.newBuilder().setPort(bytes(2)))))))
        .startsWith("UNIMPLEMENTED");
  }

  private static Entity replicated(Replica.Builder replica) {
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder()
                .setMulticastGroupEntry(
                    MulticastGroupEntry.newBuilder().setMulticastGroupId(1).addReplicas(replica)))
        .build();
  }

  @Test
  void cloneSessionsHaveOneClassOfService() {
    CloneSessionEntry.Builder session =
        CloneSessionEntry.newBuilder()
            .setSessionId(9)
            .addReplicas(Replica.newBuilder().setPort(bytes(255)));
    controller.write(PRIMARY, update(Update.Type.INSERT, session(session)));
    assertThat(running.dataPlane().sessions).containsKey(9);

    assertThat(refusal(update(Update.Type.MODIFY, session(session.setClassOfService(2)))))
        .isEqualTo(
            "UNIMPLEMENTED: clone session 9: class_of_service 2; this switch has one class, 0");
  }

  private static Entity session(CloneSessionEntry.Builder session) {
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder().setCloneSessionEntry(session))
        .build();
  }

  @Test
  void entitiesThatTheSwitchDoesNotHaveSayWhy() {
    Entity digest =
        Entity.newBuilder().setDigestEntry(DigestEntry.newBuilder().setDigestId(1)).build();
    assertThat(refusal(update(Update.Type.MODIFY, digest)))
        .isEqualTo("UNIMPLEMENTED: digests are not implemented by this switch");
    assertThat(refusal(update(Update.Type.INSERT, Entity.getDefaultInstance())))
        .isEqualTo("INVALID_ARGUMENT: the entity is not set");
    assertThat(refusal(update(Update.Type.UNSPECIFIED, digest)))
        .isEqualTo("INVALID_ARGUMENT: the type of the update is not set");
  }

  @Test
  void rollbackTakesEverythingBack() {
    controller.write(
        PRIMARY,
        insert(mac(1).setCounterData(counter(4, 40))),
        insert(mac(2)),
        update(Update.Type.INSERT, group(5, 1)));
    TableEntry.Builder defaultEntry =
        TableEntry.newBuilder().setTableId(TestProgram.MAC).setIsDefaultAction(true);

    Throwable failure =
        catchThrowable(
            () ->
                controller.write(
                    PRIMARY,
                    Atomicity.ROLLBACK_ON_ERROR,
                    modify(mac(1).setAction(drop()).setCounterData(counter(0, 0))),
                    delete(mac(1)),
                    insert(mac(3)),
                    update(Update.Type.MODIFY, group(5, 1, 2)),
                    modify(defaultEntry.setAction(Updates.call(TestProgram.MIRROR))),
                    insert(mac(2)),
                    insert(mac(4))));

    assertThat(errors(failure))
        .startsWith("ABORTED: taken back, because update 5 failed")
        .endsWith("ABORTED: not tried, because an update before it failed")
        .element(5)
        .asString()
        .startsWith("ALREADY_EXISTS");
    FakeDataPlane after = running.dataPlane();
    assertThat(after.entries).hasSize(2);
    assertThat(after.entries.values())
        .filteredOn(e -> e.key.toString().contains("2199023255553"))
        .singleElement()
        .satisfies(
            e -> {
              assertThat(e.action.action()).isEqualTo("I.forward");
              assertThat(e.counter).isEqualTo(new CounterValue(4, 40));
            });
    assertThat(after.groups.get(5)).hasSize(1);
    assertThat(after.defaultAction("I.mac").action()).isEqualTo("I.drop");
    assertThat(controller.read(Updates.entity(macKey(1)))).hasSize(1);
  }

  @Test
  void rollbackBatchWithoutErrorIsApplied() {
    controller.write(
        PRIMARY, Atomicity.ROLLBACK_ON_ERROR, insert(mac(1)), insert(mac(2)), delete(mac(1)));

    assertThat(running.dataPlane().entries).hasSize(1);
  }

  @Test
  void batchThatMustBeAtomicForPacketsIsRefusedWhole() {
    Throwable failure =
        catchThrowable(
            () ->
                controller.write(
                    PRIMARY, Atomicity.DATAPLANE_ATOMIC, insert(mac(1)), insert(mac(2))));

    assertThat(code(failure)).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(running.dataPlane().entries).isEmpty();

    controller.write(PRIMARY, Atomicity.DATAPLANE_ATOMIC, insert(mac(1)));
    assertThat(running.dataPlane().entries).hasSize(1);
  }
}

package io.tern.embedded.p4runtime;

import static io.tern.embedded.p4runtime.TestController.bytes;
import static io.tern.embedded.p4runtime.TestController.code;
import static io.tern.embedded.p4runtime.TestController.errors;
import static io.tern.embedded.p4runtime.Updates.counter;
import static io.tern.embedded.p4runtime.Updates.drop;
import static io.tern.embedded.p4runtime.Updates.entity;
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

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.proto.p4.v1.ActionProfileMember;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.CounterEntry;
import io.tern.proto.p4.v1.DirectCounterEntry;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.ReadRequest;
import io.tern.proto.p4.v1.ReadResponse;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Read, section 13, with the entities of section 9. */
class ReadTest {
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

  private static TableEntry.Builder acl(int priority) {
    return TableEntry.newBuilder()
        .setTableId(TestProgram.ACL)
        .setPriority(priority)
        .addMatch(Updates.ternary(1, bytes(10, 0, 0, 0), bytes(255, 0, 0, 0)))
        .addMatch(Updates.range(2, bytes(80), bytes(1, 0)))
        .addMatch(Updates.optional(3, bytes(17)))
        .setAction(forward(bytes(1, 0), bytes(0x0a)));
  }

  @Test
  void whatWasWrittenIsReadBackUnchanged() {
    TableEntry.Builder exact = mac(1).setMetadata(ByteString.copyFromUtf8("mine"));
    TableEntry.Builder any =
        TableEntry.newBuilder().setTableId(TestProgram.ACL).setPriority(1).setAction(drop());
    controller.write(
        PRIMARY, insert(exact), insert(route(8, 10, 0, 0, 0)), insert(acl(5)), insert(any));

    assertThat(controller.read(entity(macKey(1)))).containsExactly(entity(exact));
    assertThat(controller.read(entity(table(TestProgram.ROUTE))))
        .containsExactly(entity(route(8, 10, 0, 0, 0)));
    assertThat(controller.read(entity(table(TestProgram.ACL))))
        .containsExactly(entity(acl(5)), entity(any));
  }

  @Test
  void paddedValuesAreReadBackInCanonicalForm() {
    TableEntry.Builder padded =
        TableEntry.newBuilder()
            .setTableId(TestProgram.MAC)
            .addMatch(exact(1, bytes(0, 0, 0, 0, 0, 0, 0, 5)))
            .setAction(forward(bytes(0, 3), bytes(0, 0)));
    controller.write(PRIMARY, insert(padded));

    assertThat(controller.read(entity(table(TestProgram.MAC))))
        .containsExactly(
            entity(
                TableEntry.newBuilder()
                    .setTableId(TestProgram.MAC)
                    .addMatch(exact(1, bytes(5)))
                    .setAction(forward(bytes(3), bytes(0)))));
  }

  private static TableEntry.Builder table(int id) {
    return TableEntry.newBuilder().setTableId(id);
  }

  @Test
  void tableZeroMeansAllTablesWithTheirConstantEntries() {
    controller.write(PRIMARY, insert(mac(1)), insert(route(8, 10, 0, 0, 0)));

    List<Entity> all = controller.read(entity(table(0)));

    assertThat(all)
        .containsExactly(
            entity(mac(1)),
            entity(route(8, 10, 0, 0, 0)),
            entity(
                table(TestProgram.FIXED)
                    .addMatch(exact(1, bytes(7)))
                    .setAction(forward(bytes(3), bytes(10)))
                    .setIsConst(true)));
  }

  @Test
  void filtersSelectByPriorityActionAndMetadata() {
    controller.write(
        PRIMARY,
        insert(acl(5)),
        insert(acl(6).setAction(drop())),
        insert(mac(1).setMetadata(ByteString.copyFromUtf8("a"))),
        insert(mac(2).setMetadata(ByteString.copyFromUtf8("b"))));

    assertThat(controller.read(entity(table(TestProgram.ACL).setPriority(6)))).hasSize(1);
    assertThat(controller.read(entity(table(TestProgram.ACL).setAction(drop())))).hasSize(1);
    assertThat(
            controller.read(
                entity(table(TestProgram.MAC).setMetadata(ByteString.copyFromUtf8("b")))))
        .singleElement()
        .isEqualTo(entity(mac(2).setMetadata(ByteString.copyFromUtf8("b"))));
  }

  @Test
  void keyThatNobodyHasFindsNothing() {
    assertThat(controller.read(entity(macKey(1)))).isEmpty();
  }

  @Test
  void countersComeOnlyIfAskedFor() {
    controller.write(
        PRIMARY, insert(mac(1).setCounterData(counter(3, 300))), insert(route(8, 10, 0, 0, 0)));

    assertThat(controller.read(entity(table(TestProgram.MAC))).get(0).getTableEntry())
        .matches(entry -> !entry.hasCounterData());
    List<Entity> all =
        controller.read(entity(table(0).setCounterData(CounterData.getDefaultInstance())));
    assertThat(all.get(0).getTableEntry().getCounterData()).isEqualTo(counter(3, 300));
    assertThat(all.get(1).getTableEntry().hasCounterData()).isFalse();
  }

  @Test
  void defaultEntryIsTheProgramsUntilItIsModified() {
    TableEntry.Builder request = table(TestProgram.MAC).setIsDefaultAction(true);
    assertThat(controller.read(entity(request)))
        .containsExactly(entity(request.clone().setAction(drop())));

    TableEntry.Builder changed = request.clone().setAction(Updates.call(TestProgram.MIRROR));
    controller.write(PRIMARY, modify(changed));

    assertThat(controller.read(entity(request))).containsExactly(entity(changed));
    assertThat(
            controller
                .read(entity(request.clone().setCounterData(CounterData.getDefaultInstance())))
                .get(0)
                .getTableEntry()
                .getCounterData())
        .isEqualTo(counter(7, 700));
  }

  @Test
  void directCountersAreReadByEntryByTableOrAll() {
    controller.write(
        PRIMARY,
        insert(mac(1).setCounterData(counter(1, 100))),
        insert(mac(2).setCounterData(counter(2, 200))));

    assertThat(controller.read(direct(macKey(2))))
        .singleElement()
        .satisfies(
            e -> {
              assertThat(e.getDirectCounterEntry().getTableEntry()).isEqualTo(macKey(2).build());
              assertThat(e.getDirectCounterEntry().getData()).isEqualTo(counter(2, 200));
            });
    assertThat(controller.read(direct(table(TestProgram.MAC)))).hasSize(2);
    assertThat(controller.read(direct(table(0)))).hasSize(2);
  }

  private static Entity direct(TableEntry.Builder entry) {
    return Entity.newBuilder()
        .setDirectCounterEntry(DirectCounterEntry.newBuilder().setTableEntry(entry))
        .build();
  }

  @Test
  void indirectCountersAreReadByCellByCounterOrAll() {
    running.dataPlane().setCounter("I.reasons", 2, new CounterValue(9, 90));
    CounterEntry.Builder one = CounterEntry.newBuilder().setCounterId(TestProgram.REASONS);
    one.getIndexBuilder().setIndex(2);

    assertThat(controller.read(Entity.newBuilder().setCounterEntry(one).build()))
        .containsExactly(
            Entity.newBuilder().setCounterEntry(one.clone().setData(counter(9, 90))).build());
    assertThat(
            controller.read(Entity.newBuilder().setCounterEntry(one.clone().clearIndex()).build()))
        .hasSize(4);
    assertThat(
            controller.read(
                Entity.newBuilder().setCounterEntry(CounterEntry.getDefaultInstance()).build()))
        .hasSize(4);
  }

  @Test
  void multicastGroupsAreReadByIdOrAll() {
    controller.write(
        PRIMARY,
        update(Update.Type.INSERT, group(5, 1, 2)),
        update(Update.Type.INSERT, group(6, 3)));

    assertThat(controller.read(group(6))).containsExactly(group(6, 3));
    assertThat(controller.read(group(0))).containsExactly(group(5, 1, 2), group(6, 3));
  }

  @Test
  void badRequestsOfABatchAreReportedBesideTheAnswersOfTheOthers() {
    controller.write(PRIMARY, insert(mac(1)));
    ReadRequest request =
        ReadRequest.newBuilder()
            .setDeviceId(TestController.DEVICE)
            .addEntities(entity(table(0x02abcdef)))
            .addEntities(entity(macKey(1)))
            .addEntities(Entity.getDefaultInstance())
            .build();
    List<Entity> found = new ArrayList<>();

    Throwable failure =
        catchThrowable(
            () ->
                controller
                    .stub()
                    .read(request)
                    .forEachRemaining(response -> found.addAll(response.getEntitiesList())));

    assertThat(found).containsExactly(entity(mac(1)));
    assertThat(code(failure)).isEqualTo(Status.Code.UNKNOWN);
    assertThat(errors(failure))
        .containsExactly(
            "NOT_FOUND: no table has the id 44813807 (0x02abcdef) in the P4Info",
            "OK",
            "INVALID_ARGUMENT: the entity is not set");
  }

  @Test
  void wildcardOverWhatTheSwitchDoesNotHaveFindsNothing() {
    Entity all =
        Entity.newBuilder()
            .setActionProfileMember(ActionProfileMember.getDefaultInstance())
            .build();
    assertThat(controller.read(all)).isEmpty();

    Entity one =
        Entity.newBuilder()
            .setActionProfileMember(ActionProfileMember.newBuilder().setActionProfileId(1))
            .build();
    assertThat(errors(catchThrowable(() -> controller.read(one))))
        .containsExactly("UNIMPLEMENTED: action profiles are not implemented by this switch");
  }

  @Test
  void largeReadsComeInMessagesOfBoundedSize() {
    int entries = 20_000;
    List<Update> updates = new ArrayList<>();
    for (int i = 0; i < entries; i++) {
      updates.add(
          insert(
              TableEntry.newBuilder()
                  .setTableId(TestProgram.MAC)
                  .addMatch(exact(1, Bytestrings.encode(java.math.BigInteger.valueOf(i))))
                  .setAction(drop())));
    }
    controller.write(PRIMARY, updates.toArray(new Update[0]));

    Iterator<ReadResponse> responses =
        controller
            .stub()
            .read(
                ReadRequest.newBuilder()
                    .setDeviceId(TestController.DEVICE)
                    .addEntities(entity(table(TestProgram.MAC)))
                    .build());
    int found = 0;
    int messages = 0;
    while (responses.hasNext()) {
      ReadResponse response = responses.next();
      assertThat(response.getSerializedSize()).isLessThan(512 * 1024);
      found += response.getEntitiesCount();
      messages++;
    }
    assertThat(found).isEqualTo(entries);
    assertThat(messages).isGreaterThan(1);
  }

  @Test
  void readNeedsNoSessionButADeviceARoleAndAPipeline() {
    try (RunningDevice fresh = new RunningDevice()) {
      TestController reader = fresh.controller();
      assertThat(code(catchThrowable(() -> reader.read(entity(table(0))))))
          .isEqualTo(Status.Code.FAILED_PRECONDITION);
    }
    ReadRequest.Builder request =
        ReadRequest.newBuilder()
            .setDeviceId(TestController.DEVICE)
            .addEntities(entity(table(0)))
            .setRole("nobody");
    assertThat(code(catchThrowable(() -> controller.stub().read(request.build()).hasNext())))
        .isEqualTo(Status.Code.NOT_FOUND);
    assertThat(
            code(
                catchThrowable(
                    () ->
                        controller
                            .stub()
                            .read(request.clearRole().setDeviceId(5).build())
                            .hasNext())))
        .isEqualTo(Status.Code.NOT_FOUND);
  }
}

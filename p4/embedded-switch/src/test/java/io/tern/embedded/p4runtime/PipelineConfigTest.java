package io.tern.embedded.p4runtime;

import static io.tern.embedded.p4runtime.TestController.code;
import static io.tern.embedded.p4runtime.Updates.counter;
import static io.tern.embedded.p4runtime.Updates.entity;
import static io.tern.embedded.p4runtime.Updates.group;
import static io.tern.embedded.p4runtime.Updates.insert;
import static io.tern.embedded.p4runtime.Updates.mac;
import static io.tern.embedded.p4runtime.Updates.macKey;
import static io.tern.embedded.p4runtime.Updates.route;
import static io.tern.embedded.p4runtime.Updates.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.Status;
import io.tern.embedded.engine.DataPlane.CounterValue;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.v1.CapabilitiesRequest;
import io.tern.proto.p4.v1.CounterData;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigRequest.ResponseType;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest.Action;
import io.tern.proto.p4.v1.TableEntry;
import io.tern.proto.p4.v1.Update;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SetForwardingPipelineConfig and GetForwardingPipelineConfig, sections 14 and 15. */
class PipelineConfigTest {
  private static final long PRIMARY = 10;

  private final RunningDevice running = new RunningDevice();
  private final TestController controller = running.controller();

  @BeforeEach
  void becomePrimary() {
    controller.primary(PRIMARY);
  }

  @AfterEach
  void close() {
    running.close();
  }

  private void set(Action action, ForwardingPipelineConfig config) {
    controller.setPipeline(PRIMARY, action, config);
  }

  private Status refused(Action action, ForwardingPipelineConfig config) {
    Throwable failure = catchThrowable(() -> set(action, config));
    assertThat(failure).as("the configuration was taken").isNotNull();
    return Status.fromThrowable(failure);
  }

  private ForwardingPipelineConfig get(ResponseType type) {
    return controller
        .stub()
        .getForwardingPipelineConfig(
            GetForwardingPipelineConfigRequest.newBuilder()
                .setDeviceId(TestController.DEVICE)
                .setResponseType(type)
                .build())
        .getConfig();
  }

  private static ForwardingPipelineConfig cookie(long cookie, ForwardingPipelineConfig config) {
    return config.toBuilder()
        .setCookie(ForwardingPipelineConfig.Cookie.newBuilder().setCookie(cookie))
        .build();
  }

  /** The test program with a comment's worth of difference. */
  private static String otherJson() {
    return TestProgram.JSON.replace("\"name\": \"egress\"", "\"name\": \"egress2\"");
  }

  /** Which data planes packets meet: frames to port 0x42 come out there. */
  private List<Integer> forwarded() {
    List<Integer> ports = new ArrayList<>();
    running.device.process(1, new byte[] {0x42}, 0, 1, (port, f, o, l) -> ports.add(port));
    return ports;
  }

  @Test
  void withoutPipelineWritesFailAndPacketsAreDroppedAndCounted() {
    Throwable failure = catchThrowable(() -> controller.write(PRIMARY, insert(mac(1))));

    assertThat(code(failure)).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(forwarded()).isEmpty();
    assertThat(running.device.statistics().withoutPipeline()).isEqualTo(1);
    assertThat(get(ResponseType.ALL)).isEqualTo(ForwardingPipelineConfig.getDefaultInstance());
  }

  @Test
  void commitLoadsAndTheResponseTypeSaysWhatIsTold() {
    set(Action.VERIFY_AND_COMMIT, TestProgram.config());

    assertThat(forwarded()).containsExactly(0x42);
    assertThat(get(ResponseType.ALL)).isEqualTo(TestProgram.config());
    assertThat(get(ResponseType.COOKIE_ONLY))
        .isEqualTo(TestProgram.config().toBuilder().clearP4Info().clearP4DeviceConfig().build());
    assertThat(get(ResponseType.P4INFO_AND_COOKIE))
        .isEqualTo(TestProgram.config().toBuilder().clearP4DeviceConfig().build());
    assertThat(get(ResponseType.DEVICE_CONFIG_AND_COOKIE))
        .isEqualTo(TestProgram.config().toBuilder().clearP4Info().build());
  }

  @Test
  void verifyChangesNothing() {
    set(Action.VERIFY, TestProgram.config());

    assertThat(get(ResponseType.COOKIE_ONLY).hasCookie()).isFalse();
    assertThat(forwarded()).isEmpty();
  }

  @Test
  void savedPipelineIsWrittenToAndForwardsOnlyOnceCommitted() {
    set(Action.VERIFY_AND_COMMIT, TestProgram.config());
    controller.write(PRIMARY, insert(mac(1)));
    FakeDataPlane old = running.dataPlane();

    set(Action.VERIFY_AND_SAVE, TestProgram.config(TestProgram.p4Info(), otherJson()));
    FakeDataPlane saved = running.dataPlane();
    controller.write(PRIMARY, insert(mac(2)), insert(mac(3)));

    assertThat(old.entries).hasSize(1);
    assertThat(saved.entries).hasSize(2);
    assertThat(running.device.statistics().pipelinesCommitted()).isEqualTo(1);

    set(Action.COMMIT, null);

    assertThat(running.device.statistics().pipelinesCommitted()).isEqualTo(2);
    assertThat(running.dataPlane()).isSameAs(saved);
    assertThat(controller.read(entity(TableEntry.newBuilder().setTableId(TestProgram.MAC))))
        .hasSize(2);
    assertThat(refused(Action.COMMIT, null).getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void commitTakesNoConfigAndNeedsASavedOne() {
    assertThat(refused(Action.COMMIT, null).getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(refused(Action.COMMIT, TestProgram.config()).getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void whatIsNoProgramIsRefusedWithThePlaceAndTheOldPipelineStays() {
    set(Action.VERIFY_AND_COMMIT, TestProgram.config());
    controller.write(PRIMARY, insert(mac(1)));
    P4Info info = TestProgram.p4Info();

    assertThat(refused(Action.VERIFY_AND_COMMIT, null).getDescription())
        .isEqualTo("config is missing");
    assertThat(refused(Action.VERIFY_AND_COMMIT, TestProgram.config(info, "")).getDescription())
        .isEqualTo("p4_device_config is empty, expected a BMv2 JSON");
    assertThat(
            refused(Action.VERIFY_AND_COMMIT, TestProgram.config(info, "{\n  \"actions\": [,"))
                .getDescription())
        .startsWith("p4_device_config is no JSON: line 2, column ");
    assertThat(refused(Action.VERIFY_AND_COMMIT, TestProgram.config(info, "[]")).getDescription())
        .isEqualTo("p4_device_config is no BMv2 JSON: $: expected an object");
    assertThat(
            refused(
                    Action.VERIFY_AND_COMMIT,
                    TestProgram.config(
                        info, TestProgram.JSON.replace("\"tables\": []", "\"tables\": 7")))
                .getDescription())
        .isEqualTo(
            "p4_device_config is no BMv2 JSON: $.pipelines[1].tables: expected an array, found"
                + " NUMBER");

    assertThat(get(ResponseType.ALL)).isEqualTo(TestProgram.config());
    assertThat(controller.read(entity(macKey(1)))).hasSize(1);
    assertThat(forwarded()).containsExactly(0x42);
  }

  @Test
  void programThatTheDataPlaneCannotRunIsRefusedInItsWords() {
    try (RunningDevice picky =
        new RunningDevice(
            () -> {
              throw new DataPlaneException(
                  DataPlaneException.Code.UNIMPLEMENTED, "$.extern_instances[0]: no externs");
            })) {
      TestController other = picky.controller();
      other.primary(PRIMARY);

      Throwable failure =
          catchThrowable(() -> other.setPipeline(PRIMARY, Action.VERIFY, TestProgram.config()));

      assertThat(code(failure)).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(failure).hasMessageContaining("$.extern_instances[0]: no externs");
    }
  }

  @Test
  void p4InfoAndProgramMustAgree() {
    assertThat(disagreement(TestProgram.JSON.replace("I.route", "I.road")))
        .isEqualTo("P4Info and p4_device_config disagree: table 'I.route' is not in the program");
    assertThat(disagreement(TestProgram.JSON.replace("\"bitwidth\": 9", "\"bitwidth\": 10")))
        .contains("action 'I.forward' has parameters of [9, 48] bits in P4Info and [10, 48]");
    assertThat(disagreement(TestProgram.JSON.replace("\"lpm\"", "\"exact\"")))
        .contains("table 'I.route', match field 'ip.dst' is LPM in P4Info and exact");
    assertThat(disagreement(TestProgram.JSON.replace("I.reasons", "I.motives")))
        .contains("counter 'I.reasons' is not in the program");
    assertThat(disagreement(TestProgram.JSON.replace("\"size\": 4", "\"size\": 8")))
        .contains("has 4 cells in P4Info and 8 in the program");
    assertThat(
            disagreement(
                TestProgram.JSON.replace(
                    "\"key\": [], \"actions\": [\"I.drop\", \"I.forward\"]",
                    "\"key\": [], \"actions\": [\"I.drop\"]")))
        .contains("table 'I.keyless' has no action 'I.forward' in the program");
  }

  private String disagreement(String json) {
    assertThat(json).isNotEqualTo(TestProgram.JSON);
    Status status = refused(Action.VERIFY, TestProgram.config(TestProgram.p4Info(), json));
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    return status.getDescription();
  }

  @Test
  void p4InfoMustNotContradictItself() {
    P4Info.Builder twice = TestProgram.p4Info().toBuilder();
    twice.addTables(twice.getTables(0));
    assertThat(refused(Action.VERIFY, TestProgram.config(twice.build(), TestProgram.JSON)))
        .extracting(Status::getDescription)
        .isEqualTo("P4Info: id 33554433 of 'I.mac' is not unique");

    P4Info.Builder dangling = TestProgram.p4Info().toBuilder();
    dangling.getTablesBuilder(0).getActionRefsBuilder(0).setId(99);
    assertThat(refused(Action.VERIFY, TestProgram.config(dangling.build(), TestProgram.JSON)))
        .extracting(Status::getDescription)
        .isEqualTo("P4Info: table 'I.mac' refers to action id 99, which is not there");
  }

  @Test
  void reconcileWithTheSameProgramLoadsNothingAndTakesTheCookie() {
    set(Action.VERIFY_AND_COMMIT, TestProgram.config());
    controller.write(PRIMARY, insert(mac(1)));

    set(Action.RECONCILE_AND_COMMIT, cookie(77, TestProgram.config()));

    assertThat(running.loaded).hasSize(1);
    assertThat(get(ResponseType.COOKIE_ONLY).getCookie().getCookie()).isEqualTo(77);
    assertThat(controller.read(entity(macKey(1)))).hasSize(1);
  }

  @Test
  void reconcileCarriesEntriesGroupsDefaultsAndCountersOver() {
    set(Action.VERIFY_AND_COMMIT, TestProgram.config());
    TableEntry.Builder defaultEntry =
        TableEntry.newBuilder()
            .setTableId(TestProgram.ROUTE)
            .setIsDefaultAction(true)
            .setAction(Updates.call(TestProgram.MIRROR));
    controller.write(
        PRIMARY,
        insert(mac(1).setCounterData(counter(3, 300))),
        insert(route(8, 10, 0, 0, 0)),
        Updates.modify(defaultEntry),
        update(Update.Type.INSERT, group(5, 1, 2)));
    running.dataPlane().setCounter("I.reasons", 1, new CounterValue(8, 80));

    set(Action.RECONCILE_AND_COMMIT, TestProgram.config(TestProgram.p4Info(), otherJson()));

    assertThat(running.loaded).hasSize(2);
    assertThat(running.dataPlane().entries).hasSize(2);
    assertThat(running.dataPlane().groups.get(5)).hasSize(2);
    assertThat(running.dataPlane().defaultAction("I.route").action()).isEqualTo("I.mirror");
    assertThat(running.dataPlane().counter("I.reasons", 1)).isEqualTo(new CounterValue(8, 80));
    TableEntry.Builder withCounter = macKey(1).setCounterData(CounterData.getDefaultInstance());
    assertThat(controller.read(entity(withCounter)).get(0).getTableEntry().getCounterData())
        .isEqualTo(counter(3, 300));
  }

  @Test
  void reconcileRefusesWhatItCannotKeepAndChangesNothing() {
    set(Action.VERIFY_AND_COMMIT, TestProgram.config());
    controller.write(PRIMARY, insert(mac(1)));
    P4Info.Builder renumbered = TestProgram.p4Info().toBuilder();
    renumbered.getTablesBuilder(0).getMatchFieldsBuilder(0).setBitwidth(47);

    Status status =
        refused(
            Action.RECONCILE_AND_COMMIT, TestProgram.config(renumbered.build(), TestProgram.JSON));

    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription())
        .isEqualTo(
            "the forwarding state cannot be kept: table 'I.mac' (id 33554433) has entries and is"
                + " another one in the new P4Info");
    assertThat(get(ResponseType.ALL)).isEqualTo(TestProgram.config());
    assertThat(controller.read(entity(macKey(1)))).hasSize(1);
  }

  @Test
  void reconcileLoadsWhereNothingWasLoaded() {
    set(Action.RECONCILE_AND_COMMIT, TestProgram.config());

    assertThat(get(ResponseType.ALL)).isEqualTo(TestProgram.config());
  }

  @Test
  void onlyThePrimaryLoads() {
    Throwable failure =
        catchThrowable(
            () -> controller.setPipeline(3, Action.VERIFY_AND_COMMIT, TestProgram.config()));

    assertThat(code(failure)).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(refused(Action.UNSPECIFIED, TestProgram.config()).getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void capabilitiesTellTheVersion() {
    assertThat(
            controller
                .stub()
                .capabilities(CapabilitiesRequest.getDefaultInstance())
                .getP4RuntimeApiVersion())
        .isEqualTo("1.4.1");
    assertThat(
            code(
                catchThrowable(
                    () ->
                        controller
                            .stub()
                            .capabilities(
                                CapabilitiesRequest.newBuilder().setDeviceId(5).build()))))
        .isEqualTo(Status.Code.NOT_FOUND);
  }
}

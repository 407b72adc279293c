package io.tern.southbound.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.tern.core.intent.CopyPolicy;
import io.tern.core.intent.Forwarding;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.PoolOptions;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.v1.Entity;
import io.tern.proto.p4.v1.MeterConfig;
import io.tern.proto.p4.v1.Replica;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest.Action;
import io.tern.proto.p4.v1.Update;
import io.tern.southbound.reconcile.DeviceStatus.State;
import io.tern.southbound.testing.Changes;
import io.tern.southbound.testing.Entities;
import io.tern.southbound.testing.Fabric;
import io.tern.southbound.testing.ScriptedDevice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One device, from the point of view of what arrives at it. */
class DeviceReconcilerTest {
  private final Fabric fabric = new Fabric();
  private final ScriptedDevice device = fabric.device("leaf");

  @BeforeEach
  void intendOnePoolWithTwoBackends() {
    fabric.store.apply(Changes.device("leaf"));
    fabric.store.apply(Changes.pool("web", 443));
    fabric.store.apply(Changes.backend("web", 1, "leaf"));
    fabric.store.apply(Changes.backend("web", 2, "leaf"));
    fabric.store.apply(Changes.plaintext("web", 0));
  }

  @AfterEach
  void close() {
    fabric.close();
  }

  private DeviceStatus status() {
    return fabric.status("leaf");
  }

  private long revision() {
    return fabric.store.current().revision();
  }

  private void refuse(Status status, Predicate<Update> which) {
    device.judge(update -> which.test(update) ? status : Status.OK);
  }

  private int number(String backend) {
    return fabric.store.current().backendsOf("web").values().stream()
        .filter(b -> b.id().equals(backend))
        .findFirst()
        .orElseThrow()
        .number();
  }

  private static Predicate<Update> writesBackend(int number) {
    return update ->
        Entities.tableOf(update.getEntity()).equals("backend")
            && Entities.firstKey(update.getEntity()) == number;
  }

  private Set<Integer> backendsInFallback() {
    return Entities.of("fallback", device.entities()).stream()
        .map(Entities::firstParam)
        .collect(Collectors.toSet());
  }

  @Test
  void emptyDeviceGetsTheProgramAndEverythingMakeBeforeBreak() {
    fabric.startManager();

    assertThat(device.pipelineActions()).containsExactly(Action.VERIFY_AND_COMMIT);
    assertThat(Entities.steps(device.updates()))
        .containsExactly(
            "INSERT group",
            "INSERT backend",
            "INSERT server_id",
            "INSERT fallback",
            "INSERT cid_config",
            "INSERT vip_v4",
            "MODIFY l2 default");
    assertThat(status().state()).isEqualTo(State.IN_SYNC);
    assertThat(status().syncedRevision()).isEqualTo(revision());
    assertThat(status().entitiesWritten()).isEqualTo(1 + 2 + 2 + 256 + 1 + 1 + 1);
    assertThat(status().problems()).isEmpty();
    assertThat(status().apiVersion()).isEqualTo("1.3.0");
  }

  @Test
  void whatTheDeviceSaysThatItRefusesIsNotAskedOfIt() {
    device.saysUnavailable(
        Set.of(
            TernP4.Tables.L2.ID,
            TernP4.Actions.L2Flood.ID,
            TernP4.Actions.L2Forward.ID,
            TernP4.Actions.L2Drop.ID));

    fabric.startManager();

    assertThat(Entities.steps(device.updates()))
        .containsExactly(
            "INSERT backend",
            "INSERT server_id",
            "INSERT fallback",
            "INSERT cid_config",
            "INSERT vip_v4");
    assertThat(status().state()).isEqualTo(State.IN_SYNC);
    assertThat(status().problems()).isEmpty();
  }

  @Test
  void removalGoesTheOtherWayRound() {
    fabric.startManager();
    device.forgetWrites();

    fabric.store.apply(Changes.withoutBackend("web", 2));

    assertThat(Entities.steps(device.updates()))
        .containsExactly("MODIFY group", "MODIFY fallback", "DELETE server_id", "DELETE backend");
    assertThat(status().state()).isEqualTo(State.IN_SYNC);
  }

  @Test
  void stageWaitsForTheAcknowledgementOfTheFormer() {
    device.holdWrites();
    fabric.startManager();

    assertThat(Entities.steps(device.updates())).containsExactly("INSERT group");
    device.releaseOne();
    assertThat(Entities.steps(device.updates())).containsExactly("INSERT group", "INSERT backend");
    assertThat(status().state()).isEqualTo(State.SYNCING);
    device.release();
    assertThat(status().state()).isEqualTo(State.IN_SYNC);
  }

  @Test
  void restartedControllerWritesNothingToADeviceThatIsRight() {
    fabric.startManager().close();
    List<Entity> before = device.entities();
    device.forgetWrites();

    fabric.startManager();
    fabric.timer.forward(Duration.ofMinutes(10));

    assertThat(status().state()).isEqualTo(State.IN_SYNC);
    assertThat(status().syncedRevision()).isEqualTo(revision());
    assertThat(status().entitiesWritten()).isZero();
    assertThat(device.writes()).isEmpty();
    assertThat(device.pipelineActions()).isEmpty();
    assertThat(device.entities()).isEqualTo(before);
  }

  @Test
  void copiesHaveTheirCloneSessionFirstAndLastAndAreFoundRight() {
    fabric.startManager();
    device.forgetWrites();
    fabric.store.apply(
        Changes.device(
            "leaf", leaf -> leaf.withCopies(Map.of(Reason.NEIGHBOUR, new CopyPolicy(249, 10, 0)))));
    assertThat(Entities.steps(device.updates()))
        .containsExactly("INSERT clone session", "INSERT punt");
    Entity copy = Entities.of("punt", device.entities()).get(0);
    assertThat(copy.getTableEntry().getMeterConfig())
        .isEqualTo(
            MeterConfig.newBuilder().setCir(249).setCburst(10).setPir(249).setPburst(10).build());

    // As a target with rates in floating point tells it.
    Entity.Builder rounded = copy.toBuilder();
    rounded.getTableEntryBuilder().getMeterConfigBuilder().setCir(248).setPir(248);
    device.smuggle(rounded.build());
    device.forgetWrites();
    fabric.timer.forward(Duration.ofMinutes(5));
    assertThat(device.reads()).isPositive();
    assertThat(device.writes()).isEmpty();

    rounded.getTableEntryBuilder().getMeterConfigBuilder().setCir(5);
    device.smuggle(rounded.build());
    fabric.timer.forward(Duration.ofMinutes(5));
    assertThat(Entities.steps(device.updates())).containsExactly("MODIFY punt");

    device.forgetWrites();
    fabric.store.apply(Changes.device("leaf", leaf -> leaf.withCopies(Map.of())));
    assertThat(Entities.steps(device.updates()))
        .containsExactly("DELETE punt", "DELETE clone session");
  }

  @Test
  void replicasOfIcmpErrorsHaveTheirEntriesFirstAndGroupsOfTheirOwn() {
    fabric.startManager();
    device.forgetWrites();
    fabric.store.apply(Changes.options("web", PoolOptions.DEFAULT.withReplicateIcmpErrors(true)));
    assertThat(Entities.steps(device.updates()))
        .containsExactly("INSERT replica", "INSERT group", "MODIFY vip_v4");
    assertThat(
            device.updates().stream()
                .map(update -> update.getEntity().getPacketReplicationEngineEntry())
                .flatMap(engine -> engine.getMulticastGroupEntry().getReplicasList().stream())
                .map(Replica::getInstance))
        .containsExactly(1 + number("b1"), 1 + number("b2"));

    device.forgetWrites();
    fabric.store.apply(Changes.options("web", PoolOptions.DEFAULT));
    assertThat(Entities.steps(device.updates()))
        .containsExactly("MODIFY vip_v4", "DELETE group", "DELETE replica");
  }

  @Test
  void aChangeToNatHasTheWayBackFirstAndLast() {
    fabric.startManager();
    device.forgetWrites();
    fabric.store.apply(
        Changes.options("web", PoolOptions.DEFAULT.withForwarding(new Forwarding.Nat())));
    assertThat(Entities.steps(device.updates()))
        .containsExactly("INSERT return_path_v4", "MODIFY backend");
    device.forgetWrites();
    fabric.store.apply(Changes.options("web", PoolOptions.DEFAULT));
    assertThat(Entities.steps(device.updates()))
        .containsExactly("MODIFY backend", "DELETE return_path_v4");
  }

  @Test
  void restartedControllerWritesOnlyWhatChangedMeanwhile() {
    fabric.startManager().close();
    device.forgetWrites();
    fabric.store.apply(Changes.plaintext("web", 1));

    fabric.startManager();

    assertThat(Entities.steps(device.updates()))
        .containsExactly("INSERT server_id", "INSERT cid_config");
    assertThat(status().entitiesWritten()).isEqualTo(3);
  }

  @Test
  void deviceThatRestartsWithEmptyTablesIsFilledAgain() {
    fabric.startManager();
    List<Entity> before = device.entities();
    device.stop();
    assertThat(status().state()).isEqualTo(State.DEGRADED);
    assertThat(status().problems().get(0)).startsWith("not connected: UNAVAILABLE");
    device.restart();
    device.forgetWrites();

    fabric.timer.forward(Duration.ofSeconds(1));

    assertThat(device.pipelineActions()).hasSize(1);
    assertThat(device.entities()).containsExactlyInAnyOrderElementsOf(before);
    assertThat(status().state()).isEqualTo(State.IN_SYNC);
    assertThat(status().problems()).isEmpty();
  }

  @Test
  void connectionThatBreaksCostsAReadAndNoWrite() {
    fabric.startManager();
    device.forgetWrites();

    device.cutConnection();
    fabric.timer.forward(Duration.ofSeconds(1));

    assertThat(status().state()).isEqualTo(State.IN_SYNC);
    assertThat(device.reads()).isPositive();
    assertThat(device.writes()).isEmpty();
  }

  @Test
  void deviceWithAnotherProgramGetsOurs() {
    fabric.startManager();
    device.forgetWrites();
    device.setCookie(99);

    fabric.timer.forward(Duration.ofSeconds(10));

    assertThat(device.pipelineActions()).containsExactly(Action.RECONCILE_AND_COMMIT);
    assertThat(status().state()).isEqualTo(State.IN_SYNC);
  }

  @Test
  void targetThatCannotReconcileIsFilledAfterItsTablesWereCleared() {
    fabric.startManager();
    List<Entity> before = device.entities();
    device.doNotImplement(Action.RECONCILE_AND_COMMIT);
    device.setCookie(99);

    fabric.timer.forward(Duration.ofSeconds(10));

    assertThat(device.pipelineActions()).endsWith(Action.VERIFY_AND_COMMIT);
    assertThat(device.entities()).containsExactlyInAnyOrderElementsOf(before);
    assertThat(status().state()).isEqualTo(State.IN_SYNC);
  }

  @Test
  void refusedBackendIsReportedAndNothingPointsToIt() {
    int refused = number("b2");
    refuse(Status.RESOURCE_EXHAUSTED.withDescription("table is full"), writesBackend(refused));

    fabric.startManager();

    assertThat(status().state()).isEqualTo(State.DEGRADED);
    assertThat(status().problems())
        .hasSize(DeviceStatus.MAX_PROBLEMS)
        .first()
        .isEqualTo(
            "insert of backend[backend_id=0x0"
                + refused
                + "] was refused: RESOURCE_EXHAUSTED: table is full");
    assertThat(status().problems().get(1)).contains("is withheld: it depends on what was refused");
    assertThat(backendsInFallback()).containsExactly(number("b1"));
    assertThat(Entities.of("server_id", device.entities())).hasSize(1);
    assertThat(Entities.of("vip_v4", device.entities())).hasSize(1);
    assertThat(status().attemptedRevision()).isEqualTo(revision());
    assertThat(status().syncedRevision()).isZero();
  }

  @Test
  void refusedBackendIsTriedAgainUntilTheDeviceTakesIt() {
    refuse(Status.RESOURCE_EXHAUSTED, writesBackend(number("b2")));
    fabric.startManager();
    int attempts = device.writes().size();
    fabric.timer.forward(Duration.ofSeconds(5));
    assertThat(device.writes().size()).isGreaterThan(attempts);

    device.judge(update -> Status.OK);
    fabric.timer.forward(Duration.ofMinutes(1));

    assertThat(status().state()).isEqualTo(State.IN_SYNC);
    assertThat(status().problems()).isEmpty();
    assertThat(backendsInFallback()).containsExactlyInAnyOrder(number("b1"), number("b2"));
  }

  @Test
  void backendStaysWhileASlotThatCouldNotBeMovedNeedsIt() {
    fabric.startManager();
    int leaving = number("b2");
    refuse(
        Status.INTERNAL.withDescription("stuck"),
        update ->
            update.getType() == Update.Type.MODIFY
                && Entities.tableOf(update.getEntity()).equals("fallback"));

    fabric.store.apply(Changes.withoutBackend("web", 2));

    assertThat(status().state()).isEqualTo(State.DEGRADED);
    assertThat(Entities.of("backend", device.entities()))
        .extracting(Entities::firstKey)
        .contains(leaving);
  }

  @Test
  void lostMastershipStopsWritesAndIsReported() {
    fabric.startManager();
    device.forgetWrites();

    device.arbitrateForAnother(99);
    fabric.store.apply(Changes.plaintext("web", 1));
    fabric.timer.forward(Duration.ofMinutes(5));

    assertThat(device.writes()).isEmpty();
    assertThat(status().state()).isEqualTo(State.DEGRADED);
    assertThat(status().problems())
        .containsExactly(
            "this controller is not the primary: our election ID is 1; the primary has 99");
  }

  @Test
  void mastershipThatComesBackBringsTheDeviceUpToDate() {
    fabric.startManager();
    device.arbitrateForAnother(99);
    fabric.store.apply(Changes.plaintext("web", 1));

    device.promote(1);

    assertThat(status().state()).isEqualTo(State.IN_SYNC);
    assertThat(status().syncedRevision()).isEqualTo(revision());
    assertThat(Entities.of("cid_config", device.entities())).hasSize(2);
  }

  @Test
  void differenceFromBeforeALossOfMastershipIsNotWrittenToItsEnd() {
    device.holdWrites();
    fabric.startManager();
    device.arbitrateForAnother(99);
    device.promote(1);

    // The first stage of the old difference and that of the new one.
    device.release();
    fabric.timer.forward(Duration.ofSeconds(5));

    assertThat(status().state()).isEqualTo(State.IN_SYNC);
    assertThat(device.updates())
        .filteredOn(u -> Entities.tableOf(u.getEntity()).equals("vip_v4"))
        .hasSize(1);
  }

  @Test
  void onlyTheNewestOfManyIntentsIsWritten() {
    fabric.startManager();
    device.forgetWrites();
    device.holdWrites();

    fabric.store.apply(Changes.plaintext("web", 1));
    fabric.store.apply(Changes.plaintext("web", 2));
    fabric.store.apply(i -> IntentChanges.deleteCidConfig(i, new CidConfigKey("web", 2)));
    fabric.store.apply(Changes.plaintext("web", 3));
    device.release();

    assertThat(status().state()).isEqualTo(State.IN_SYNC);
    assertThat(status().syncedRevision()).isEqualTo(revision());
    assertThat(device.updates())
        .filteredOn(u -> Entities.tableOf(u.getEntity()).equals("cid_config"))
        .hasSize(2);
  }

  @Test
  void entriesThatSomebodyChangedArePutRightByThePeriodicCheck() {
    fabric.startManager();
    List<Entity> before = device.entities();
    device.steal(Entities.of("backend", before).get(0));
    device.smuggle(
        Entities.of("server_id", before).get(0).toBuilder()
            .setTableEntry(
                Entities.of("server_id", before).get(0).getTableEntry().toBuilder()
                    .setMatch(0, Entities.of("vip_v4", before).get(0).getTableEntry().getMatch(0)))
            .build());

    fabric.timer.forward(Duration.ofSeconds(59));
    assertThat(device.entities()).isNotEqualTo(before);
    fabric.timer.forward(Duration.ofSeconds(1));

    assertThat(device.entities()).containsExactlyInAnyOrderElementsOf(before);
    assertThat(status().state()).isEqualTo(State.IN_SYNC);
    assertThat(fabric.meters.counter("tern.southbound.drift").count()).isEqualTo(2);
  }

  @Test
  void entityThatNoPlanCanExpressIsRemoved() {
    fabric.startManager();
    List<Entity> before = device.entities();
    Entity ours = Entities.of("backend", before).get(0);
    device.smuggle(
        ours.toBuilder().setTableEntry(ours.getTableEntry().toBuilder().setPriority(7)).build());

    fabric.timer.forward(Duration.ofSeconds(60));

    assertThat(device.entities()).containsExactlyInAnyOrderElementsOf(before);
    assertThat(status().state()).isEqualTo(State.IN_SYNC);
  }

  @Test
  void deviceThatDoesNotAnswerAWriteInTimeIsReadBackAndWrittenAgain() {
    fabric.startManager();
    device.holdWrites();
    fabric.store.apply(Changes.plaintext("web", 1));

    fabric.timer.forward(Duration.ofSeconds(10));
    assertThat(status().state()).isEqualTo(State.DEGRADED);
    assertThat(status().problems().get(0)).startsWith("writing failed: DEADLINE_EXCEEDED");
    // What was asked for arrives after all.
    device.release();
    fabric.timer.forward(Duration.ofSeconds(2));

    assertThat(status().state()).isEqualTo(State.IN_SYNC);
    assertThat(Entities.of("cid_config", device.entities())).hasSize(2);
  }

  @Test
  void deviceThatCannotBeReadIsNotWritten() {
    device.failReads(Status.INTERNAL.withDescription("no"));
    fabric.startManager();

    assertThat(status().state()).isEqualTo(State.DEGRADED);
    assertThat(status().problems()).containsExactly("reading back failed: INTERNAL: no");
    assertThat(device.writes()).isEmpty();
    device.failReads(Status.OK);
    fabric.timer.forward(Duration.ofSeconds(1));
    assertThat(status().state()).isEqualTo(State.IN_SYNC);
  }

  @Test
  void whatThePlanLeavesOutIsToldThoughTheDeviceIsInSync() {
    fabric.store.apply(Changes.encrypted("web", 2));
    fabric.capabilities(
        DeviceCapabilities.ofContract()
            .without(Set.of(TernP4.Actions.DecodeSinglePass.ID, TernP4.Actions.DecodeFourPass.ID)));

    fabric.startManager();

    assertThat(status().state()).isEqualTo(State.IN_SYNC);
    assertThat(status().problems())
        .singleElement()
        .asString()
        .contains("does not decode FOUR_PASS");
  }
}

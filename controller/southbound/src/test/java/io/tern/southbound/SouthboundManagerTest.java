package io.tern.southbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.tern.core.intent.IntentStore;
import io.tern.p4.contract.TernP4;
import io.tern.southbound.codec.CounterSample;
import io.tern.southbound.reconcile.DeviceStatus;
import io.tern.southbound.reconcile.DeviceStatus.State;
import io.tern.southbound.testing.Changes;
import io.tern.southbound.testing.Fabric;
import io.tern.southbound.testing.ScriptedDevice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SouthboundManagerTest {
  private final Fabric fabric = new Fabric();

  @BeforeEach
  void intendTwoDevices() {
    fabric.store.apply(Changes.device("a"));
    fabric.store.apply(Changes.device("b"));
    fabric.store.apply(Changes.pool("web", 443));
    fabric.store.apply(Changes.backend("web", 1, "a", "b"));
  }

  @AfterEach
  void close() {
    fabric.close();
  }

  private double sessions(State state) {
    return fabric
        .meters
        .get("tern.southbound.sessions")
        .tag("state", state.name().toLowerCase(java.util.Locale.ROOT))
        .gauge()
        .value();
  }

  @Test
  void slowDeviceDoesNotDelayAnother() {
    fabric.device("a").holdWrites();

    fabric.startManager();

    assertThat(fabric.status("a").state()).isEqualTo(State.SYNCING);
    assertThat(fabric.status("b").state()).isEqualTo(State.IN_SYNC);
    assertThat(sessions(State.SYNCING)).isEqualTo(1);
    assertThat(sessions(State.IN_SYNC)).isEqualTo(1);
  }

  @Test
  void deviceThatIsDownDoesNotDelayAnother() {
    fabric.device("a").stop();

    fabric.startManager();
    fabric.store.apply(Changes.plaintext("web", 0));

    assertThat(fabric.status("a").state()).isEqualTo(State.DEGRADED);
    assertThat(fabric.status("b").syncedRevision()).isEqualTo(fabric.store.current().revision());
  }

  @Test
  void deviceThatJoinsIsConnectedAndWritten() {
    fabric.startManager();

    fabric.store.apply(Changes.device("c"));

    assertThat(fabric.status("c").state()).isEqualTo(State.IN_SYNC);
    assertThat(fabric.device("c").connections()).isEqualTo(1);
  }

  @Test
  void deviceThatLeavesKeepsItsEntriesAndLosesItsSession() {
    List<String> removed = new ArrayList<>();
    SouthboundManager manager = fabric.startManager();
    IntentStore.Subscription subscription =
        manager.addListener(
            new DeviceListener() {
              @Override
              public void onStatus(DeviceStatus status) {}

              @Override
              public void onRemoved(String deviceId) {
                removed.add(deviceId);
              }
            });
    ScriptedDevice device = fabric.device("a");
    int entries = device.entities().size();

    fabric.store.apply(Changes.withoutDevice("a"));

    assertThat(device.connections()).isZero();
    assertThat(device.entities()).hasSize(entries);
    assertThat(manager.status("a")).isEmpty();
    assertThat(removed).containsExactly("a");
    subscription.close();
  }

  @Test
  void deviceThatMovesGetsAnotherSession() {
    SouthboundManager manager = fabric.startManager();

    fabric.store.apply(
        intent ->
            Changes.device("a", "elsewhere:9559").apply(Changes.withoutDevice("a").apply(intent)));

    assertThat(fabric.device("a").connections()).isZero();
    assertThat(fabric.device("elsewhere").connections()).isEqualTo(1);
    assertThat(manager.status("a").orElseThrow().state()).isEqualTo(State.IN_SYNC);
  }

  @Test
  void waiterIsToldOnceEveryDeviceHasTheRevision() {
    SouthboundManager manager = fabric.startManager();
    fabric.device("a").holdWrites();
    long revision = fabric.store.apply(Changes.plaintext("web", 0));

    CompletableFuture<Void> both = manager.awaitSynced(revision, Set.of("a", "b"));
    CompletableFuture<Void> one = manager.awaitSynced(revision, Set.of("b"));

    assertThat(one).isCompleted();
    assertThat(both).isNotDone();
    fabric.device("a").release();
    assertThat(both).isCompleted();
  }

  @Test
  void waiterForADeviceThatLeavesIsTold() {
    SouthboundManager manager = fabric.startManager();
    fabric.device("a").holdWrites();
    long revision = fabric.store.apply(Changes.plaintext("web", 0));
    CompletableFuture<Void> synced = manager.awaitSynced(revision, Set.of("a"));

    fabric.store.apply(Changes.withoutDevice("a"));

    assertThat(synced)
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(NoSuchElementException.class)
        .withMessage("the intent has no device \"a\"");
  }

  @Test
  void countersAreReadByTableAndByCell() {
    SouthboundManager manager = fabric.startManager();

    CounterSample sample = manager.readCounters("a").join();

    assertThat(sample.direct())
        .extracting(counter -> counter.key().tableId())
        .containsExactlyInAnyOrder(TernP4.Tables.Backend.ID, TernP4.Tables.VipV4.ID);
    assertThat(sample.direct()).allMatch(c -> c.packets() == 3 && c.bytes() == 300);
    assertThat(sample.indirect())
        .filteredOn(cell -> cell.counterId() == TernP4.Counters.Reason.ID)
        .extracting(CounterSample.Cell::packets)
        .containsExactly(5L, 6L);
  }

  @Test
  void countersOfADeviceThatIsNotThereCannotBeRead() {
    SouthboundManager manager = fabric.startManager();

    assertThat(manager.readCounters("z")).isCompletedExceptionally();
    fabric.device("a").stop();
    assertThat(manager.readCounters("a"))
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .matches(e -> Status.fromThrowable(e).getCode() == Status.Code.UNAVAILABLE);
  }

  @Test
  void closedManagerHasNoSession() {
    fabric.startManager().close();

    assertThat(fabric.device("a").connections()).isZero();
    assertThat(fabric.device("b").connections()).isZero();
  }

  @Test
  void closedManagerCancelsThoseThatWait() {
    SouthboundManager manager = fabric.startManager();
    fabric.device("a").holdWrites();
    long revision = fabric.store.apply(Changes.plaintext("web", 0));
    CompletableFuture<Void> before = manager.awaitSynced(revision, Set.of("a"));

    manager.close();

    assertThat(before).isCancelled();
    assertThat(manager.awaitSynced(revision, Set.of("a"))).isCancelled();
  }
}

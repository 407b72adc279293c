package io.tern.southbound.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Lists;
import io.grpc.Status;
import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import io.tern.p4.contract.TernP4;
import io.tern.proto.p4.v1.Update;
import io.tern.southbound.codec.EntityCodec;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchWriterTest {
  private final SessionHarness harness = new SessionHarness();

  @BeforeEach
  void connect() {
    harness.device.setCookie(1);
    harness.start();
  }

  @AfterEach
  void noTaskThrew() {
    assertThat(harness.defects).isEmpty();
    harness.device.close();
  }

  private CompletableFuture<WriteOutcome> write(List<Update> updates) {
    return harness.call(() -> harness.session.write(updates));
  }

  private void refuse(Status status, Integer... keys) {
    List<Integer> refused = List.of(keys);
    harness.device.judge(update -> refused.contains(Updates.keyOf(update)) ? status : Status.OK);
  }

  @Test
  void manyUpdatesGoInBatches() {
    WriteOutcome outcome = write(Updates.inserts(0, 1201)).join();

    assertThat(harness.device.writes()).extracting(List::size).containsExactly(500, 500, 201);
    assertThat(harness.device.entities()).hasSize(1201);
    assertThat(outcome.refused()).isEmpty();
    assertThat(outcome.isAcknowledged(0)).isTrue();
    assertThat(outcome.isAcknowledged(1200)).isTrue();
    assertThat(harness.meters.counter("tern.southbound.writes", "type", "insert").count())
        .isEqualTo(1201);
  }

  @Test
  void wordsAboutAnEntryWithAKeyAreWithheld() {
    Update secret = cidConfig("8f95f09245765f80256934e50c66207f");
    harness.device.judge(
        update -> Status.INVALID_ARGUMENT.withDescription("will not have " + update));

    WriteOutcome outcome = write(List.of(secret)).join();

    assertThat(outcome.refused().get(0).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(StatusText.of(outcome.refused().get(0)))
        .isEqualTo("INVALID_ARGUMENT: the device's words are withheld, they may quote a key");
  }

  private static Update cidConfig(String key) {
    return Update.newBuilder()
        .setType(Update.Type.INSERT)
        .setEntity(
            EntityCodec.toEntity(
                new TableEntry(
                    new TableEntry.Key(TernP4.Tables.CidConfig.ID, List.of(Bits.of(1))),
                    new TableEntry.Action(
                        TernP4.Actions.DecodeSinglePass.ID,
                        List.of(Bits.of(HexFormat.of().parseHex(key)))))))
        .build();
  }

  @Test
  void nothingIsDoneAtOnce() {
    assertThat(write(List.of())).isCompleted();
    assertThat(harness.device.writes()).isEmpty();
  }

  @Test
  void updatesAreMadeWhenTheirBatchIsSent() {
    harness.device.holdWrites();
    AtomicInteger made = new AtomicInteger();
    var outcome =
        write(
            Lists.transform(
                Updates.inserts(0, 5000),
                update -> {
                  made.incrementAndGet();
                  return update;
                }));

    assertThat(made).hasValue(4 * 500);
    harness.device.releaseOne();
    assertThat(made).hasValue(5 * 500);
    harness.device.release();

    assertThat(outcome).isCompleted();
    assertThat(made).hasValue(5000);
  }

  @Test
  void slowDeviceHasNoMoreBatchesInFlightThanTheWindow() {
    harness.device.holdWrites();
    var outcome = write(Updates.inserts(0, 5000));

    assertThat(harness.device.heldWrites()).isEqualTo(4);
    harness.device.releaseOne();
    assertThat(harness.device.heldWrites()).isEqualTo(4);
    harness.device.release();

    assertThat(outcome).isCompleted();
    assertThat(harness.device.mostWritesInFlight()).isEqualTo(4);
    assertThat(harness.device.entities()).hasSize(5000);
  }

  @Test
  void refusedUpdateIsNamedAndItsNeighboursAreTaken() {
    refuse(Status.RESOURCE_EXHAUSTED.withDescription("table is full"), 3);

    WriteOutcome outcome = write(Updates.inserts(0, 10)).join();

    assertThat(outcome.refused()).containsOnlyKeys(3);
    assertThat(outcome.refused().get(3).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(outcome.refused().get(3).getDescription()).isEqualTo("table is full");
    assertThat(outcome.isAcknowledged(3)).isFalse();
    assertThat(outcome.isAcknowledged(2)).isTrue();
    assertThat(harness.device.entities()).hasSize(9);
    assertThat(harness.device.writes()).hasSize(1);
    assertThat(
            harness
                .meters
                .counter("tern.southbound.refusals", "code", "RESOURCE_EXHAUSTED")
                .count())
        .isEqualTo(1);
  }

  @Test
  void batchRefusedAsAWholeIsHalvedUntilTheCulpritsStandAlone() {
    harness.device.usePlainErrors();
    refuse(Status.INVALID_ARGUMENT.withDescription("no"), 3, 400);

    WriteOutcome outcome = write(Updates.inserts(0, 500)).join();

    assertThat(outcome.refused()).containsOnlyKeys(3, 400);
    assertThat(harness.device.entities()).hasSize(498);
  }

  @Test
  void targetThatRefusesEverythingAsAWholeIsNotAskedForEachUpdate() {
    harness.device.usePlainErrors();
    harness.device.judge(update -> Status.INVALID_ARGUMENT.withDescription("no"));

    WriteOutcome outcome = write(Updates.inserts(0, 5000)).join();

    assertThat(outcome.refused()).hasSize(5000);
    assertThat(harness.device.writes().size()).isLessThan(300);
  }

  @Test
  void writeStopsWhenTheDeviceDoesNotAnswerInTime() {
    harness.device.holdWrites();
    var outcome = write(Updates.inserts(0, 5000));

    harness.timer.forward(Duration.ofSeconds(10));

    assertThat(outcome.join().broken().orElseThrow().getCode())
        .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(outcome.join().refused()).isEmpty();
    assertThat(outcome.join().isAcknowledged(0)).isFalse();
    assertThat(harness.device.writes()).hasSize(4);
  }

  @Test
  void writeStopsWhenTheConnectionBreaks() {
    harness.device.holdWrites();
    var outcome = write(Updates.inserts(0, 5000));

    harness.device.stop();

    assertThat(outcome.join().broken()).isPresent();
    assertThat(harness.device.writes()).hasSize(4);
  }

  @Test
  void writeStopsWhenAnotherControllerIsThePrimary() {
    harness.device.arbitrateForAnother(9);

    WriteOutcome outcome = write(Updates.inserts(0, 5000)).join();

    assertThat(outcome.broken().orElseThrow().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(harness.device.entities()).isEmpty();
  }
}

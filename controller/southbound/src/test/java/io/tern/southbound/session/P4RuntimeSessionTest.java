package io.tern.southbound.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.tern.proto.p4.v1.SetForwardingPipelineConfigRequest.Action;
import io.tern.southbound.codec.EntityCodec;
import io.tern.southbound.session.P4RuntimeSession.PipelineChange;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class P4RuntimeSessionTest {
  private static final PipelineConfig PIPELINE = PipelineConfig.ofContract();

  private final SessionHarness harness = new SessionHarness();

  @AfterEach
  void noTaskThrew() {
    assertThat(harness.defects).isEmpty();
    harness.device.close();
  }

  @Test
  void deviceWithoutControllerMakesUsThePrimary() {
    harness.start();

    assertThat(harness.events).containsExactly("primary");
  }

  @Test
  void controllerWithLargerElectionIdKeepsUsABackup() {
    harness.device.arbitrateForAnother(9);

    harness.start();

    assertThat(harness.events).containsExactly("backup: our election ID is 5; the primary has 9");
  }

  @Test
  void mastershipIsLostAndComesBackOnTheSameConnection() {
    harness.start();

    harness.device.arbitrateForAnother(9);
    harness.device.promote(SessionHarness.ELECTION_ID);

    assertThat(harness.events)
        .containsExactly("primary", "backup: our election ID is 5; the primary has 9", "primary");
    assertThat(harness.device.connections()).isEqualTo(1);
  }

  @Test
  void deviceThatIsDownIsTriedWithGrowingDelays() {
    harness.device.stop();

    harness.start();
    harness.timer.forward(Duration.ofMinutes(5));

    assertThat(harness.events).allMatch(e -> e.startsWith("disconnected: UNAVAILABLE"));
    assertThat(harness.delays.get(0)).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
    assertThat(harness.delays.get(3)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
    assertThat(harness.delays.get(harness.delays.size() - 1))
        .isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
  }

  @Test
  void deviceThatComesBackIsAskedForMastershipAgain() {
    harness.start();

    harness.device.stop();
    harness.device.restart();
    harness.timer.forward(Duration.ofSeconds(1));

    assertThat(harness.events).hasSize(3).last().isEqualTo("primary");
    assertThat(harness.device.connections()).isEqualTo(1);
  }

  @Test
  void deviceThatDoesNotAnswerTheElectionIdIsGivenUp() {
    harness.device.fallSilent();

    harness.start();
    harness.timer.forward(Duration.ofSeconds(10));

    assertThat(harness.events)
        .containsExactly("disconnected: no answer to the election ID within 10000 ms");
  }

  @Test
  void deviceThatStopsAnsweringIsNoticedByItsHeartbeat() {
    harness.start();
    harness.device.fallSilent();

    harness.timer.forward(Duration.ofSeconds(15));

    assertThat(harness.events)
        .hasSize(2)
        .last()
        .asString()
        .startsWith("disconnected: no heartbeat: DEADLINE_EXCEEDED");
  }

  @Test
  void heartbeatTellsTheCookie() {
    harness.start();
    harness.timer.forward(Duration.ofSeconds(10));
    harness.device.setCookie(42);
    harness.timer.forward(Duration.ofSeconds(10));

    assertThat(harness.cookies).containsExactly(OptionalLong.empty(), OptionalLong.of(42));
  }

  @Test
  void deviceThatIsBusyWithAWriteGetsNoHeartbeat() {
    harness.start();
    harness.device.setCookie(1);
    harness.device.holdWrites();
    var write = harness.call(() -> harness.session.write(Updates.inserts(0, 1)));
    // Not a multiple of the heartbeat interval, which a write may outlast.
    harness.timer.forward(Duration.ofSeconds(5));
    var second = harness.call(() -> harness.session.write(Updates.inserts(1, 2)));
    harness.device.releaseOne();

    harness.timer.forward(Duration.ofSeconds(6));
    assertThat(harness.cookies).isEmpty();
    harness.device.release();
    harness.timer.forward(Duration.ofSeconds(10));

    assertThat(write.join().broken()).isEmpty();
    assertThat(second.join().broken()).isEmpty();
    assertThat(harness.cookies).hasSize(1);
    assertThat(harness.events).containsExactly("primary");
  }

  @Test
  void programWithTheSameCookieIsLeftAlone() {
    harness.device.setCookie(PIPELINE.cookie());
    harness.start();

    var change = harness.call(() -> harness.session.ensurePipeline(PIPELINE));

    assertThat(change.join()).isEqualTo(PipelineChange.NONE);
    assertThat(harness.device.pipelineActions()).isEmpty();
  }

  @Test
  void programWithAnotherCookieIsReconciled() {
    harness.device.setCookie(1);
    harness.start();

    var change = harness.call(() -> harness.session.ensurePipeline(PIPELINE));

    assertThat(change.join()).isEqualTo(PipelineChange.RECONCILED);
    assertThat(harness.device.pipelineActions()).containsExactly(Action.RECONCILE_AND_COMMIT);
    assertThat(harness.meters.counter("tern.southbound.pipelines").count()).isEqualTo(1);
  }

  @Test
  void deviceWithoutAProgramHasNothingToReconcile() {
    harness.start();

    var change = harness.call(() -> harness.session.ensurePipeline(PIPELINE));

    assertThat(change.join()).isEqualTo(PipelineChange.COMMITTED);
    assertThat(harness.device.pipelineActions()).containsExactly(Action.VERIFY_AND_COMMIT);
  }

  @Test
  void targetThatCannotReconcileGetsTheProgramAnyway() {
    harness.device.setCookie(1);
    harness.device.doNotImplement(Action.RECONCILE_AND_COMMIT);
    harness.start();

    var change = harness.call(() -> harness.session.ensurePipeline(PIPELINE));

    assertThat(change.join()).isEqualTo(PipelineChange.COMMITTED);
    assertThat(harness.device.pipelineActions())
        .containsExactly(Action.RECONCILE_AND_COMMIT, Action.VERIFY_AND_COMMIT);
  }

  @Test
  void everyCallFailsWhileThereIsNoConnection() {
    harness.device.stop();
    harness.start();

    var read = harness.call(() -> harness.session.read(List.of(EntityCodec.queryTable(1))));

    assertThatThrownBy(read::join)
        .satisfies(
            e ->
                assertThat(Status.fromThrowable(e).getDescription())
                    .isEqualTo("no connection to device:9559"));
  }

  @Test
  void closedSessionDoesNotComeBack() {
    harness.start();

    harness.context.execute(harness.session::close);
    harness.timer.forward(Duration.ofHours(1));

    assertThat(harness.device.connections()).isZero();
    assertThat(harness.events).containsExactly("primary");
  }

  @Test
  void sessionClosedWhileItWaitsToReconnectStaysClosed() {
    harness.device.stop();
    harness.start();

    harness.context.execute(harness.session::close);
    harness.device.restart();
    harness.timer.forward(Duration.ofHours(1));

    assertThat(harness.events).hasSize(1);
    assertThat(harness.device.connections()).isZero();
  }
}

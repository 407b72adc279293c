package io.tern.quicserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tern.proto.v1.QuicServerConfig;
import io.tern.proto.v1.QuicServerServiceGrpc;
import io.tern.proto.v1.StreamQuicServerConfigRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Everything runs in the thread of the test: the channel is direct, the clock is moved by hand. */
class QuicServerConfigClientTest {
  private static final String BACKEND = "pools/web/backends/a";

  private final ManualScheduler scheduler = new ManualScheduler();
  private final Controller controller = new Controller();
  private final Recorder recorder = new Recorder();
  private Server server;
  private ManagedChannel channel;
  private QuicServerConfigClient client;

  @BeforeEach
  void start() throws IOException {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(controller)
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    client = new QuicServerConfigClient(channel, BACKEND, scheduler, () -> 1.0);
    client.addListener(recorder);
  }

  @AfterEach
  void stop() {
    client.close();
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void firstConfigurationReachesListenersFutureAndReaders() {
    CompletableFuture<ServerConfig> first = client.first();
    client.start();
    assertThat(client.current()).isEmpty();
    assertThat(first).isNotDone();

    controller.send(Messages.config(1, Messages.plaintext(0)));

    ServerConfig expected = Messages.read(1, Messages.plaintext(0));
    assertThat(first).isCompletedWithValue(expected);
    assertThat(client.first()).isCompletedWithValue(expected);
    assertThat(client.current()).contains(expected);
    assertThat(recorder.configs).containsExactly(expected);
    assertThat(controller.requests)
        .extracting(StreamQuicServerConfigRequest::getBackend)
        .containsExactly(BACKEND);
  }

  @Test
  void laterConfigurationTakesTheFirstOnesPlace() {
    client.start();
    controller.send(Messages.config(1, Messages.plaintext(0)));
    controller.send(Messages.config(5, Messages.plaintext(1), Messages.plaintext(0)));

    assertThat(client.current().orElseThrow().revision()).isEqualTo(5);
    assertThat(client.first().join().revision()).isEqualTo(1);
    assertThat(recorder.configs).hasSize(2);
  }

  @Test
  void illegalConfigurationIsRefusedAndNeitherLastOneNorStreamIsLost() {
    client.start();
    controller.send(Messages.config(1, Messages.plaintext(0)));

    controller.send(Messages.config(2, Messages.plaintext(7)));

    assertThat(client.current().orElseThrow().revision()).isEqualTo(1);
    assertThat(recorder.refusals)
        .singleElement()
        .asString()
        .contains("revision 2: cid_configs[0]: codepoint is 7");

    controller.send(Messages.config(3, Messages.plaintext(2)));

    assertThat(client.current().orElseThrow().revision()).isEqualTo(3);
    assertThat(controller.requests).hasSize(1);
  }

  @Test
  void illegalFirstConfigurationLeavesTheFutureOpen() {
    client.start();
    controller.send(Messages.config(1, Messages.plaintext(0).setNonceLength(3)));
    assertThat(client.first()).isNotDone();

    controller.send(Messages.config(2, Messages.plaintext(0)));

    assertThat(client.first().join().revision()).isEqualTo(2);
  }

  @Test
  void brokenStreamKeepsTheConfigurationAndReconnectsAtGrowingIntervals() {
    client.start();
    controller.send(Messages.config(1, Messages.plaintext(0)));
    controller.failNewStreams = true;
    controller.fail(Status.UNAVAILABLE);
    for (int i = 0; i < 8; i++) {
      scheduler.advance(scheduler.untilNext());
    }

    assertThat(recorder.retries)
        .extracting(Duration::toMillis)
        .containsExactly(100L, 200L, 400L, 800L, 1_600L, 3_200L, 5_000L, 5_000L, 5_000L);
    assertThat(recorder.statuses).allMatch(s -> s.getCode() == Status.Code.UNAVAILABLE);
    assertThat(client.current().orElseThrow().revision()).isEqualTo(1);

    controller.failNewStreams = false;
    scheduler.advance(Duration.ofSeconds(5));
    controller.send(Messages.config(2, Messages.plaintext(1)));

    assertThat(client.current().orElseThrow().revision()).isEqualTo(2);
    assertThat(scheduler.untilNext()).isNull();
  }

  @Test
  void configurationResetsTheIntervals() {
    client.start();
    controller.fail(Status.UNAVAILABLE);
    scheduler.advance(Duration.ofMillis(100));
    controller.fail(Status.UNAVAILABLE);
    scheduler.advance(Duration.ofMillis(200));
    controller.send(Messages.config(1));
    controller.fail(Status.UNAVAILABLE);

    assertThat(recorder.retries).extracting(Duration::toMillis).containsExactly(100L, 200L, 100L);
  }

  @Test
  void streamThatTheControllerCompletesIsOpenedAgain() {
    client.start();
    controller.send(Messages.config(1));
    controller.current().onCompleted();
    scheduler.advance(Duration.ofMillis(100));

    assertThat(controller.requests).hasSize(2);
    assertThat(recorder.statuses)
        .singleElement()
        .asString()
        .contains("the controller completed the stream");
  }

  @Test
  void controllerThatDoesNotKnowTheBackendYetIsAskedAgain() {
    client.start();
    controller.fail(Status.NOT_FOUND.withDescription("pools/web/backends/a does not exist"));
    scheduler.advance(Duration.ofMillis(100));
    controller.send(Messages.config(1));

    assertThat(client.first()).isDone();
  }

  @Test
  void revisionThatFallsAlongAStreamIsRefused() {
    client.start();
    controller.send(Messages.config(5));
    controller.send(Messages.config(4, Messages.plaintext(0)));

    assertThat(client.current().orElseThrow().revision()).isEqualTo(5);
    assertThat(recorder.refusals)
        .singleElement()
        .asString()
        .contains("revision 4 came after revision 5");
  }

  @Test
  void newStreamMayBeginBelowTheLastRevision() {
    client.start();
    controller.send(Messages.config(5));
    controller.fail(Status.UNAVAILABLE);
    scheduler.advance(Duration.ofMillis(100));
    controller.send(Messages.config(2));

    assertThat(client.current().orElseThrow().revision()).isEqualTo(2);
    assertThat(recorder.refusals).isEmpty();
  }

  @Test
  void silentStreamIsGivenUpAndOpenedAgain() {
    client.start();
    ServerCallStreamObserver<QuicServerConfig> silent = controller.current();
    scheduler.advance(QuicServerConfigClient.FIRST_MESSAGE_TIMEOUT.minusMillis(1));
    assertThat(recorder.statuses).isEmpty();

    scheduler.advance(Duration.ofMillis(1));

    assertThat(recorder.statuses)
        .singleElement()
        .satisfies(s -> assertThat(s.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    assertThat(silent.isCancelled()).isTrue();
    scheduler.advance(Duration.ofMillis(100));
    controller.send(Messages.config(1));
    assertThat(client.first()).isDone();
    assertThat(recorder.statuses).hasSize(1);
  }

  @Test
  void streamThatSpokeMayBeSilentForEver() {
    client.start();
    controller.send(Messages.config(1));
    scheduler.advance(Duration.ofDays(30));

    assertThat(controller.requests).hasSize(1);
    assertThat(recorder.statuses).isEmpty();
  }

  @Test
  void closeEndsTheStreamAndKeepsTheConfiguration() {
    client.start();
    controller.send(Messages.config(1));
    ServerCallStreamObserver<QuicServerConfig> stream = controller.current();

    client.close();
    client.close();

    assertThat(stream.isCancelled()).isTrue();
    assertThat(recorder.statuses).isEmpty();
    assertThat(scheduler.untilNext()).isNull();
    assertThat(client.current()).isPresent();
    assertThat(client.first()).isCompleted();
    client.start();
    assertThat(controller.requests).hasSize(1);
  }

  @Test
  void closeWhileWaitingForTheNextAttemptEndsTheWaiting() {
    client.start();
    controller.fail(Status.UNAVAILABLE);
    client.close();

    assertThat(scheduler.untilNext()).isNull();
    assertThatThrownBy(() -> client.first().join()).hasCauseInstanceOf(CancellationException.class);
  }

  @Test
  void listenerThatFailsOrClosesStopsNobodyElse() {
    QuicServerConfigClient subject = client;
    List<String> heard = new ArrayList<>();
    client.addListener(
        config -> {
          throw new IllegalStateException("cannot use it");
        });
    client.addListener(config -> subject.close());
    client.addListener(config -> heard.add("config"));
    client.start();
    controller.send(Messages.config(1));

    assertThat(heard).containsExactly("config");
    assertThat(client.first()).isCompleted();
  }

  @Test
  void listenerThatComesLateHearsTheCurrentConfiguration() {
    client.start();
    controller.send(Messages.config(1));
    Recorder late = new Recorder();

    client.addListener(late);

    assertThat(late.configs).extracting(ServerConfig::revision).containsExactly(1L);
  }

  @Test
  void startTwiceOpensOneStream() {
    client.start().start();

    assertThat(controller.requests).hasSize(1);
  }

  @Test
  void keysAreNotLogged() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);
    try {
      client.start();
      controller.send(Messages.config(1, Messages.fourPass(0)));
      controller.send(Messages.config(2, Messages.fourPass(7)));
      controller.send(Messages.config(3, Messages.fourPass(0).setNonceLength(13)));
      controller.fail(Status.UNAVAILABLE);
    } finally {
      root.detachAppender(log);
    }

    String text = log.list.stream().map(ILoggingEvent::getFormattedMessage).toList().toString();
    assertThat(text)
        .contains("revision 1: 1 CID configurations, issues codepoint 0", "is refused", "broke")
        .doesNotContain(Messages.KEY_HEX)
        .doesNotContain("\\217") // the first octet of the key as protobuf's text format prints it
        .doesNotContain("-113");
  }

  private static final class Recorder implements ServerConfigListener {
    private final List<ServerConfig> configs = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private final List<Status> statuses = new ArrayList<>();
    private final List<Duration> retries = new ArrayList<>();

    @Override
    public void onConfig(ServerConfig config) {
      configs.add(config);
    }

    @Override
    public void onRefused(InvalidServerConfigException reason) {
      refusals.add(reason.getMessage());
    }

    @Override
    public void onDisconnected(Status status, Duration retryIn) {
      statuses.add(status);
      retries.add(retryIn);
    }
  }

  /** Lets the test speak for the controller. */
  private static final class Controller extends QuicServerServiceGrpc.QuicServerServiceImplBase {
    private final List<StreamQuicServerConfigRequest> requests = new ArrayList<>();
    private ServerCallStreamObserver<QuicServerConfig> stream;
    private boolean failNewStreams;

    @Override
    public void streamQuicServerConfig(
        StreamQuicServerConfigRequest request, StreamObserver<QuicServerConfig> responses) {
      requests.add(request);
      if (failNewStreams) {
        responses.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      stream = (ServerCallStreamObserver<QuicServerConfig>) responses;
    }

    ServerCallStreamObserver<QuicServerConfig> current() {
      return stream;
    }

    void send(QuicServerConfig config) {
      stream.onNext(config);
    }

    void fail(Status status) {
      stream.onError(status.asRuntimeException());
    }
  }
}

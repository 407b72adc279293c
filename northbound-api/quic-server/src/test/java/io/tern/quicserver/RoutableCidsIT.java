package io.tern.quicserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.tern.cid.ConnectionId;
import io.tern.cid.Decoded;
import io.tern.cid.QuicLbCodec;
import io.tern.cid.QuicLbDecoder;
import io.tern.cid.ServerId;
import io.tern.proto.v1.QuicServerConfig;
import io.tern.proto.v1.QuicServerServiceGrpc;
import io.tern.proto.v1.ServerCidConfig;
import io.tern.proto.v1.StreamQuicServerConfigRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * From the controller's stream over Netty's QUIC codec to the wire: real gRPC, real QUIC, and a NAT
 * that watches.
 */
class RoutableCidsIT {
  private final Controller controller = new Controller();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private QuicLoopback quic;
  private Server grpc;
  private ManagedChannel channel;
  private QuicServerConfigClient client;

  @BeforeEach
  void start() throws Exception {
    quic = new QuicLoopback();
    grpc = startController(0);
    channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), grpc.getPort()))
            .usePlaintext()
            .build();
    client = new QuicServerConfigClient(channel, "pools/web/backends/a", scheduler);
  }

  @AfterEach
  void stop() throws InterruptedException {
    client.close();
    channel.shutdownNow();
    grpc.shutdownNow().awaitTermination();
    scheduler.shutdownNow();
    quic.close();
  }

  static Stream<Arguments> algorithmsWithAndWithoutRetry() {
    return Stream.of(Messages.plaintext(0), Messages.singlePass(3), Messages.fourPass(6))
        .flatMap(cid -> Stream.of(Arguments.of(cid, false), Arguments.of(cid, true)));
  }

  @ParameterizedTest
  @MethodSource("algorithmsWithAndWithoutRetry")
  void everyPacketNamesTheServerThroughNatRebindings(ServerCidConfig.Builder cid, boolean retry)
      throws Exception {
    controller.publish(Messages.config(1, cid));
    ServerConfig config = client.start().first().get(20, TimeUnit.SECONDS);
    TernConnectionIdGenerator generator = new TernConnectionIdGenerator(config);
    ServerId own = config.issue().orElseThrow().serverId();

    try (RebindingRelay relay =
        new RebindingRelay(quic.serve(generator, retry), generator.localConnectionIdLength())) {
      QuicLoopback.Client transfer = quic.connect(relay.address());
      for (int i = 0; i < 9; i++) {
        if (i % 3 == 2) {
          relay.rebind();
        }
        assertThat(transfer.echo("word " + i)).isEqualTo("word " + i);
      }

      assertThat(serverIds(config, relay.serverSourceCids())).isNotEmpty().containsOnly(own);
      assertThat(relay.shortHeaderCids()).hasSizeGreaterThanOrEqualTo(9);
      assertThat(serverIds(config, relay.shortHeaderCids())).containsOnly(own);
    }
  }

  @Test
  void cidsOfNewConnectionIdFramesNameTheServerToo() throws Exception {
    ServerConfig config = Messages.read(1, Messages.fourPass(2));
    Recording cids = new Recording(new TernConnectionIdGenerator(config));

    QuicLoopback.Client transfer = quic.connect(quic.serve(cids, 12, false));
    assertThat(transfer.echo("hello")).isEqualTo("hello");

    await().until(() -> cids.issued.size() >= QuicLoopback.CLIENT_CID_LIMIT);
    assertThat(cids.issued).doesNotHaveDuplicates();
    assertThat(serverIds(config, cids.issued)).containsOnly(ServerId.parse("31441a"));
  }

  @Test
  void serverOfAPoolWithoutCidConfigurationSaysThatItsCidsAreUnroutable() throws Exception {
    controller.publish(Messages.config(1));
    TernConnectionIdGenerator generator =
        new TernConnectionIdGenerator(client.start().first().get(20, TimeUnit.SECONDS));

    try (RebindingRelay relay =
        new RebindingRelay(quic.serve(generator, false), generator.localConnectionIdLength())) {
      assertThat(quic.connect(relay.address()).echo("hello")).isEqualTo("hello");

      assertThat(relay.serverSourceCids())
          .isNotEmpty()
          .allSatisfy(cid -> assertThat(QuicLbCodec.codepoint(cid.octet(0))).isEqualTo(7));
      assertThat(relay.shortHeaderCids())
          .isNotEmpty()
          .allSatisfy(cid -> assertThat(cid.octet(0)).isEqualTo(0b111_10011));
    }
  }

  @Test
  void rotationReachesNewConnectionsAndOldOnesLiveOn() throws Exception {
    controller.publish(Messages.config(1, Messages.plaintext(0)));
    ServerConfig first = client.start().first().get(20, TimeUnit.SECONDS);
    TernConnectionIdGenerator generator = new TernConnectionIdGenerator(first);
    client.addListener(generator);
    InetSocketAddress server = quic.serve(generator, false);

    try (RebindingRelay oldPath = new RebindingRelay(server, 12);
        RebindingRelay newPath = new RebindingRelay(server, 12)) {
      QuicLoopback.Client old = quic.connect(oldPath.address());
      assertThat(old.echo("before")).isEqualTo("before");

      controller.publish(Messages.config(2, Messages.fourPass(1), Messages.plaintext(0)));
      await().until(() -> generator.adopted().revision() == 2);
      QuicLoopback.Client young = quic.connect(newPath.address());
      assertThat(young.echo("new")).isEqualTo("new");
      oldPath.rebind();
      assertThat(old.echo("after")).isEqualTo("after");

      ServerConfig rotated = client.current().orElseThrow();
      assertThat(serverIds(rotated, newPath.shortHeaderCids()))
          .isNotEmpty()
          .containsOnly(ServerId.parse("31441a"));
      assertThat(newPath.shortHeaderCids())
          .allSatisfy(cid -> assertThat(QuicLbCodec.codepoint(cid.octet(0))).isEqualTo(1));
      assertThat(serverIds(rotated, oldPath.shortHeaderCids()))
          .contains(ServerId.parse("c4605e"))
          .isSubsetOf(ServerId.parse("c4605e"), ServerId.parse("31441a"));
    }
  }

  @Test
  void serverOutlivesItsControllerAndHearsTheNextOne() throws Exception {
    controller.publish(Messages.config(1, Messages.plaintext(0)));
    ServerConfig first = client.start().first().get(20, TimeUnit.SECONDS);
    TernConnectionIdGenerator generator = new TernConnectionIdGenerator(first);
    client.addListener(generator);
    Queue<Duration> breaks = new ConcurrentLinkedQueue<>();
    client.addListener(
        new ServerConfigListener() {
          @Override
          public void onConfig(ServerConfig config) {}

          @Override
          public void onDisconnected(io.grpc.Status status, Duration retryIn) {
            breaks.add(retryIn);
          }
        });
    int port = grpc.getPort();

    grpc.shutdownNow().awaitTermination();
    await().atMost(Duration.ofSeconds(20)).until(() -> breaks.size() >= 3);

    try (RebindingRelay relay = new RebindingRelay(quic.serve(generator, false), 12)) {
      assertThat(quic.connect(relay.address()).echo("alone")).isEqualTo("alone");
      assertThat(serverIds(first, relay.shortHeaderCids())).containsOnly(ServerId.parse("c4605e"));
    }

    controller.publish(Messages.config(2, Messages.plaintext(4)));
    grpc = startController(port);
    await().atMost(Duration.ofSeconds(30)).until(() -> generator.adopted().revision() == 2);
  }

  private static List<ServerId> serverIds(ServerConfig config, Collection<ConnectionId> cids) {
    QuicLbDecoder decoder =
        new QuicLbDecoder(config.cids().stream().map(ServerCid::config).toList());
    return cids.stream().map(cid -> ((Decoded.Routable) decoder.decode(cid)).serverId()).toList();
  }

  private Server startController(int port) throws IOException {
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .addService(controller)
        .build()
        .start();
  }

  /** Notes what the generator issues to Netty. */
  private record Recording(TernConnectionIdGenerator generator, Queue<ConnectionId> issued)
      implements QuicConnectionIdGenerator {
    Recording(TernConnectionIdGenerator generator) {
      this(generator, new ConcurrentLinkedQueue<>());
    }

    @Override
    public ByteBuffer newId(int length) {
      ByteBuffer id = generator.newId(length);
      byte[] octets = new byte[id.remaining()];
      id.duplicate().get(octets);
      issued.add(ConnectionId.of(octets));
      return id;
    }

    @Override
    public ByteBuffer newId(ByteBuffer input, int length) {
      return newId(length);
    }

    @Override
    public int maxConnectionIdLength() {
      return generator.maxConnectionIdLength();
    }

    @Override
    public boolean isIdempotent() {
      return generator.isIdempotent();
    }
  }

  /** Sends each stream the current configuration at once, then each new one. */
  private static final class Controller extends QuicServerServiceGrpc.QuicServerServiceImplBase {
    private QuicServerConfig current;
    private StreamObserver<QuicServerConfig> stream;

    @Override
    public synchronized void streamQuicServerConfig(
        StreamQuicServerConfigRequest request, StreamObserver<QuicServerConfig> responses) {
      stream = responses;
      responses.onNext(current);
    }

    synchronized void publish(QuicServerConfig config) {
      current = config;
      if (stream != null) {
        try {
          stream.onNext(config);
        } catch (RuntimeException gone) {
          // The server of this stream was shut down; the next stream gets it.
          stream = null;
        }
      }
    }
  }
}

package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The demo's client and server on loopback, without anything between them. */
class TransferClientIT {
  private static final Duration STALL = Duration.ofSeconds(10);

  private MultiThreadIoEventLoopGroup group;
  private DemoTls tls;

  @BeforeEach
  void setUp() throws Exception {
    group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    tls = DemoTls.create();
  }

  @AfterEach
  void tearDown() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void everyChunkComesBack() throws Exception {
    List<Integer> seen = new ArrayList<>();
    try (EchoServer server =
        EchoServer.start(
            group,
            tls.server(),
            EchoServer.freeOnLoopback(),
            QuicConnectionIdGenerator.randomGenerator(),
            9,
            STALL)) {
      var outcome = client(server.address(), 5, STALL, seen).run().get(30, TimeUnit.SECONDS);

      assertThat(outcome).isEqualTo(new TransferClient.Outcome(5, ""));
      assertThat(seen).containsExactly(1, 2, 3, 4, 5);
    }
  }

  @Test
  void aServerThatGoesAwayIsADeadConnection() throws Exception {
    EchoServer server =
        EchoServer.start(
            group,
            tls.server(),
            EchoServer.freeOnLoopback(),
            QuicConnectionIdGenerator.randomGenerator(),
            9,
            STALL);
    var outcome =
        new TransferClient(
                group,
                tls.client(),
                server.address(),
                new TransferClient.Transfer(1_000, Duration.ZERO, Duration.ofSeconds(1), 7),
                done -> {},
                done -> {
                  if (done == 2) {
                    server.closeAbruptly();
                  }
                })
            .run()
            .get(30, TimeUnit.SECONDS);

    assertThat(outcome.survived()).isFalse();
    assertThat(outcome.failure()).isNotBlank();
  }

  private TransferClient client(
      InetSocketAddress server, int chunks, Duration stallAfter, List<Integer> seen) {
    assertThat(server.getAddress()).isEqualTo(InetAddress.getLoopbackAddress());
    return new TransferClient(
        group,
        tls.client(),
        server,
        new TransferClient.Transfer(chunks, Duration.ofMillis(1), stallAfter, 7),
        done -> {},
        seen::add);
  }
}

package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.tern.core.intent.Endpoint;
import io.tern.embedded.port.PortSelector;
import io.tern.embedded.port.UdpHostPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Without a balancer, one server behind one cable: what the QUIC stacks themselves survive. The
 * demo can lose no connection only if this loses none.
 */
class MigrationIT {
  private static final Endpoint VIP = Endpoint.of("192.0.2.10", 443);

  @Test
  void aSingleServerKeepsEveryConnectionThroughRebindingAndNetworkChange() throws Exception {
    DemoOptions options =
        new DemoOptions(
            30,
            2,
            List.of(DemoAlgorithm.PLAINTEXT),
            1,
            12,
            Duration.ofMillis(100),
            Duration.ofSeconds(8),
            false);
    var group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    DemoTls tls = DemoTls.create();
    try (PortSelector selector = PortSelector.start("test");
        EchoServer server =
            EchoServer.start(
                group,
                tls.server(),
                EchoServer.freeOnLoopback(),
                QuicConnectionIdGenerator.randomGenerator(),
                9,
                options.stallAfter());
        ClientNat nat = new ClientNat(selector, options.seed());
        UdpHostPort host =
            new UdpHostPort(
                selector,
                DemoAddresses.SWITCH.value(),
                DemoAddresses.NAT.value(),
                Map.of(new InetSocketAddress(VIP.address(), VIP.port()), server.address()),
                1_000)) {
      host.start(
          (frame, offset, length) -> {
            nat.transmit(frame, offset, length);
            return true;
          });
      nat.start(
          (frame, offset, length) -> {
            host.transmit(frame, offset, length);
            return true;
          });
      ClientRun.Result result =
          new ClientRun(options.load(), nat, group, tls.client()).run(List.of(VIP), status -> {});

      assertThat(result.failures()).isEmpty();
      assertThat(result.survived()).isEqualTo(options.clients());
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }
}

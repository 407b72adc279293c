package io.tern.app.demo;

import io.grpc.Channel;
import io.netty.channel.EventLoopGroup;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.MacAddress;
import io.tern.embedded.port.PortSelector;
import io.tern.embedded.port.UdpHostPort;
import io.tern.quicserver.QuicServerConfigClient;
import io.tern.quicserver.ServerConfig;
import io.tern.quicserver.TernConnectionIdGenerator;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A QUIC server behind a port of the switch: it takes its CID configuration from the controller's
 * stream, issues CIDs with it, and answers from the VIPs (direct server return).
 */
final class DemoServer implements AutoCloseable {
  /** A path lives shorter than this many others of the same server in one run. */
  private static final int MAX_PEERS = 2_048;

  private final QuicServerConfigClient configs;
  private final EchoServer server;
  private final UdpHostPort port;

  private DemoServer(QuicServerConfigClient configs, EchoServer server, UdpHostPort port) {
    this.configs = configs;
    this.server = server;
    this.port = port;
  }

  /**
   * Subscribes, waits for the first configuration, then starts the server.
   *
   * @param controller channel to the northbound API
   * @param backend "pools/{pool}/backends/{backend}"
   * @param vips what the server answers for
   * @throws IllegalStateException if no configuration comes within {@code timeout}
   */
  static DemoServer start(
      Channel controller,
      String backend,
      MacAddress mac,
      List<Endpoint> vips,
      EventLoopGroup group,
      ScheduledExecutorService scheduler,
      PortSelector selector,
      DemoTls tls,
      Duration idleTimeout,
      Duration timeout)
      throws InterruptedException {
    QuicServerConfigClient configs =
        new QuicServerConfigClient(controller, backend, scheduler).start();
    try {
      ServerConfig config = configs.first().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      TernConnectionIdGenerator cids = new TernConnectionIdGenerator(config);
      configs.addListener(cids);
      EchoServer server =
          EchoServer.start(group, tls.server(), cids, cids.localConnectionIdLength(), idleTimeout);
      Map<InetSocketAddress, InetSocketAddress> services =
          vips.stream()
              .map(vip -> new InetSocketAddress(vip.address(), vip.port()))
              .collect(Collectors.toMap(Function.identity(), vip -> server.address()));
      UdpHostPort port =
          new UdpHostPort(selector, mac.value(), DemoAddresses.NAT.value(), services, MAX_PEERS);
      return new DemoServer(configs, server, port);
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      configs.close();
      throw new IllegalStateException(
          backend
              + " got no configuration from the controller within "
              + timeout.toSeconds()
              + " s",
          e);
    }
  }

  /** The port of the switch that the server is behind; not started yet. */
  UdpHostPort port() {
    return port;
  }

  @Override
  public void close() {
    configs.close();
    server.close();
    port.close();
  }
}

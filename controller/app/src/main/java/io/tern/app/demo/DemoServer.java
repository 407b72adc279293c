package io.tern.app.demo;

import io.grpc.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.quic.QuicSslContext;
import io.tern.quicserver.QuicServerConfigClient;
import io.tern.quicserver.ServerConfig;
import io.tern.quicserver.TernConnectionIdGenerator;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A QUIC server that takes its CID configuration from the controller's stream and issues CIDs with
 * it.
 */
final class DemoServer implements AutoCloseable {
  private final QuicServerConfigClient configs;
  private final List<EchoServer> sockets;

  private DemoServer(QuicServerConfigClient configs, List<EchoServer> sockets) {
    this.configs = configs;
    this.sockets = List.copyOf(sockets);
  }

  /**
   * Subscribes, waits for the first configuration, then serves.
   *
   * @param controller channel to the northbound API
   * @param backend "pools/{pool}/backends/{backend}"
   * @param addresses where it listens
   * @param idleTimeout QUIC's max_idle_timeout
   * @param timeout for the first configuration
   * @throws IllegalStateException if no configuration comes in time, or it cannot listen
   */
  static DemoServer start(
      Channel controller,
      String backend,
      List<InetSocketAddress> addresses,
      EventLoopGroup group,
      ScheduledExecutorService scheduler,
      QuicSslContext tls,
      Duration idleTimeout,
      Duration timeout)
      throws InterruptedException {
    QuicServerConfigClient configs =
        new QuicServerConfigClient(controller, backend, scheduler).start();
    List<EchoServer> sockets = new ArrayList<>();
    try {
      ServerConfig config = configs.first().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      TernConnectionIdGenerator cids = new TernConnectionIdGenerator(config);
      configs.addListener(cids);
      for (InetSocketAddress address : addresses) {
        sockets.add(
            EchoServer.start(
                group, tls, address, cids, cids.localConnectionIdLength(), idleTimeout));
      }
      return new DemoServer(configs, sockets);
    } catch (ExecutionException | TimeoutException e) {
      configs.close();
      throw new IllegalStateException(
          backend
              + " got no configuration from the controller within "
              + timeout.toSeconds()
              + " s",
          e);
    } catch (RuntimeException e) {
      sockets.forEach(EchoServer::close);
      configs.close();
      throw new IllegalStateException(
          backend + " cannot serve on " + addresses + ": " + e.getMessage(), e);
    }
  }

  /** Where it listens, in the order of the addresses that it was given. */
  List<InetSocketAddress> addresses() {
    return sockets.stream().map(EchoServer::address).toList();
  }

  @Override
  public void close() {
    configs.close();
    sockets.forEach(EchoServer::close);
  }
}

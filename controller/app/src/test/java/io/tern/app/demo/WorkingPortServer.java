package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.UnixChannelOption;
import io.tern.quicserver.QuicServerConfigClient;
import io.tern.quicserver.ServerConfig;
import io.tern.quicserver.TernConnectionIdGenerator;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process of a QUIC server whose processes have a port each, and share one for the first
 * packets of connections. Its CIDs name its own port. Told to drain, it leaves the shared port, and
 * ends when the last of its connections does.
 */
public final class WorkingPortServer {
  private static final Logger logger = LoggerFactory.getLogger(WorkingPortServer.class);
  private static final int RECEIVE_BUFFER = 1 << 20;

  /**
   * What a process serves.
   *
   * @param controller of its CID configuration
   * @param backend "pools/{pool}/backends/{backend}", whose port is the working port
   * @param working its own port
   * @param base the port that all processes share
   * @param tls directory of {@link DemoTls#write}
   */
  record Task(
      ServerProcess.Address controller,
      String backend,
      ServerProcess.Address working,
      ServerProcess.Address base,
      String tls,
      long idleTimeoutMillis,
      long timeoutMillis) {}

  /** Says that the process serves. */
  record Serving(String backend) {}

  /** Asks the process to end when its connections have. */
  record Drain(boolean drain) {}

  /** The last line of a process that has ended of its own accord. */
  record Drained(int connections) {}

  private final MultiThreadIoEventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

  private WorkingPortServer() {}

  /** Runs one process; for {@link ChildProcess}. */
  public static void main(String[] args) {
    int status = 1;
    try {
      new WorkingPortServer().serve(new ParentProcess(System.in, System.out));
      status = 0;
    } catch (Exception e) {
      logger.error("the process cannot go on", e);
    }
    Runtime.getRuntime().halt(status);
  }

  private void serve(ParentProcess parent) throws Exception {
    Task task = requireNonNull(parent.read(Task.class), "no task");
    OpenConnections connections = new OpenConnections();
    TernConnectionIdGenerator cids = cids(task);
    Channel working =
        bind(
            task.working(),
            EchoServer.codec(
                DemoTls.serverOf(Path.of(task.tls())),
                cids,
                cids.localConnectionIdLength(),
                Duration.ofMillis(task.idleTimeoutMillis()),
                connections));
    Channel base = bind(task.base(), new FirstPackets(working));
    parent.write(new Serving(task.backend()));

    if (parent.read(Drain.class) == null) {
      return;
    }
    base.close().sync();
    connections.awaitNone(working.eventLoop());
    working.close().sync();
    parent.write(new Drained(connections.all()));
  }

  private static TernConnectionIdGenerator cids(Task task) throws Exception {
    InetSocketAddress address = task.controller().socketAddress();
    ManagedChannel controller =
        NettyChannelBuilder.forAddress(address.getHostString(), address.getPort())
            .usePlaintext()
            .build();
    QuicServerConfigClient configs =
        new QuicServerConfigClient(
                controller, task.backend(), Executors.newSingleThreadScheduledExecutor())
            .start();
    ServerConfig first = configs.first().get(task.timeoutMillis(), TimeUnit.MILLISECONDS);
    TernConnectionIdGenerator cids = new TernConnectionIdGenerator(first);
    configs.addListener(cids);
    return cids;
  }

  private Channel bind(ServerProcess.Address address, ChannelHandler handler)
      throws InterruptedException {
    return new Bootstrap()
        .group(loop)
        .channel(EpollDatagramChannel.class)
        .option(UnixChannelOption.SO_REUSEPORT, true)
        .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
        .handler(handler)
        .bind(address.socketAddress())
        .sync()
        .channel();
  }

  /**
   * What comes to the shared port goes on as if it had come to the working port: from there the
   * server answers, and there the rest of the connection comes. Both channels have one event loop.
   */
  private static final class FirstPackets extends ChannelInboundHandlerAdapter {
    private final Channel working;

    FirstPackets(Channel working) {
      this.working = working;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      InetSocketAddress own = (InetSocketAddress) working.localAddress();
      working
          .pipeline()
          .fireChannelRead(new DatagramPacket(packet.content(), own, packet.sender()));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      working.pipeline().fireChannelReadComplete();
    }
  }
}

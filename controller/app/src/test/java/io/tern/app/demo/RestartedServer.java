package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.UnixChannelOption;
import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.quicserver.ServerCid;
import io.tern.quicserver.ServerConfig;
import io.tern.quicserver.TernConnectionIdGenerator;
import io.tern.workers.Worker;
import io.tern.workers.WorkerGroup;
import io.tern.workers.WorkerPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process of a QUIC server of several processes, which share a UDP port. Told to drain, it
 * takes no new connections, and ends when the last one that it has does.
 */
public final class RestartedServer {
  /** The key of the CIDs, in hexadecimal: a file. */
  static final String CID_KEY = "cid.key";

  private static final Logger logger = LoggerFactory.getLogger(RestartedServer.class);

  private static final int RECEIVE_BUFFER = 1 << 20;

  /**
   * What a process serves.
   *
   * @param group directory of the worker group; null: the kernel chooses by the 4-tuple
   * @param scratch has the server's key and certificate, and the CIDs' key
   */
  record Task(
      ServerProcess.Address vip,
      String group,
      int generation,
      CidAlgorithm algorithm,
      int serverIdLength,
      int nonceLength,
      String scratch,
      long idleTimeoutMillis) {
    QuicLbConfig cids() throws IOException {
      return new QuicLbConfig(
          0,
          algorithm,
          serverIdLength,
          nonceLength,
          Optional.of(CidKey.parse(Files.readString(Path.of(scratch, CID_KEY)))),
          true);
    }

    WorkerPart part() {
      return WorkerPart.last(serverIdLength, 1);
    }
  }

  /** Says that the process serves. */
  record Serving(int slot) {}

  /** Asks the process to end when its connections have. */
  record Drain(boolean drain) {}

  /** The last line of a process that has ended of its own accord. */
  record Drained(int connections) {}

  private final OpenConnections connections = new OpenConnections();

  private RestartedServer() {}

  /** Runs one process; for {@link ChildProcess}. */
  public static void main(String[] args) {
    int status = 1;
    try {
      new RestartedServer().serve(new ParentProcess(System.in, System.out));
      status = 0;
    } catch (Exception e) {
      logger.error("the process cannot go on", e);
    }
    Runtime.getRuntime().halt(status);
  }

  private void serve(ParentProcess parent) throws Exception {
    Task task = requireNonNull(parent.read(Task.class), "no task");
    QuicLbConfig cids = task.cids();
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    // The number of the worker is in the CIDs, so the socket comes first; who comes before the
    // codec
    // is there waits in the socket's buffer.
    EpollDatagramChannel socket =
        (EpollDatagramChannel)
            new Bootstrap()
                .group(loops)
                .channel(EpollDatagramChannel.class)
                .option(UnixChannelOption.SO_REUSEPORT, true)
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInboundHandlerAdapter())
                .bind(task.vip().socketAddress())
                .sync()
                .channel();
    Optional<Worker> worker = Optional.empty();
    if (task.group() != null) {
      WorkerGroup group = WorkerGroup.open(Path.of(task.group()), WorkerGroup.DEFAULT_SLOTS);
      group.configure(cids, task.part());
      worker = Optional.of(group.register(socket.fd().intValue(), task.generation()));
    }
    int number = worker.map(Worker::slot).orElse(0);
    ServerId serverId = task.part().serverId(ServerId.of(new byte[task.serverIdLength()]), number);
    ServerCid cid = new ServerCid(cids, serverId);
    TernConnectionIdGenerator generator =
        new TernConnectionIdGenerator(new ServerConfig(1, List.of(cid), Optional.of(cid)));
    socket
        .pipeline()
        .addLast(
            EchoServer.codec(
                DemoTls.serverOf(Path.of(task.scratch())),
                generator,
                generator.localConnectionIdLength(),
                Duration.ofMillis(task.idleTimeoutMillis()),
                connections));
    socket.config().setAutoRead(true);
    worker.ifPresent(
        w -> {
          w.serve(cids.codepoint(), serverId);
          w.accept();
        });
    parent.write(new Serving(number));

    if (parent.read(Drain.class) == null) {
      return;
    }
    worker.ifPresent(Worker::drain);
    connections.awaitNone(loops.next());
    worker.ifPresent(Worker::close);
    socket.close().sync();
    parent.write(new Drained(connections.all()));
  }
}

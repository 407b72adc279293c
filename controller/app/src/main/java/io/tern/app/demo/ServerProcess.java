package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.tern.core.intent.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A QUIC server as a process of its own. Its first line of standard input says what to serve; it
 * answers with one line once it serves, and ends when its standard input does.
 */
public final class ServerProcess {
  private static final Logger logger = LoggerFactory.getLogger(ServerProcess.class);

  /**
   * What a server serves.
   *
   * @param controller host of the northbound API
   * @param controllerPort its port
   * @param backend "pools/{pool}/backends/{backend}"
   * @param vips where it listens, and what it answers from
   * @param tls directory of {@link DemoTls#write}
   */
  record Task(
      String controller,
      int controllerPort,
      String backend,
      List<Address> vips,
      String tls,
      long idleTimeoutMillis,
      long timeoutMillis) {
    Task {
      vips = List.copyOf(vips);
    }
  }

  /** An address and port, as it goes from one process to another. */
  record Address(String host, int port) {
    static Address of(Endpoint endpoint) {
      return new Address(endpoint.address().getHostAddress(), endpoint.port());
    }

    Endpoint endpoint() {
      return Endpoint.of(host, port);
    }

    InetSocketAddress socketAddress() {
      Endpoint endpoint = endpoint();
      return new InetSocketAddress(endpoint.address(), endpoint.port());
    }
  }

  /** Says that the server serves. */
  record Serving(String backend) {}

  private ServerProcess() {}

  /** Runs one server; for {@link ChildProcess}. */
  public static void main(String[] args) {
    int status = 1;
    try {
      serve(new ParentProcess(System.in, System.out));
      status = 0;
    } catch (Exception e) {
      logger.error("the server cannot go on", e);
    }
    // Its connections end without a word, as those of a server that is switched off.
    Runtime.getRuntime().halt(status);
  }

  private static void serve(ParentProcess parent) throws IOException, InterruptedException {
    Task task = requireNonNull(parent.read(Task.class), "no task");
    ManagedChannel controller =
        NettyChannelBuilder.forAddress(task.controller(), task.controllerPort())
            .usePlaintext()
            .build();
    DemoServer.start(
        controller,
        task.backend(),
        task.vips().stream().map(Address::socketAddress).toList(),
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()),
        Executors.newSingleThreadScheduledExecutor(),
        DemoTls.serverOf(Path.of(task.tls())),
        Duration.ofMillis(task.idleTimeoutMillis()),
        Duration.ofMillis(task.timeoutMillis()));
    parent.write(new Serving(task.backend()));
    parent.awaitEnd();
  }
}

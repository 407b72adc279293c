package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.tern.embedded.port.PortSelector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All clients of one run, and the NAT in front of them, as a process of its own. Its first line of
 * standard input says what they do; it writes a line with every status, and a last one with the
 * result.
 */
public final class ClientsProcess {
  private static final Logger logger = LoggerFactory.getLogger(ClientsProcess.class);

  /**
   * What the clients do.
   *
   * @param vips they talk to them by turns
   * @param tls directory of {@link DemoTls#write}
   */
  record Task(ClientRun.Load load, List<ServerProcess.Address> vips, String tls) {
    Task {
      vips = List.copyOf(vips);
    }
  }

  /**
   * One line of the process.
   *
   * @param status how far the clients are
   * @param result how they fared; null until all have ended
   */
  record Line(ClientRun.Status status, ClientRun.Result result) {}

  private ClientsProcess() {}

  /** Runs the clients; for {@link ChildProcess}. */
  public static void main(String[] args) {
    int status = 1;
    try {
      run(new ParentProcess(System.in, System.out));
      status = 0;
    } catch (Exception e) {
      logger.error("the clients cannot go on", e);
    }
    Runtime.getRuntime().halt(status);
  }

  private static void run(ParentProcess parent) throws IOException, InterruptedException {
    Task task = requireNonNull(parent.read(Task.class), "no task");
    parent.haltAtEnd();
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (PortSelector selector = PortSelector.start("nat");
        SocketNat nat = new SocketNat(selector, task.load().seed())) {
      ClientRun run = new ClientRun(task.load(), nat, group, DemoTls.clientOf(Path.of(task.tls())));
      ClientRun.Result result =
          run.run(
              task.vips().stream().map(ServerProcess.Address::endpoint).toList(),
              status -> parent.write(new Line(status, null)));
      parent.write(new Line(null, result));
    }
  }
}

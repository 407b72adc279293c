package io.tern.app.demo;

import io.tern.app.endpoint.HostAndPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code tern agent} on a host of a {@link NamespaceNetwork}. */
final class AgentProcess implements AutoCloseable {
  static final long DEVICE_ID = 1;

  /** The one port of the device: the host's interface. */
  static final int PORT = 1;

  private static final String INTERFACE = "eth0";
  private static final int P4RUNTIME_PORT = 9559;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 50;

  private final Process process;
  private final InetSocketAddress p4Runtime;
  private final Path log;

  private AgentProcess(Process process, InetSocketAddress p4Runtime, Path log) {
    this.process = process;
    this.p4Runtime = p4Runtime;
    this.log = log;
  }

  /**
   * Starts it, and returns when it takes connections.
   *
   * @param host the host's port in the network
   * @param management the host's address that the controller reaches; whoever does is trusted
   * @param name of its pins and its log
   */
  static AgentProcess start(
      NamespaceNetwork network, int host, InetAddress management, String name, Path directory)
      throws IOException, InterruptedException {
    InetSocketAddress p4Runtime = new InetSocketAddress(management, P4RUNTIME_PORT);
    Path log = directory.resolve("agent-" + name + ".log");
    List<String> command =
        ChildJvm.command(
            directory,
            List.of("-Xmx256m"),
            "io.tern.app.Tern",
            "agent",
            "--device-id=" + DEVICE_ID,
            "--grpc=" + HostAndPort.format(p4Runtime),
            "--mode=native",
            "--pin-dir=/sys/fs/bpf/" + name,
            "--run-dir=" + directory.resolve("run-" + name),
            "--port=" + PORT + "=" + INTERFACE);
    Process process =
        new ProcessBuilder(network.onHost(host, command))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    AgentProcess agent = new AgentProcess(process, p4Runtime, log);
    try {
      agent.awaitListening();
    } catch (IOException | InterruptedException e) {
      agent.close();
      throw e;
    }
    return agent;
  }

  InetSocketAddress p4Runtime() {
    return p4Runtime;
  }

  /**
   * @throws IOException if the agent has ended
   */
  void checkAlive() throws IOException {
    if (!process.isAlive()) {
      throw new IOException(
          "tern agent has ended with status " + process.exitValue() + "; its log: " + log);
    }
  }

  private void awaitListening() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      checkAlive();
      try (Socket socket = new Socket()) {
        socket.connect(p4Runtime);
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw new IOException("tern agent does not listen; its log: " + log, e);
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    }
  }

  /** Asks it to stop, and kills it after a while. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

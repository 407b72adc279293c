package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.tern.app.endpoint.HostAndPort;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The controller as a process of its own, so that it can be killed like one. It keeps its address
 * and its data from one start to the next. Not thread-safe.
 */
public final class ControllerProcess implements AutoCloseable {
  private final Path directory;
  private final InetSocketAddress address;
  private Process process;

  /**
   * @param directory for its data and its log; exists
   */
  public ControllerProcess(Path directory) throws IOException {
    this(directory, InetAddress.getLoopbackAddress());
  }

  /**
   * @param directory for its data and its log; exists
   * @param host the address of this host that it is to serve; if it is not the loopback's, whoever
   *     can reach it is trusted
   */
  ControllerProcess(Path directory, InetAddress host) throws IOException {
    this.directory = requireNonNull(directory, "directory");
    this.address = freeAddress(requireNonNull(host, "host"));
  }

  /** Where its northbound API listens once it has started. */
  public InetSocketAddress address() {
    return address;
  }

  /** What it wrote to its standard error, all starts together. */
  public Path log() {
    return directory.resolve("controller.log");
  }

  /** Starts it; does not wait until it serves. */
  public void start() throws IOException {
    List<String> command =
        ChildJvm.command(
            directory,
            List.of("-Xmx256m"),
            "io.tern.app.Tern",
            "serve",
            "--data=" + directory.resolve("controller"),
            "--grpc=" + HostAndPort.format(address));
    if (!address.getAddress().isLoopbackAddress()) {
      command.add("--allow-unauthenticated");
    }
    File log = log().toFile();
    process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .redirectError(ProcessBuilder.Redirect.appendTo(log))
            .start();
  }

  /** True while it runs. */
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Kills it at once, as {@code kill -9} does, and waits until it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks it to stop, and kills it after five seconds. */
  @Override
  public void close() {
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The address has to stay the same over a restart, so the system cannot choose the port at the
   * moment of the bind.
   */
  private static InetSocketAddress freeAddress(InetAddress host) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, host)) {
      return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
    }
  }
}

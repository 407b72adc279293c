package io.tern.app.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * BMv2's {@code simple_switch_grpc} on network interfaces, without a program: the controller
 * installs it. Listens on the loopback address only.
 */
final class Bmv2Process implements AutoCloseable {
  static final String PROGRAM = "simple_switch_grpc";
  static final long DEVICE_ID = 1;

  /** Nobody else is in its network namespace. */
  private static final int P4RUNTIME_PORT = 9559;

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long POLL_MILLIS = 20;

  private final Process process;
  private final Path log;
  private final String version;

  private Bmv2Process(Process process, Path log, String version) {
    this.process = process;
    this.log = log;
    this.version = version;
  }

  /**
   * Starts it, and returns when it takes connections.
   *
   * @param interfaces by port
   * @param log gets what it says
   */
  static Bmv2Process start(Map<Integer, String> interfaces, Path log)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PROGRAM, "--no-p4"));
    command.addAll(List.of("--device-id", Long.toString(DEVICE_ID)));
    command.addAll(List.of("--log-console", "-L", "warn"));
    interfaces.forEach((port, name) -> command.addAll(List.of("-i", port + "@" + name)));
    command.addAll(List.of("--", "--grpc-server-addr", "127.0.0.1:" + P4RUNTIME_PORT));
    command.addAll(List.of("--cpu-port", Integer.toString(DemoAddresses.CPU_PORT)));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Bmv2Process bmv2 = new Bmv2Process(process, log, readVersion());
    try {
      bmv2.awaitListening();
    } catch (IOException | InterruptedException e) {
      bmv2.close();
      throw e;
    }
    return bmv2;
  }

  /** "BMv2 1.15.5". */
  String version() {
    return version;
  }

  InetSocketAddress p4Runtime() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), P4RUNTIME_PORT);
  }

  /**
   * @throws IOException if the switch has ended
   */
  void checkAlive() throws IOException {
    if (!process.isAlive()) {
      throw new IOException(
          PROGRAM + " has ended with status " + process.exitValue() + "; its log: " + log);
    }
  }

  private void awaitListening() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      checkAlive();
      try (Socket socket = new Socket()) {
        socket.connect(p4Runtime());
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw new IOException(PROGRAM + " does not listen; its log: " + log, e);
        }
        // It says nowhere that it is ready.
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    }
  }

  /** The version without the commit behind it. */
  private static String readVersion() throws IOException, InterruptedException {
    Process process = new ProcessBuilder(PROGRAM, "--version").redirectErrorStream(true).start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();
    return "BMv2 " + said.replaceFirst("-[0-9a-f]+$", "");
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

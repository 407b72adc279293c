package io.tern.southbound.realtarget;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** BMv2's {@code simple_switch_grpc}, with no interface: only its P4Runtime server matters here. */
public final class Bmv2Target implements P4RuntimeTarget {
  private static final String PROGRAM = "simple_switch_grpc";

  private final Path executable;
  private final Path log;
  private final int port;
  private final long deviceId = ProcessHandle.current().pid();
  private Process process;

  /**
   * @param log gets what the switch says
   */
  public Bmv2Target(Path executable, Path log) throws IOException {
    this.executable = executable;
    this.log = log;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = socket.getLocalPort();
    }
  }

  /** The executable, if it is on PATH. */
  public static Optional<Path> executable() {
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .map(folder -> Path.of(folder, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Override
  public String name() {
    return "BMv2";
  }

  @Override
  public String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public long deviceId() {
    return deviceId;
  }

  @Override
  public void start() throws IOException {
    process =
        new ProcessBuilder(
                executable.toString(),
                "--no-p4",
                // Names an IPC file, too: each instance on a host wants its own.
                "--device-id",
                Long.toString(deviceId),
                "--log-console",
                "-L",
                "info",
                "--",
                "--grpc-server-addr",
                address(),
                "--cpu-port",
                "255")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
  }

  @Override
  public void stop() {
    if (process == null) {
      return;
    }
    process.destroyForcibly();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException(PROGRAM + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    process = null;
  }
}

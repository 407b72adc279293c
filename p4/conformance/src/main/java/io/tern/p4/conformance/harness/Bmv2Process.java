package io.tern.p4.conformance.harness;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * BMv2's {@code simple_switch_grpc} as a process, without a program. Its P4Runtime server listens
 * on the loopback address only.
 */
public final class Bmv2Process implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Process process;
  private final long deviceId;
  private final ManagedChannel p4Runtime;

  private Bmv2Process(Process process, long deviceId, int p4RuntimePort) {
    this.process = process;
    this.deviceId = deviceId;
    this.p4Runtime = loopback(p4RuntimePort);
  }

  /**
   * Starts a switch at network interfaces.
   *
   * @param log gets what the switch says
   * @param interfaces by port
   * @throws IOException if it does not start
   */
  public static Bmv2Process withInterfaces(
      Path executable, Path log, Map<Integer, String> interfaces) throws IOException {
    List<String> options = new ArrayList<>();
    interfaces.forEach((port, name) -> options.addAll(List.of("-i", port + "@" + name)));
    return start(executable, log, options, List.of());
  }

  /**
   * Starts a switch whose frames come and go over gRPC at a port of the loopback address.
   *
   * @param log gets what the switch says
   * @throws IOException if it does not start
   */
  static Bmv2Process withDataPlanePort(Path executable, Path log, int port) throws IOException {
    return start(executable, log, List.of(), List.of("--dp-grpc-server-addr", "127.0.0.1:" + port));
  }

  private static Bmv2Process start(
      Path executable, Path log, List<String> options, List<String> targetOptions)
      throws IOException {
    // Names an IPC file, too: each instance on a host wants its own.
    long deviceId = ProcessHandle.current().pid();
    int p4RuntimePort = freePort();
    List<String> command =
        new ArrayList<>(List.of(executable.toString(), "--no-p4", "--device-id"));
    command.addAll(List.of(Long.toString(deviceId), "--log-console", "-L", "info"));
    command.addAll(options);
    command.addAll(List.of("--", "--grpc-server-addr", "127.0.0.1:" + p4RuntimePort));
    command.addAll(List.of("--cpu-port", Integer.toString(P4RuntimeClient.CPU_PORT)));
    command.addAll(targetOptions);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new Bmv2Process(process, deviceId, p4RuntimePort);
  }

  ManagedChannel p4Runtime() {
    return p4Runtime;
  }

  long deviceId() {
    return deviceId;
  }

  @Override
  public void close() {
    p4Runtime.shutdownNow();
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

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  static ManagedChannel loopback(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .usePlaintext()
        .maxInboundMetadataSize(P4RuntimeClient.MAX_METADATA)
        .build();
  }
}

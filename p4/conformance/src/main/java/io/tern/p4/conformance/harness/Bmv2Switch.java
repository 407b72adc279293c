package io.tern.p4.conformance.harness;

import io.grpc.Channel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * BMv2's {@code simple_switch_grpc} as a process. Its frames come and go over gRPC instead of
 * network interfaces: that needs no privileges, and the switch says when it has processed all of
 * them. Listens on the loopback address only.
 */
public final class Bmv2Switch implements PacketTarget {
  private static final String PROGRAM = "simple_switch_grpc";

  private final Bmv2Process process;
  private final Bmv2DataPlane dataPlane;

  private Bmv2Switch(Bmv2Process process, int dataPlanePort) {
    this.process = process;
    this.dataPlane = new Bmv2DataPlane(Bmv2Process.loopback(dataPlanePort), process.deviceId());
  }

  /** The executable, if it is on PATH. */
  public static Optional<Path> executable() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Pattern.compile(Pattern.quote(File.pathSeparator))
        .splitAsStream(path)
        .map(folder -> Path.of(folder, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts a switch without a program.
   *
   * @param log gets what the switch says
   * @throws IOException if it does not start
   */
  public static Bmv2Switch start(Path executable, Path log) throws IOException {
    int dataPlanePort = Bmv2Process.freePort();
    return new Bmv2Switch(
        Bmv2Process.withDataPlanePort(executable, log, dataPlanePort), dataPlanePort);
  }

  @Override
  public Channel p4Runtime() {
    return process.p4Runtime();
  }

  @Override
  public long deviceId() {
    return process.deviceId();
  }

  @Override
  public Wire connect() {
    return dataPlane.connect();
  }

  @Override
  public void close() {
    dataPlane.close();
    process.close();
  }
}

package io.tern.agent;

import static java.util.Objects.requireNonNull;

import io.tern.agent.pin.Links.AttachMode;
import io.tern.agent.pin.ProgramObject;
import io.tern.agent.plane.TunnelEnd;
import io.tern.embedded.TlsOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an agent is told.
 *
 * @param deviceId of P4Runtime, not 0
 * @param ports P4Runtime's port numbers and the names of their interfaces
 * @param pinDirectory under bpffs; the device has a directory of its own in it
 * @param runDirectory for the lock that keeps a second agent from the same device
 * @param grpc where to serve P4Runtime; port 0 takes any
 * @param tls null for clear text
 * @param tunnels that end on this host
 * @param attach false: the program runs in tests alone
 */
public record AgentOptions(
    long deviceId,
    Map<Integer, String> ports,
    AttachMode mode,
    Path pinDirectory,
    Path runDirectory,
    InetSocketAddress grpc,
    TlsOptions tls,
    List<TunnelEnd> tunnels,
    ProgramObject program,
    boolean attach) {
  public static final Path DEFAULT_PIN_DIRECTORY = Path.of("/sys/fs/bpf/tern");
  public static final Path DEFAULT_RUN_DIRECTORY = Path.of("/run/tern");

  public AgentOptions {
    if (deviceId == 0) {
      throw new IllegalArgumentException("deviceId is 0, P4Runtime has no such device");
    }
    ports = java.util.Collections.unmodifiableMap(new TreeMap<>(ports));
    requireNonNull(mode, "mode");
    requireNonNull(pinDirectory, "pinDirectory");
    requireNonNull(runDirectory, "runDirectory");
    requireNonNull(grpc, "grpc");
    tunnels = List.copyOf(tunnels);
    requireNonNull(program, "program");
  }

  /** Where the device's things are pinned. */
  public Path deviceDirectory() {
    return pinDirectory.resolve(Long.toUnsignedString(deviceId));
  }
}

package io.tern.agent;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tern.agent.pin.Links.AttachMode;
import io.tern.agent.pin.ProgramObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Agents for tests: pinned apart from any other, on any free port. */
public final class TestAgents {
  private static final AtomicLong DEVICES = new AtomicLong(ProcessHandle.current().pid() * 1000);

  private TestAgents() {}

  /** Says, if this is not root, that the tests of a class do not run, and ends them. */
  public static void requireRoot(Class<?> tests) throws IOException {
    boolean root = Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    boolean pins = Files.getFileStore(Path.of("/sys/fs/bpf")).type().equals("bpf");
    if (!root || !pins) {
      System.out.println(
          "NOT RUN: "
              + tests.getSimpleName()
              + ", because it needs root and a BPF file system at /sys/fs/bpf");
    }
    assumeTrue(root, "BPF needs root");
    assumeTrue(pins, "no BPF file system at /sys/fs/bpf");
  }

  /** A device of its own whose program is attached nowhere. */
  public static AgentOptions detached(Map<Integer, String> ports) {
    return options(ports, DEVICES.incrementAndGet(), ProgramObject.ofTern(), false);
  }

  /** A device of its own. */
  public static AgentOptions attached(Map<Integer, String> ports) {
    return options(ports, DEVICES.incrementAndGet(), ProgramObject.ofTern(), true);
  }

  /** The same device with another program. */
  public static AgentOptions with(AgentOptions options, ProgramObject program) {
    return options(options.ports(), options.deviceId(), program, options.attach());
  }

  private static AgentOptions options(
      Map<Integer, String> ports, long deviceId, ProgramObject program, boolean attach) {
    return new AgentOptions(
        deviceId,
        ports,
        AttachMode.AUTO,
        Path.of("/sys/fs/bpf/tern-tests"),
        Path.of(System.getProperty("java.io.tmpdir"), "tern-agent-tests"),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        null,
        List.of(),
        program,
        attach);
  }
}

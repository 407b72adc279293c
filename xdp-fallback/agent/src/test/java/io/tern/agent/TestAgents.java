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
  /** Where the devices of tests are pinned. */
  public static final Path PINS = Path.of("/sys/fs/bpf/tern-tests");

  /** Where their locks are. */
  public static final Path RUN = Path.of(System.getProperty("java.io.tmpdir"), "tern-agent-tests");

  private static final AtomicLong DEVICES = new AtomicLong(Leftovers.firstDevice());

  private TestAgents() {}

  /**
   * Says, if this is not root, that the tests of a class do not run, and ends them. Takes away what
   * test processes left that were killed.
   */
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
    Leftovers.clear();
  }

  /** An ID that no other device has. */
  public static long newDeviceId() {
    return DEVICES.incrementAndGet();
  }

  /** A device of its own whose program is attached nowhere. */
  public static AgentOptions detached(Map<Integer, String> ports) {
    return options(newDeviceId(), ports, AttachMode.AUTO, PINS, false);
  }

  /** A device of its own. */
  public static AgentOptions attached(Map<Integer, String> ports) {
    return attached(ports, AttachMode.AUTO);
  }

  /** The same in a mode. */
  public static AgentOptions attached(Map<Integer, String> ports, AttachMode mode) {
    return options(newDeviceId(), ports, mode, PINS, true);
  }

  /** A device of its own that is pinned elsewhere. */
  public static AgentOptions pinnedUnder(Path pins, Map<Integer, String> ports) {
    return options(newDeviceId(), ports, AttachMode.AUTO, pins, true);
  }

  private static AgentOptions options(
      long deviceId, Map<Integer, String> ports, AttachMode mode, Path pins, boolean attach) {
    return new AgentOptions(
        deviceId,
        ports,
        mode,
        pins,
        RUN,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        null,
        List.of(),
        ProgramObject.ofTern(),
        attach);
  }
}

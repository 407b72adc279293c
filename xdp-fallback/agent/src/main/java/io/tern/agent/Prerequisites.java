package io.tern.agent;

import io.tern.agent.pin.PinFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the machine must have, checked before anything is done; each lack says what to do. */
final class Prerequisites {
  private static final Path KERNEL_TYPES = Path.of("/sys/kernel/btf/vmlinux");
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int NET_ADMIN = 12;
  private static final int SYS_ADMIN = 21;
  private static final int PERFMON = 38;
  private static final int BPF = 39;

  private Prerequisites() {}

  /**
   * Checks.
   *
   * @throws AgentException what is missing
   */
  static void check(AgentOptions options) {
    checkPrivileges();
    if (!Files.isReadable(KERNEL_TYPES)) {
      throw new AgentException(
          "the kernel has no type information ("
              + KERNEL_TYPES
              + "): Tern's XDP program needs one built with CONFIG_DEBUG_INFO_BTF, as those of"
              + " Debian 11, Ubuntu 20.10 and newer are");
    }
    checkFileSystem(options.pinDirectory());
    checkWritable(options.deviceDirectory());
  }

  private static void checkWritable(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new AgentException(
          "cannot make "
              + directory
              + ": "
              + PinFailure.reason(e)
              + "; --pin-dir names another place",
          e);
    }
    if (!Files.isWritable(directory)) {
      throw new AgentException(
          "cannot pin anything under "
              + directory
              + ": it is read-only or another user's; --pin-dir names another place");
    }
  }

  private static void checkFileSystem(Path pins) {
    Path there = pins.toAbsolutePath();
    while (!Files.exists(there)) {
      there = there.getParent();
    }
    String type;
    try {
      type = Files.getFileStore(there).type();
    } catch (IOException e) {
      throw new AgentException("cannot see what is at " + there + ": " + e.getMessage(), e);
    }
    if (!type.equals("bpf")) {
      throw new AgentException(
          pins
              + " is not on a BPF file system, but on "
              + type
              + ": mount -t bpf bpf /sys/fs/bpf, or name another directory with --pin-dir");
    }
  }

  private static void checkPrivileges() {
    long capabilities = 0;
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("CapEff:")) {
          capabilities = Long.parseUnsignedLong(line.substring(7).trim(), 16);
        }
      }
    } catch (IOException e) {
      throw new AgentException("cannot read " + STATUS + ": " + e.getMessage(), e);
    }
    boolean bpf = has(capabilities, BPF) && has(capabilities, PERFMON);
    if (!has(capabilities, NET_ADMIN) || !(bpf || has(capabilities, SYS_ADMIN))) {
      throw new AgentException(
          "the agent needs CAP_NET_ADMIN, CAP_BPF and CAP_PERFMON: run it as root, or by the systemd"
              + " unit that comes with it");
    }
  }

  private static boolean has(long capabilities, int capability) {
    return (capabilities >>> capability & 1) != 0;
  }
}

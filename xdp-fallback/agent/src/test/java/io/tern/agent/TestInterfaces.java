package io.tern.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Interfaces that lead to their own other ends; gone when closed. */
public final class TestInterfaces implements AutoCloseable {
  private final Map<Integer, String> names = new TreeMap<>();

  /** Makes one for each of the ports 0 to {@code count} - 1. */
  public TestInterfaces(int count) throws IOException {
    for (int port = 0; port < count; port++) {
      names.put(port, Leftovers.name("s" + port));
      make(port);
    }
  }

  /** Makes the interface of a port anew, under the same name. */
  public void make(int port) throws IOException {
    ip("link", "add", name(port), "type", "veth", "peer", "name", farEnd(port));
    for (String end : List.of(name(port), farEnd(port))) {
      // Without addresses the kernel has nothing to say on it.
      run("sysctl", "-q", "-w", "net.ipv6.conf." + end + ".disable_ipv6=1");
      ip("link", "set", end, "up");
    }
    // A veth end takes redirected frames only if it polls.
    run("ethtool", "-K", farEnd(port), "gro", "on");
  }

  /** Deletes the interface of a port, as whoever owns the machine may do. */
  public void delete(int port) throws IOException {
    ip("link", "delete", name(port));
  }

  /** Their names by port. */
  public Map<Integer, String> names() {
    return names;
  }

  /** The name of a port's interface. */
  public String name(int port) {
    return names.get(port);
  }

  /** Where frames come out that leave by a port. */
  public String farEnd(int port) {
    return Leftovers.name("t" + port);
  }

  /** Runs ip(8), which must succeed. */
  public static String ip(String... arguments) throws IOException {
    String[] command = new String[arguments.length + 1];
    command[0] = "ip";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return run(command);
  }

  /** Runs a command that must succeed; what it said. */
  public static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(new ArrayList<>(List.of(command)) + ": " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return output;
  }

  @Override
  public void close() throws IOException {
    String there = ip("-o", "link");
    for (String name : names.values()) {
      if (there.contains(" " + name + "@") || there.contains(" " + name + ":")) {
        ip("link", "delete", name);
      }
    }
  }
}

package io.tern.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Interfaces that lead to their own other ends; gone when closed. */
public final class TestInterfaces implements AutoCloseable {
  private final Map<Integer, String> names = new TreeMap<>();

  /** Makes one for each of the ports 0 to {@code count} - 1. */
  public TestInterfaces(int count) throws IOException {
    String prefix = "ta" + Long.toString(ProcessHandle.current().pid(), 36);
    for (int port = 0; port < count; port++) {
      String name = prefix + "s" + port;
      ip("link", "add", name, "type", "veth", "peer", "name", prefix + "t" + port);
      names.put(port, name);
      ip("link", "set", name, "up");
    }
  }

  /** Their names by port. */
  public Map<Integer, String> names() {
    return names;
  }

  /** Runs ip(8), which must succeed. */
  public static String ip(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(command + ": " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return output;
  }

  @Override
  public void close() throws IOException {
    for (String name : names.values()) {
      ip("link", "delete", name);
    }
  }
}

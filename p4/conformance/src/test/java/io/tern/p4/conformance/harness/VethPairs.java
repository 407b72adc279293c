package io.tern.p4.conformance.harness;

import io.tern.p4.conformance.link.InterfaceLink;
import io.tern.p4.conformance.link.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A pair of virtual interfaces for each port of a switch, of which one end is the switch's. The
 * kernel sends nothing of its own by them. Gone when closed.
 */
final class VethPairs implements AutoCloseable {
  /** What the rows use. */
  private static final int PORTS = 5;

  private static final int MTU = 9500;

  private final String prefix = "tv" + Long.toString(ProcessHandle.current().pid(), 36);
  private final Map<Integer, String> switchEnds = new TreeMap<>();
  private final Map<Integer, Link> links = new TreeMap<>();

  /** Why there cannot be any; empty if there can. */
  static String obstacle() throws IOException, InterruptedException {
    if (Files.notExists(Path.of("/sys/class/net"))) {
      return "this is no Linux";
    }
    if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      return "only root makes network interfaces";
    }
    try {
      return ip("link", "show", "lo").isEmpty() ? "" : "the program ip does not work";
    } catch (IOException e) {
      return "the program ip (iproute2) is missing";
    }
  }

  VethPairs() throws IOException, InterruptedException {
    try {
      for (int port = 0; port < PORTS; port++) {
        String switchEnd = prefix + "s" + port;
        String ourEnd = prefix + "t" + port;
        must("link", "add", switchEnd, "type", "veth", "peer", "name", ourEnd);
        switchEnds.put(port, switchEnd);
        for (String end : List.of(switchEnd, ourEnd)) {
          Path ipv6 = Path.of("/proc/sys/net/ipv6/conf", end, "disable_ipv6");
          if (Files.exists(ipv6)) {
            Files.writeString(ipv6, "1");
          }
          must("link", "set", end, "mtu", Integer.toString(MTU), "arp", "off", "up");
        }
      }
      for (int port = 0; port < PORTS; port++) {
        links.put(port, InterfaceLink.open(prefix + "t" + port));
      }
    } catch (IOException | InterruptedException e) {
      close();
      throw e;
    }
  }

  Map<Integer, String> switchEnds() {
    return switchEnds;
  }

  Map<Integer, Link> links() {
    return links;
  }

  @Override
  public void close() {
    links.values().forEach(Link::close);
    for (String end : switchEnds.values()) {
      try {
        var unused = ip("link", "delete", end);
      } catch (IOException e) {
        throw new IllegalStateException("interface " + end + " stays", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void must(String... arguments) throws IOException, InterruptedException {
    String said = ip(arguments);
    if (!said.isEmpty()) {
      throw new IOException("ip " + String.join(" ", arguments) + ": " + said);
    }
  }

  /** What it said, if it failed; empty if it did not. */
  private static String ip(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return "does not end";
    }
    return process.exitValue() == 0 ? "" : "exit code " + process.exitValue() + ": " + said.strip();
  }
}

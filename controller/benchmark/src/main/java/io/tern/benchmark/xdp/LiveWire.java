package io.tern.benchmark.xdp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tern.libbpf.BpfProgram;
import io.tern.libbpf.Libbpf;
import io.tern.libbpf.XdpLink;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A veth pair with a native XDP program at each end: the sender's end here, the balancer's in a
 * network namespace of its own. For one thread.
 *
 * <p>A shell holds that namespace, which has no name, until its input ends. So however this process
 * ends, the namespace ends with it, and both interfaces with the namespace.
 */
final class LiveWire implements AutoCloseable {
  /** Of the balancer's end: what it does not forward reaches its host's network stack. */
  static final byte[] BALANCER_MAC = {2, 0, 0, 0, 0, 1};

  private static final long SECONDS_TO_END = 5;

  private final Process shell;
  private final BufferedWriter orders;
  private final BufferedReader answers;
  private final String here = "tb" + ProcessHandle.current().pid() + "s";
  private final String there = "tb" + ProcessHandle.current().pid() + "b";
  private final List<XdpLink> links = new ArrayList<>();
  private int senderIndex;
  private int balancerIndex;

  /**
   * Makes it; both ends are up.
   *
   * @param balancer what its end begins with
   * @param receiver what the sender's end does with what comes back; without a program there, the
   *     kernel would wake nobody for it
   * @throws IOException if this process may not make namespaces or interfaces
   */
  LiveWire(BpfProgram balancer, BpfProgram receiver) throws IOException {
    shell = new ProcessBuilder("unshare", "--net", "--", "sh").redirectErrorStream(true).start();
    orders = new BufferedWriter(new OutputStreamWriter(shell.getOutputStream(), US_ASCII));
    answers = new BufferedReader(new InputStreamReader(shell.getInputStream(), US_ASCII));
    try {
      connect(balancer, receiver);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void connect(BpfProgram balancer, BpfProgram receiver) throws IOException {
    // New interfaces announce themselves over IPv6 otherwise, and that would be counted.
    String quiet = "/proc/sys/net/ipv6/conf/default/disable_ipv6";
    // Answered from inside the namespace: from now on interfaces can be moved there.
    order("if [ -e " + quiet + " ]; then echo 1 >" + quiet + "; fi");
    ip("link", "add", here, "type", "veth", "peer", "name", there, "address", macOfBalancer());
    Path quietHere = Path.of("/proc/sys/net/ipv6/conf", here, "disable_ipv6");
    if (Files.exists(quietHere)) {
      Files.writeString(quietHere, "1");
    }
    senderIndex = Libbpf.interfaceIndex(here);
    links.add(XdpLink.attach(receiver, senderIndex, XdpLink.Mode.NATIVE));
    // The program stays with the interface when that moves.
    links.add(XdpLink.attach(balancer, Libbpf.interfaceIndex(there), XdpLink.Mode.NATIVE));
    ip("link", "set", there, "netns", Long.toString(shell.pid()));
    order("ip link set " + there + " up");
    ip("link", "set", here, "up");
    balancerIndex = KernelText.interfaceIndex(order("ip -o link show dev " + there));
  }

  private static String macOfBalancer() {
    List<String> octets = new ArrayList<>();
    for (byte octet : BALANCER_MAC) {
      octets.add(String.format("%02x", octet));
    }
    return String.join(":", octets);
  }

  /** Of the sender's end, in this namespace. */
  int senderIndex() {
    return senderIndex;
  }

  /** Of the balancer's end, in its namespace: the one that its program sees. */
  int balancerIndex() {
    return balancerIndex;
  }

  /** Gives the balancer another program. */
  void balance(BpfProgram program) {
    links.get(1).update(program);
  }

  /** IPv4 packets that the balancer's network stack has seen. */
  long delivered() throws IOException {
    return KernelText.counter(order("cat /proc/net/snmp"), "Ip", "InReceives");
  }

  /** What the command printed, in the balancer's namespace. */
  private String order(String command) throws IOException {
    orders.write(command + "; echo \"done $?\"\n");
    orders.flush();
    StringBuilder said = new StringBuilder();
    String line = answers.readLine();
    while (line != null && !line.startsWith("done ")) {
      said.append(line).append('\n');
      line = answers.readLine();
    }
    if (line == null || !line.equals("done 0")) {
      throw new IOException(
          "in a namespace of its own: '" + command + "' failed: " + said.toString().strip());
    }
    return said.toString();
  }

  private static void ip(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), US_ASCII).strip();
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Takes the interfaces away. */
  @Override
  public void close() {
    links.forEach(XdpLink::close);
    try {
      // The kernel takes a namespace away some time after its last process; this is now.
      if (Libbpf.interfaceIndex(here) != 0) {
        ip("link", "delete", here);
      } else if (shell.isAlive() && balancerIndex != 0) {
        order("ip link delete " + there);
      }
      orders.close();
      if (!shell.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        shell.destroyForcibly();
      }
    } catch (IOException e) {
      shell.destroyForcibly();
    } catch (InterruptedException e) {
      shell.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.Endpoint;
import io.tern.core.intent.MacAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Hosts in network namespaces, each with a veth pair to the data plane. Works inside {@link
 * PrivateNamespaces}, with which everything disappears. Not thread-safe.
 */
final class NamespaceNetwork {
  /** The controller's end of the management network. */
  static final InetAddress CONTROLLER = Endpoint.parseAddress("10.0.0.1");

  private static final String SCRIPT = "host.sh";
  private static final int MANAGEMENT_ADDRESSES = 250;

  private final byte[] script;
  private final Map<Integer, String> interfaces = new TreeMap<>();

  NamespaceNetwork() throws IOException {
    try (InputStream in = NamespaceNetwork.class.getResourceAsStream(SCRIPT)) {
      script = requireNonNull(in, SCRIPT).readAllBytes();
    }
    run(List.of("ip", "link", "set", "lo", "up"), new byte[0]);
  }

  /** The data plane's end of each cable, by the data plane's port. */
  Map<Integer, String> interfaces() {
    return Map.copyOf(interfaces);
  }

  /** The host of all clients, to which every {@link PublicAddresses} belongs. */
  void addClients(int port, MacAddress mac, MacAddress gateway) throws IOException {
    List<String> arguments = new ArrayList<>(host("clients", port, mac, gateway));
    arguments.add(PublicAddresses.RANGE_V6);
    arguments.addAll(PublicAddresses.RANGES_V4);
    addHost(port, arguments);
  }

  /**
   * A server's host.
   *
   * @param own the server's own IPv6 address
   */
  void addServer(
      int port, MacAddress mac, MacAddress gateway, Endpoint own, Endpoint vipV4, Endpoint vipV6)
      throws IOException {
    int number = interfaces.size();
    List<String> arguments = new ArrayList<>(host("server", port, mac, gateway));
    arguments.add(own.address().getHostAddress());
    arguments.add(CONTROLLER.getHostAddress());
    arguments.add(
        "10.0." + (1 + number / MANAGEMENT_ADDRESSES) + "." + (1 + number % MANAGEMENT_ADDRESSES));
    arguments.add(vipV4.address().getHostAddress());
    arguments.add(vipV6.address().getHostAddress());
    addHost(port, arguments);
  }

  /** {@code command}, run on the host behind a port. */
  List<String> onHost(int port, List<String> command) {
    List<String> there = new ArrayList<>();
    there.add("nsenter");
    there.add("--net=/run/netns/" + interfaces.get(port));
    there.add("--");
    there.addAll(command);
    return there;
  }

  private static List<String> host(String role, int port, MacAddress mac, MacAddress gateway) {
    return List.of(role, "port" + port, mac.toString(), gateway.toString());
  }

  private void addHost(int port, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-eu", "-s", "--"));
    command.addAll(arguments);
    run(command, script);
    interfaces.put(port, arguments.get(1));
  }

  private static void run(List<String> command, byte[] input) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().write(input);
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(
            "setting up the network failed: "
                + String.join(" ", command)
                + ": status "
                + status
                + ": "
                + said.strip());
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}

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
import java.util.Optional;
import java.util.TreeMap;

/**
 * Hosts in network namespaces, each with a veth pair to the demo's own namespace. What joins these
 * is a data plane, or a bridge. Works inside {@link PrivateNamespaces}, with which everything
 * disappears. Not thread-safe.
 */
final class NamespaceNetwork implements AutoCloseable {
  /** The controller's end of the management network. */
  static final InetAddress CONTROLLER = Endpoint.parseAddress("10.0.0.1");

  /** The script that adds a host. */
  private static final String HOST = "host.sh";

  /** The script that puts a host's cable into the bridge. */
  private static final String BRIDGE_PORT = "bridge-port.sh";

  private static final String BRIDGE = "lan";
  private static final int MANAGEMENT_ADDRESSES = 250;

  private final byte[] host = script(HOST);
  private final byte[] bridgePort = script(BRIDGE_PORT);
  private final Optional<XdpReceivers> bridgePorts;
  private final boolean clientsInBridge;
  private final Map<Integer, String> interfaces = new TreeMap<>();

  private NamespaceNetwork(Optional<XdpReceivers> bridgePorts, boolean clientsInBridge)
      throws IOException {
    this.bridgePorts = bridgePorts;
    this.clientsInBridge = clientsInBridge;
    run(List.of("ip", "link", "set", "lo", "up"), new byte[0]);
    if (bridgePorts.isPresent()) {
      run(
          List.of("ip", "link", "add", BRIDGE, "type", "bridge", "mcast_snooping", "0"),
          new byte[0]);
      run(List.of("ip", "link", "set", BRIDGE, "up"), new byte[0]);
    }
  }

  /** A network whose cables end in the interfaces of a data plane. */
  static NamespaceNetwork cables() throws IOException {
    return new NamespaceNetwork(Optional.empty(), false);
  }

  /**
   * A network whose cables end in a bridge of the kernel. It knows where each MAC address is, and
   * floods nothing, and hosts may send by {@code XDP_TX}.
   */
  static NamespaceNetwork bridged() throws IOException {
    return new NamespaceNetwork(Optional.of(new XdpReceivers()), true);
  }

  /**
   * A network whose servers are in such a bridge, and whose clients are not: what joins the two is
   * a data plane between the clients' cable and {@code uplink}.
   *
   * @param port of the uplink
   * @param mac what the bridge sends there
   */
  static NamespaceNetwork behindUplink(int port, MacAddress mac, String uplink) throws IOException {
    NamespaceNetwork network = new NamespaceNetwork(Optional.of(new XdpReceivers()), false);
    network.addInterface(port, mac, uplink);
    return network;
  }

  private static byte[] script(String name) throws IOException {
    try (InputStream in = NamespaceNetwork.class.getResourceAsStream(name)) {
      return requireNonNull(in, name).readAllBytes();
    }
  }

  /** The near end of each cable, by port. */
  Map<Integer, String> interfaces() {
    return Map.copyOf(interfaces);
  }

  /** The host of all clients, to which every {@link PublicAddresses} belongs. */
  void addClients(int port, MacAddress mac, MacAddress gateway) throws IOException {
    List<String> arguments = new ArrayList<>(host("clients", port, mac, gateway));
    arguments.add(PublicAddresses.RANGE_V6);
    arguments.addAll(PublicAddresses.RANGES_V4);
    addHost(port, arguments, clientsInBridge);
  }

  /**
   * A server's host.
   *
   * @param own the server's own IPv6 address
   * @return its address in the management network
   */
  InetAddress addServer(
      int port, MacAddress mac, MacAddress gateway, Endpoint own, Endpoint vipV4, Endpoint vipV6)
      throws IOException {
    List<String> arguments = new ArrayList<>(host("server", port, mac, gateway));
    arguments.add(CONTROLLER.getHostAddress());
    String management = managementAddress();
    arguments.add(management);
    arguments.add(own.address().getHostAddress());
    arguments.add(vipV4.address().getHostAddress());
    arguments.add(vipV6.address().getHostAddress());
    addHost(port, arguments, bridgePorts.isPresent());
    return Endpoint.parseAddress(management);
  }

  /**
   * A host between the others, without addresses of theirs.
   *
   * @return its address in the management network
   */
  InetAddress addEdge(int port, MacAddress mac, MacAddress gateway) throws IOException {
    List<String> arguments = new ArrayList<>(host("edge", port, mac, gateway));
    String management = managementAddress();
    arguments.add(CONTROLLER.getHostAddress());
    arguments.add(management);
    addHost(port, arguments, bridgePorts.isPresent());
    return Endpoint.parseAddress(management);
  }

  /**
   * An interface of the demo's own namespace in the bridge, without addresses: for a program that
   * works with frames.
   */
  void addInterface(int port, MacAddress mac, String name) throws IOException {
    String near = "port" + port;
    run(List.of("ip", "link", "add", near, "type", "veth", "peer", "name", name), new byte[0]);
    run(List.of("ip", "link", "set", name, "address", mac.toString(), "up"), new byte[0]);
    run(List.of("ip", "link", "set", near, "up"), new byte[0]);
    run(shell(List.of(BRIDGE, near, mac.toString())), bridgePort);
    interfaces.put(port, near);
  }

  /** Lets the host behind a port forward IPv6 packets. */
  void forward(int port) throws IOException {
    String set = "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding";
    run(onHost(port, List.of("sh", "-c", set)), new byte[0]);
  }

  /** The next host's. */
  private String managementAddress() {
    int number = interfaces.size();
    return "10.0."
        + (1 + number / MANAGEMENT_ADDRESSES)
        + "."
        + (1 + number % MANAGEMENT_ADDRESSES);
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

  private void addHost(int port, List<String> arguments, boolean bridged) throws IOException {
    run(shell(arguments), host);
    String name = arguments.get(1);
    if (bridged) {
      bridgePorts.orElseThrow().add(name);
      run(shell(List.of(BRIDGE, name, arguments.get(2))), bridgePort);
    }
    interfaces.put(port, name);
  }

  private static List<String> shell(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("sh", "-eu", "-s", "--"));
    command.addAll(arguments);
    return command;
  }

  /** Ends what this process holds; the network itself disappears with the namespaces. */
  @Override
  public void close() throws Exception {
    if (bridgePorts.isPresent()) {
      bridgePorts.get().close();
    }
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

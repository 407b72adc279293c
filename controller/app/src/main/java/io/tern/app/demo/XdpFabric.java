package io.tern.app.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * An edge load balancer of one host: {@code tern agent} in a network namespace with one interface,
 * on which the kernel runs the XDP program. A bridge joins it with the clients and the servers.
 */
final class XdpFabric extends NamespaceFabric {
  private final AgentProcess agent;

  private XdpFabric(Resources resources, NamespaceHosts hosts, AgentProcess agent) {
    super(resources, hosts);
    this.agent = agent;
  }

  /**
   * Builds the network and starts the agent.
   *
   * @param directory for logs and keys; exists, and is nobody else's to read
   */
  static XdpFabric start(DemoOptions options, Path directory) throws Exception {
    Resources resources = new Resources();
    try {
      NamespaceNetwork network = resources.add(NamespaceNetwork.bridged());
      InetAddress management =
          network.addEdge(DemoAddresses.EDGE_PORT, DemoAddresses.SWITCH, DemoAddresses.NAT);
      NamespaceHosts hosts = resources.add(new NamespaceHosts(options, directory, network));
      AgentProcess agent =
          resources.add(
              AgentProcess.start(network, DemoAddresses.EDGE_PORT, management, "edge", directory));
      return new XdpFabric(resources, hosts, agent);
    } catch (Exception e) {
      resources.close();
      throw e;
    }
  }

  @Override
  public String dataPlane() {
    return "XDP in the kernel, network namespaces and veth pairs";
  }

  @Override
  public InetSocketAddress p4Runtime() {
    return agent.p4Runtime();
  }

  @Override
  public long deviceId() {
    return AgentProcess.DEVICE_ID;
  }

  /** The edge has one interface: the servers' answers go past it, straight to the NAT. */
  @Override
  public boolean carriesEverything() {
    return false;
  }

  @Override
  public int serverPort(int run, int index, int serversPerRun) {
    return AgentProcess.PORT;
  }

  @Override
  void checkAlive() throws IOException {
    agent.checkAlive();
  }
}

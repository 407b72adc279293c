package io.tern.app.demo;

import io.tern.core.intent.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * An edge load balancer of one host: {@code tern agent} in a network namespace with one interface,
 * on which the kernel runs the XDP program. A bridge joins it with the clients and the servers.
 * Works inside {@link PrivateNamespaces} only.
 */
final class XdpFabric implements Fabric {
  private final Resources resources = new Resources();
  private final NamespaceHosts hosts;
  private final AgentProcess agent;

  /**
   * Builds the network and starts the agent.
   *
   * @param directory for logs and keys; exists, and is nobody else's to read
   */
  XdpFabric(DemoOptions options, Path directory) throws Exception {
    NamespaceNetwork network = resources.add(NamespaceNetwork.bridged());
    InetAddress management =
        network.addEdge(DemoAddresses.EDGE_PORT, DemoAddresses.SWITCH, DemoAddresses.NAT);
    hosts = resources.add(new NamespaceHosts(options, directory, network));
    agent =
        resources.add(
            AgentProcess.start(network, DemoAddresses.EDGE_PORT, management, "edge", directory));
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
  public InetAddress controllerAddress() {
    return NamespaceNetwork.CONTROLLER;
  }

  @Override
  public void startServers(
      InetSocketAddress controller, List<ServerSite> sites, List<Endpoint> vips)
      throws IOException, InterruptedException {
    hosts.startServers(controller, sites, vips);
  }

  @Override
  public ClientRun.Result runClients(List<Endpoint> vips, ClientRun.Observer observer)
      throws IOException, InterruptedException {
    return hosts.runClients(vips, observer, agent::checkAlive);
  }

  /** Stops servers and agent; the network disappears with the namespaces. */
  @Override
  public void close() throws Exception {
    resources.close();
  }
}

package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A data plane among the hosts of a {@link NamespaceNetwork}. Works inside {@link
 * PrivateNamespaces} only.
 */
abstract class NamespaceFabric implements Fabric {
  private final Resources resources;
  private final NamespaceHosts hosts;

  /**
   * @param resources to be closed with this
   */
  NamespaceFabric(Resources resources, NamespaceHosts hosts) {
    this.resources = requireNonNull(resources, "resources");
    this.hosts = requireNonNull(hosts, "hosts");
  }

  /**
   * @throws IOException if the data plane has ended
   */
  abstract void checkAlive() throws IOException;

  @Override
  public final InetAddress controllerAddress() {
    return NamespaceNetwork.CONTROLLER;
  }

  @Override
  public final void startServers(
      InetSocketAddress controller, List<ServerSite> sites, List<Endpoint> vips)
      throws IOException, InterruptedException {
    hosts.startServers(controller, sites, vips);
  }

  @Override
  public final ClientRun.Result runClients(List<Endpoint> vips, ClientRun.Observer observer)
      throws IOException, InterruptedException {
    return hosts.runClients(vips, observer, this::checkAlive);
  }

  /** Stops servers and data plane; the network disappears with the namespaces. */
  @Override
  public final void close() throws Exception {
    resources.close();
  }
}

package io.tern.app.demo;

import io.tern.core.intent.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * BMv2 in the demo's own network namespace, and the hosts behind its ports, by veth pairs. Works
 * inside {@link PrivateNamespaces} only.
 */
final class Bmv2Fabric implements Fabric {
  private final Resources resources = new Resources();
  private final NamespaceHosts hosts;
  private final Bmv2Process bmv2;

  /**
   * Builds the network and starts the switch.
   *
   * @param directory for logs and keys; exists, and is nobody else's to read
   */
  Bmv2Fabric(DemoOptions options, Path directory) throws Exception {
    NamespaceNetwork network = NamespaceNetwork.cables();
    hosts = resources.add(new NamespaceHosts(options, directory, network));
    bmv2 = resources.add(Bmv2Process.start(network.interfaces(), directory.resolve("bmv2.log")));
  }

  @Override
  public String dataPlane() {
    return bmv2.version() + ", network namespaces and veth pairs";
  }

  @Override
  public InetSocketAddress p4Runtime() {
    return bmv2.p4Runtime();
  }

  @Override
  public long deviceId() {
    return Bmv2Process.DEVICE_ID;
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
    return hosts.runClients(vips, observer, bmv2::checkAlive);
  }

  /** Stops servers and switch; the network disappears with the namespaces. */
  @Override
  public void close() throws Exception {
    resources.close();
  }
}

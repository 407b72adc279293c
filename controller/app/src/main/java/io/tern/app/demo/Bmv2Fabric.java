package io.tern.app.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** BMv2 in the demo's own network namespace, and the hosts behind its ports, by veth pairs. */
final class Bmv2Fabric extends NamespaceFabric {
  private final Bmv2Process bmv2;

  private Bmv2Fabric(Resources resources, NamespaceHosts hosts, Bmv2Process bmv2) {
    super(resources, hosts);
    this.bmv2 = bmv2;
  }

  /**
   * Builds the network and starts the switch.
   *
   * @param directory for logs and keys; exists, and is nobody else's to read
   */
  static Bmv2Fabric start(DemoOptions options, Path directory) throws Exception {
    Resources resources = new Resources();
    try {
      NamespaceNetwork network = resources.add(NamespaceNetwork.cables());
      NamespaceHosts hosts = resources.add(new NamespaceHosts(options, directory, network));
      Bmv2Process bmv2 =
          resources.add(Bmv2Process.start(network.interfaces(), directory.resolve("bmv2.log")));
      return new Bmv2Fabric(resources, hosts, bmv2);
    } catch (Exception e) {
      resources.close();
      throw e;
    }
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
  void checkAlive() throws IOException {
    bmv2.checkAlive();
  }
}

package io.tern.app.demo;

import io.tern.core.intent.Endpoint;
import io.tern.core.intent.MacAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * What lies between the demo's clients and servers: a data plane, the network around it, and the
 * hosts on which clients and servers run. The rest of the demo, the controller above all, is the
 * same for all of them. Not thread-safe.
 */
interface Fabric extends AutoCloseable {
  /**
   * One server's place in the network.
   *
   * @param run the run of the demo that it belongs to, from 0
   * @param index among the servers of the run, from 0
   * @param backend "pools/{pool}/backends/{backend}"
   * @param own the server's own address
   * @param mac of its interface
   * @param port of the data plane behind which it is
   */
  record ServerSite(int run, int index, String backend, Endpoint own, MacAddress mac, int port) {}

  /** What packets pass through, for the report: "BMv2 1.15.5 ...". */
  String dataPlane();

  /** Where the data plane's P4Runtime server listens. */
  InetSocketAddress p4Runtime();

  /** The data plane's P4Runtime device ID. */
  long deviceId();

  /**
   * Whether what is no VIP's, the servers' answers above all, passes through the data plane, too.
   */
  default boolean carriesEverything() {
    return true;
  }

  /** The data plane's port behind which a server is. */
  default int serverPort(int run, int index, int serversPerRun) {
    return DemoAddresses.serverPort(run, index, serversPerRun);
  }

  /** An address of the controller's host that the servers' hosts reach. */
  InetAddress controllerAddress();

  /**
   * Starts the servers of one run, and returns when all of them serve.
   *
   * @param controller the northbound API
   * @param vips of the run: each server answers for all of them
   * @throws Exception if one does not serve in time
   */
  void startServers(InetSocketAddress controller, List<ServerSite> servers, List<Endpoint> vips)
      throws Exception;

  /**
   * Lets the clients of one run transfer, and returns when the last transfer has ended.
   *
   * @param vips clients talk to them by turns
   * @param observer told how far they are
   */
  ClientRun.Result runClients(List<Endpoint> vips, ClientRun.Observer observer) throws Exception;
}

package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * BMv2 in the demo's own network namespace; behind its ports, by veth pairs, one namespace with all
 * clients and one with each server, and processes with ordinary UDP sockets in them. Works inside
 * {@link PrivateNamespaces} only.
 */
final class Bmv2Fabric implements Fabric {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final String CHILD_HEAP = "-Xmx128m";

  private final DemoOptions options;
  private final Path directory;
  private final Resources resources = new Resources();
  private final NamespaceNetwork network;
  private final Bmv2Process bmv2;

  /** The servers of the run that is under way. */
  private final List<ChildProcess> servers = new ArrayList<>();

  /**
   * Builds the network and starts the switch.
   *
   * @param directory for logs and keys; exists, and is nobody else's to read
   */
  Bmv2Fabric(DemoOptions options, Path directory) throws Exception {
    this.options = requireNonNull(options, "options");
    this.directory = requireNonNull(directory, "directory");
    DemoTls.create().write(directory);
    network = new NamespaceNetwork();
    network.addClients(DemoAddresses.NAT_PORT, DemoAddresses.NAT, DemoAddresses.SWITCH);
    for (int run = 0; run < options.runs(); run++) {
      for (int i = 0; i < options.backends(); i++) {
        network.addServer(
            DemoAddresses.serverPort(run, i, options.backends()),
            DemoAddresses.serverMac(run, i),
            DemoAddresses.NAT,
            DemoAddresses.server(run, i),
            DemoAddresses.vipV4(run),
            DemoAddresses.vipV6(run));
      }
    }
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
    servers.forEach(ChildProcess::close);
    servers.clear();
    List<ServerProcess.Address> addresses = vips.stream().map(ServerProcess.Address::of).toList();
    for (ServerSite site : sites) {
      ChildProcess server =
          resources.add(
              child(
                  "server " + site.backend(),
                  "server-" + site.run() + "-" + site.index(),
                  site.port(),
                  ServerProcess.class));
      server.write(
          new ServerProcess.Task(
              controller.getAddress().getHostAddress(),
              controller.getPort(),
              site.backend(),
              addresses,
              directory.toString(),
              options.stallAfter().toMillis(),
              TIMEOUT.toMillis()));
      servers.add(server);
    }
    for (ChildProcess server : servers) {
      awaitServing(server);
    }
  }

  private void awaitServing(ChildProcess server) throws IOException, InterruptedException {
    CompletableFuture<ServerProcess.Serving> serving = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                serving.complete(server.read(ServerProcess.Serving.class));
              } catch (IOException e) {
                serving.completeExceptionally(e);
              }
            },
            "serving");
    reader.setDaemon(true);
    reader.start();
    try {
      serving.get(2 * TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e);
    } catch (TimeoutException e) {
      throw new IOException("a server does not serve; its log is in " + directory, e);
    }
  }

  @Override
  public ClientRun.Result runClients(List<Endpoint> vips, ClientRun.Observer observer)
      throws IOException, InterruptedException {
    try (ChildProcess clients =
        child("the clients", "clients", DemoAddresses.NAT_PORT, ClientsProcess.class)) {
      clients.write(
          new ClientsProcess.Task(
              options.load(),
              vips.stream().map(ServerProcess.Address::of).toList(),
              directory.toString()));
      while (true) {
        ClientsProcess.Line line = clients.read(ClientsProcess.Line.class);
        if (line.result() != null) {
          return line.result();
        }
        observer.observe(line.status());
        bmv2.checkAlive();
      }
    }
  }

  private ChildProcess child(String name, String log, int port, Class<?> main) throws IOException {
    return ChildProcess.start(
        name,
        directory.resolve(log + ".log"),
        network.onHost(port, ChildJvm.command(directory, List.of(CHILD_HEAP), main.getName())));
  }

  /** Stops servers and switch; the network disappears with the namespaces. */
  @Override
  public void close() throws Exception {
    resources.close();
  }
}

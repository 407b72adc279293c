package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What runs on the hosts of a {@link NamespaceNetwork}: one namespace with all clients and one with
 * each server, and processes with ordinary UDP sockets in them. Not thread-safe.
 */
final class NamespaceHosts implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final String CHILD_HEAP = "-Xmx128m";

  private final DemoOptions options;
  private final Path directory;
  private final NamespaceNetwork network;
  private final Map<Integer, InetAddress> management = new HashMap<>();
  private final Resources resources = new Resources();

  /** The servers of the run that is under way. */
  private final List<ChildProcess> servers = new ArrayList<>();

  /** Something that everything else depends on. */
  @FunctionalInterface
  interface Lifeline {
    /** Throws an exception if it has ended. */
    void checkAlive() throws IOException;
  }

  /**
   * Adds the hosts of all runs to the network.
   *
   * @param directory for logs and keys; exists, and is nobody else's to read
   */
  NamespaceHosts(DemoOptions options, Path directory, NamespaceNetwork network) throws Exception {
    this.options = requireNonNull(options, "options");
    this.directory = requireNonNull(directory, "directory");
    this.network = requireNonNull(network, "network");
    DemoTls.create().write(directory);
    network.addClients(DemoAddresses.NAT_PORT, DemoAddresses.NAT, DemoAddresses.SWITCH);
    for (int run = 0; run < options.runs(); run++) {
      for (int i = 0; i < options.backends(); i++) {
        int port = DemoAddresses.serverPort(run, i, options.backends());
        management.put(
            port,
            network.addServer(
                port,
                DemoAddresses.serverMac(run, i),
                DemoAddresses.NAT,
                DemoAddresses.server(run, i),
                DemoAddresses.vipV4(run),
                DemoAddresses.vipV6(run)));
      }
    }
  }

  /** A server's address in the management network, by the port that it is at. */
  InetAddress management(int port) {
    return management.get(port);
  }

  /** As {@link Fabric#startServers}; those of the run before are stopped. */
  void startServers(
      InetSocketAddress controller, List<Fabric.ServerSite> sites, List<Endpoint> vips)
      throws IOException, InterruptedException {
    servers.forEach(ChildProcess::close);
    servers.clear();
    List<ServerProcess.Address> addresses = vips.stream().map(ServerProcess.Address::of).toList();
    for (Fabric.ServerSite site : sites) {
      ChildProcess server =
          resources.add(
              child(
                  "server " + site.backend(),
                  "server-" + site.run() + "-" + site.index(),
                  DemoAddresses.serverPort(site.run(), site.index(), options.backends()),
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

  /**
   * As {@link Fabric#runClients}.
   *
   * @param dataPlane looked after while the clients run
   */
  ClientRun.Result runClients(List<Endpoint> vips, ClientRun.Observer observer, Lifeline dataPlane)
      throws IOException, InterruptedException {
    try (ChildProcess clients = startClients(ClientsProcess.class)) {
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
        dataPlane.checkAlive();
      }
    }
  }

  /** Starts a process on the host of all clients. */
  ChildProcess startClients(Class<?> main) throws IOException {
    return child("the clients", "clients", DemoAddresses.NAT_PORT, main);
  }

  private ChildProcess child(String name, String log, int host, Class<?> main) throws IOException {
    return ChildProcess.start(
        name,
        directory.resolve(log + ".log"),
        network.onHost(host, ChildJvm.command(directory, List.of(CHILD_HEAP), main.getName())));
  }

  /** Stops the servers; the network disappears with the namespaces. */
  @Override
  public void close() throws Exception {
    resources.close();
  }
}

package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.quic.QuicSslContext;
import io.tern.core.intent.Endpoint;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.embedded.port.PortSelector;
import io.tern.embedded.port.UdpHostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The embedded switch, with clients and servers in the same JVM: ordinary UDP sockets of the
 * loopback interface behind the switch's ports. Needs no privileges.
 */
final class EmbeddedFabric implements Fabric {
  private static final long DEVICE_ID = 1;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** A path lives shorter than this many others of the same server in one run. */
  private static final int MAX_PEERS = 2_048;

  private final DemoOptions options;
  private final Resources resources = new Resources();
  private final EmbeddedSwitch embeddedSwitch;
  private final PortSelector selector;
  private final MultiThreadIoEventLoopGroup servers;
  private final MultiThreadIoEventLoopGroup clients;
  private final ScheduledExecutorService scheduler;
  private final QuicSslContext serverTls;
  private final QuicSslContext clientTls;
  private final ClientNat nat;
  private ManagedChannel northbound;

  /** Starts the switch. */
  EmbeddedFabric(DemoOptions options) throws Exception {
    this.options = requireNonNull(options, "options");
    try {
      selector = resources.add(PortSelector.start("demo-ports"));
      nat = new ClientNat(selector, options.seed());
      embeddedSwitch =
          resources.add(
              EmbeddedSwitch.builder()
                  .deviceId(DEVICE_ID)
                  .grpcAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                  .port(DemoAddresses.NAT_PORT, nat)
                  .start());
      servers = group();
      clients = group();
      scheduler = Executors.newSingleThreadScheduledExecutor();
      resources.add(scheduler::shutdownNow);
      DemoTls tls = DemoTls.create();
      serverTls = tls.server();
      clientTls = tls.client();
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  @Override
  public String dataPlane() {
    return "embedded switch";
  }

  @Override
  public InetSocketAddress p4Runtime() {
    return embeddedSwitch
        .grpcAddress()
        .orElseThrow(() -> new IllegalStateException("the switch has no network address"));
  }

  @Override
  public long deviceId() {
    return DEVICE_ID;
  }

  @Override
  public InetAddress controllerAddress() {
    return InetAddress.getLoopbackAddress();
  }

  @Override
  public void startServers(
      InetSocketAddress controller, List<ServerSite> sites, List<Endpoint> vips)
      throws IOException, InterruptedException {
    if (northbound == null) {
      northbound = NettyChannelBuilder.forAddress(controller).usePlaintext().build();
      resources.add(northbound);
    }
    for (ServerSite site : sites) {
      DemoServer server =
          resources.add(
              DemoServer.start(
                  northbound,
                  site.backend(),
                  List.of(EchoServer.freeOnLoopback()),
                  servers,
                  scheduler,
                  serverTls,
                  options.stallAfter(),
                  TIMEOUT));
      Map<InetSocketAddress, InetSocketAddress> services =
          vips.stream()
              .map(vip -> new InetSocketAddress(vip.address(), vip.port()))
              .collect(Collectors.toMap(Function.identity(), vip -> server.addresses().get(0)));
      UdpHostPort port =
          resources.add(
              new UdpHostPort(
                  selector, site.mac().value(), DemoAddresses.NAT.value(), services, MAX_PEERS));
      embeddedSwitch.addPort(site.port(), port);
    }
  }

  @Override
  public ClientRun.Result runClients(List<Endpoint> vips, ClientRun.Observer observer)
      throws Exception {
    return new ClientRun(options.load(), nat, clients, clientTls).run(vips, observer);
  }

  private MultiThreadIoEventLoopGroup group() {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    resources.add(() -> group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly());
    return group;
  }

  /** Stops everything, last started first. */
  @Override
  public void close() throws Exception {
    resources.close();
  }
}

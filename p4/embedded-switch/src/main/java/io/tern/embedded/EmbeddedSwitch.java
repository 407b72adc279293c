package io.tern.embedded;

import static java.util.Objects.requireNonNull;

import io.grpc.Server;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.tern.embedded.p4runtime.DataPlaneLoader;
import io.tern.embedded.p4runtime.P4RuntimeDevice;
import io.tern.embedded.p4runtime.P4RuntimeService;
import io.tern.embedded.p4runtime.ServerShutdown;
import io.tern.embedded.port.PacketPort;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A running switch: a P4Runtime server, ports, and the program that a controller loads.
 *
 * <pre>{@code
 * MemoryPort left = new MemoryPort();
 * MemoryPort right = new MemoryPort();
 * try (EmbeddedSwitch sw =
 *     EmbeddedSwitch.builder()
 *         .inProcess("switch-under-test")
 *         .port(1, left)
 *         .port(2, right)
 *         .start()) {
 *   // arbitrate, push the pipeline and write entries over P4Runtime, then:
 *   left.inject(frame);
 *   sw.awaitForwarded();
 *   assertThat(right.poll(Duration.ZERO)).isEqualTo(expected);
 * }
 * }</pre>
 *
 * <p>Thread-safe. {@link #close} ends streams with UNAVAILABLE, lets requests finish for a moment,
 * stops forwarding and closes the ports.
 */
public final class EmbeddedSwitch implements AutoCloseable {

  /** The CPU port unless set otherwise. */
  public static final int DEFAULT_CPU_PORT = 255;

  /** Pipelines may be large; gRPC's own limit of 4 MiB is too small for some. */
  private static final int MAX_REQUEST_SIZE = 64 * 1024 * 1024;

  private static final int MAX_CALLS_PER_CONNECTION = 256;
  private static final AtomicInteger INSTANCES = new AtomicInteger();

  private final P4RuntimeDevice device;
  private final ForwardingLoop loop;
  private final ExecutorService executor;
  private final List<Server> servers;
  private final InetSocketAddress grpcAddress;

  private EmbeddedSwitch(
      P4RuntimeDevice device,
      ForwardingLoop loop,
      ExecutorService executor,
      List<Server> servers,
      InetSocketAddress grpcAddress) {
    this.device = device;
    this.loop = loop;
    this.executor = executor;
    this.servers = List.copyOf(servers);
    this.grpcAddress = grpcAddress;
  }

  public static Builder builder() {
    return new Builder();
  }

  public long deviceId() {
    return device.deviceId();
  }

  /** Where P4Runtime is served over TCP; empty if it is in-process only. */
  public Optional<InetSocketAddress> grpcAddress() {
    return Optional.ofNullable(grpcAddress);
  }

  /**
   * Waits until every frame that was taken from a port, or sent as a packet-out and accepted,
   * before the call has been forwarded.
   */
  public void awaitForwarded() throws InterruptedException {
    loop.awaitForwarded();
  }

  public SwitchStatistics statistics() {
    return new SwitchStatistics(
        device.statistics(), loop.statistics(), loop.withoutPort(), loop.faults());
  }

  /**
   * Adds a port to the running switch and starts it; the switch closes it with itself.
   *
   * @param number 0 to 510, not taken and not the CPU port's
   * @throws IOException if the port cannot be opened; it is not added then
   */
  public void addPort(int number, PacketPort port) throws IOException {
    loop.attach(number, port);
  }

  @Override
  public void close() {
    ServerShutdown.end(device, servers);
    loop.close();
    executor.shutdown();
  }

  /** Collects what a switch is made of; not thread-safe. */
  public static final class Builder {
    private long deviceId = 1;
    private int cpuPort = DEFAULT_CPU_PORT;
    private InetSocketAddress grpcAddress;
    private String inProcessName;
    private TlsOptions tls;
    private ForwardingPipelineConfig pipeline;
    private DataPlaneLoader loader = new InterpreterLoader();
    private final Map<Integer, PacketPort> ports = new TreeMap<>();

    private Builder() {}

    /** P4Runtime device ID, unsigned, not 0; 1 unless set. */
    public Builder deviceId(long deviceId) {
      this.deviceId = deviceId;
      return this;
    }

    /** The port that stands for the controller, 0 to 510; 255 unless set. */
    public Builder cpuPort(int cpuPort) {
      this.cpuPort = cpuPort;
      return this;
    }

    /** Serves P4Runtime over TCP; port 0 takes any, see {@link EmbeddedSwitch#grpcAddress}. */
    public Builder grpcAddress(InetSocketAddress address) {
      this.grpcAddress = requireNonNull(address, "address");
      return this;
    }

    /** Serves P4Runtime to {@code InProcessChannelBuilder.forName(name)}. */
    public Builder inProcess(String name) {
      this.inProcessName = requireNonNull(name, "name");
      return this;
    }

    /** Encrypts what is served over TCP; clear text unless set. */
    public Builder tls(TlsOptions tls) {
      this.tls = requireNonNull(tls, "tls");
      return this;
    }

    /** Adds a port, 0 to 510. */
    public Builder port(int number, PacketPort port) {
      if (ports.putIfAbsent(number, requireNonNull(port, "port")) != null) {
        throw new IllegalArgumentException("port " + number + " is there already");
      }
      return this;
    }

    /** Loads a pipeline at the start, before any controller does. */
    public Builder pipeline(ForwardingPipelineConfig pipeline) {
      this.pipeline = requireNonNull(pipeline, "pipeline");
      return this;
    }

    /** Makes data planes by something else than Tern's interpreter of BMv2 JSON. */
    public Builder dataPlaneLoader(DataPlaneLoader loader) {
      this.loader = requireNonNull(loader, "loader");
      return this;
    }

    /**
     * Starts the switch: P4Runtime is served and the ports are open when this returns.
     *
     * @throws IOException if a port or the server cannot be opened; nothing stays open
     * @throws IllegalArgumentException if a setting or the pipeline is wrong
     */
    public EmbeddedSwitch start() throws IOException {
      if (grpcAddress == null && inProcessName == null) {
        throw new IllegalArgumentException(
            "a switch needs grpcAddress or inProcess: nobody could control it otherwise");
      }
      String name = "switch-" + Long.toUnsignedString(deviceId) + "-" + INSTANCES.incrementAndGet();
      // The device sends packets into the loop, and the loop hands packets to the device.
      ForwardingLoop[] made = new ForwardingLoop[1];
      P4RuntimeDevice device =
          new P4RuntimeDevice(deviceId, loader, frame -> made[0].injectFromCpu(frame));
      if (pipeline != null) {
        device.preload(pipeline);
      }
      ForwardingLoop loop =
          new ForwardingLoop(device::process, cpuPort, device::packetIn, name + "-forwarding");
      made[0] = loop;
      ExecutorService executor = executor(name);
      List<Server> servers = new ArrayList<>();
      try {
        for (Map.Entry<Integer, PacketPort> port : ports.entrySet()) {
          loop.attach(port.getKey(), port.getValue());
        }
        loop.start();
        P4RuntimeService service = new P4RuntimeService(device, executor);
        if (inProcessName != null) {
          servers.add(
              InProcessServerBuilder.forName(inProcessName)
                  .executor(executor)
                  .addService(service)
                  .build()
                  .start());
        }
        InetSocketAddress bound = null;
        if (grpcAddress != null) {
          Server server =
              NettyServerBuilder.forAddress(grpcAddress, TlsOptions.credentials(tls))
                  .executor(executor)
                  .maxInboundMessageSize(MAX_REQUEST_SIZE)
                  .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                  .addService(service)
                  .build()
                  .start();
          servers.add(server);
          bound = (InetSocketAddress) server.getListenSockets().get(0);
        }
        return new EmbeddedSwitch(device, loop, executor, servers, bound);
      } catch (IOException | RuntimeException e) {
        servers.forEach(Server::shutdownNow);
        loop.close();
        executor.shutdownNow();
        throw e;
      }
    }

    private static ExecutorService executor(String name) {
      AtomicInteger threads = new AtomicInteger();
      return Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, name + "-p4runtime-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });
    }
  }
}

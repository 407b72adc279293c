package io.tern.agent;

import com.google.protobuf.Any;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.tern.agent.neighbour.KernelNextHops;
import io.tern.agent.neighbour.NetworkWatcher;
import io.tern.agent.pin.Generations;
import io.tern.agent.pin.Links;
import io.tern.embedded.TlsOptions;
import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.p4runtime.DeviceStatistics;
import io.tern.embedded.p4runtime.P4RuntimeDevice;
import io.tern.embedded.p4runtime.P4RuntimeService;
import io.tern.embedded.p4runtime.ServerShutdown;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running agent: a P4Runtime server whose device is the XDP program of this host.
 *
 * <p>What it programs is pinned: closing it, or killing it, changes nothing for packets, and the
 * next agent of the same device goes on from there. {@link #detach} takes it away.
 *
 * <p>Thread-safe.
 */
public final class XdpAgent implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(XdpAgent.class);

  /** Pipelines are large; so are batches. */
  private static final int MAX_REQUEST_SIZE = 64 * 1024 * 1024;

  private static final int MAX_CALLS_PER_CONNECTION = 256;
  private static final Duration NEIGHBOUR_PERIOD = Duration.ofSeconds(10);
  private static final AtomicInteger THREADS = new AtomicInteger();

  private final DeviceLock deviceLock;
  private final Device device;
  private final KernelNextHops nextHops;
  private final NetworkWatcher watcher;
  private final ExecutorService executor;
  private final Server server;

  private XdpAgent(
      DeviceLock deviceLock,
      Device device,
      KernelNextHops nextHops,
      NetworkWatcher watcher,
      ExecutorService executor,
      Server server) {
    this.deviceLock = deviceLock;
    this.device = device;
    this.nextHops = nextHops;
    this.watcher = watcher;
    this.executor = executor;
    this.server = server;
  }

  /**
   * Adopts what an agent before has left, attaches the program if there is a pipeline, and serves
   * P4Runtime.
   *
   * @throws AgentException what is missing on this machine, and what to do
   * @throws IOException if P4Runtime cannot be served there
   */
  public static XdpAgent start(AgentOptions options) throws IOException {
    Prerequisites.check(options);
    DeviceLock lock = DeviceLock.take(options);
    KernelNextHops nextHops = null;
    Device device = null;
    NetworkWatcher watcher = null;
    ExecutorService executor = executor();
    try {
      nextHops = new KernelNextHops();
      device = new Device(options, nextHops);
      device.start();
      watcher = new NetworkWatcher(device::networkChanged, device::lookAfter, NEIGHBOUR_PERIOD);
      Server server = serve(options, device.p4Runtime(), executor);
      return new XdpAgent(lock, device, nextHops, watcher, executor, server);
    } catch (IOException | RuntimeException e) {
      executor.shutdownNow();
      if (watcher != null) {
        watcher.close();
      }
      if (device != null) {
        device.close();
      }
      if (nextHops != null) {
        nextHops.close();
      }
      lock.close();
      throw e;
    }
  }

  /**
   * Detaches the program from all interfaces of the device and removes everything that is pinned
   * for it: the host is as without Tern.
   *
   * @throws AgentException if an agent of the device is running
   */
  public static void detach(AgentOptions options) throws IOException {
    Prerequisites.check(options);
    try (DeviceLock lock = DeviceLock.take(options);
        Links links = new Links(options.deviceDirectory(), options.mode())) {
      links.removeAll();
      new Generations(options.deviceDirectory()).removeAll();
      Files.delete(options.deviceDirectory());
      logger.info("Device {}: detached ({})", Long.toUnsignedString(options.deviceId()), lock);
    }
  }

  private static Server serve(
      AgentOptions options, P4RuntimeDevice p4Runtime, ExecutorService executor)
      throws IOException {
    return NettyServerBuilder.forAddress(options.grpc(), TlsOptions.credentials(options.tls()))
        .executor(executor)
        .maxInboundMessageSize(MAX_REQUEST_SIZE)
        .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
        .addService(new P4RuntimeService(p4Runtime, executor, Any.pack(Limits.ofHost())))
        .build()
        .start();
  }

  private static ExecutorService executor() {
    return Executors.newCachedThreadPool(
        task -> {
          Thread thread = new Thread(task, "agent-p4runtime-" + THREADS.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  /** Where P4Runtime is served. */
  public InetSocketAddress grpcAddress() {
    return (InetSocketAddress) server.getListenSockets().get(0);
  }

  /** What the P4Runtime server has done. */
  public DeviceStatistics statistics() {
    return device.p4Runtime().statistics();
  }

  /** What the device is now. */
  public AgentStatus status() {
    return device.status();
  }

  /** The cell of a reason, as P4Runtime reads it; 0 while there is no pipeline. */
  public DataPlane.CounterValue reason(int cell) {
    return device.reason(cell);
  }

  /**
   * Runs a frame through the program by the kernel's test run; what comes out leaves by the ports
   * of {@code out} and not by the interfaces.
   */
  public void test(int ingressPort, byte[] frame, DataPlane.PacketOut out) {
    device.p4Runtime().process(ingressPort, frame, 0, frame.length, out);
  }

  /** Ends streams, lets requests finish for a moment, and leaves the data plane as it is. */
  @Override
  public void close() {
    ServerShutdown.end(device.p4Runtime(), List.of(server));
    executor.shutdown();
    watcher.close();
    device.close();
    nextHops.close();
    deviceLock.close();
  }
}

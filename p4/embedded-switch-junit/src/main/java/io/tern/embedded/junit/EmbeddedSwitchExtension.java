package io.tern.embedded.junit;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.embedded.p4runtime.DataPlaneLoader;
import io.tern.embedded.port.MemoryPort;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a P4 switch that they control over P4Runtime and whose ports they hold in hand.
 *
 * <pre>{@code
 * class MyControllerTest {
 *   @RegisterExtension
 *   final EmbeddedSwitchExtension p4 =
 *       EmbeddedSwitchExtension.builder().ports(1, 2).grpc().build();
 *
 *   @Test
 *   void controllerProgramsTheSwitch(EmbeddedSwitch sw, ManagedChannel channel) throws Exception {
 *     myController.connect(sw.grpcAddress().orElseThrow());   // over TCP, or over the channel
 *     myController.loadPipelineAndAddRoutes();
 *
 *     p4.port(1).inject(packet);
 *     sw.awaitForwarded();
 *
 *     assertThat(p4.port(2).poll(Duration.ZERO)).isEqualTo(routedPacket);
 *   }
 * }
 * }</pre>
 *
 * <p>Registered in an instance field, every test has a switch of its own; in a static field, all
 * tests of the class share one. It starts without a pipeline unless one is given, and with empty
 * tables in any case. When it is closed, streams that are still open end with UNAVAILABLE.
 *
 * <p>Parameters of tests and life-cycle methods that it supplies: {@link EmbeddedSwitch}, {@link
 * ManagedChannel} (in-process, to the switch) and {@link P4RuntimeGrpc.P4RuntimeBlockingStub}.
 *
 * <p>Tests that share a static switch must not run concurrently.
 */
public final class EmbeddedSwitchExtension
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        ParameterResolver {
  private static final List<Class<?>> SUPPLIED =
      List.of(
          EmbeddedSwitch.class, ManagedChannel.class, P4RuntimeGrpc.P4RuntimeBlockingStub.class);

  private final Builder settings;
  private boolean shared;
  private EmbeddedSwitch running;
  private ManagedChannel channel;
  private Map<Integer, MemoryPort> ports = Map.of();

  private EmbeddedSwitchExtension(Builder settings) {
    this.settings = settings;
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * The running switch.
   *
   * @throws IllegalStateException outside of a test
   */
  public EmbeddedSwitch embeddedSwitch() {
    if (running == null) {
      throw new IllegalStateException("the switch runs during tests only");
    }
    return running;
  }

  /**
   * A port of the running switch.
   *
   * @throws IllegalArgumentException if the switch has no such port
   */
  public MemoryPort port(int number) {
    embeddedSwitch();
    MemoryPort port = ports.get(number);
    if (port == null) {
      throw new IllegalArgumentException(
          "the switch has no port " + number + ", it has " + ports.keySet());
    }
    return port;
  }

  /** An in-process channel to the P4Runtime server; closed with the switch. */
  public ManagedChannel channel() {
    embeddedSwitch();
    return channel;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    // JUnit calls this for static fields only.
    shared = true;
    start();
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    if (!shared) {
      start();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (!shared) {
      stop();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (shared) {
      stop();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return SUPPLIED.contains(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (running == null) {
      throw new ParameterResolutionException(
          "there is no switch yet: register the extension in a static field to have one here");
    }
    Class<?> type = parameter.getParameter().getType();
    if (type == EmbeddedSwitch.class) {
      return running;
    }
    return type == ManagedChannel.class ? channel : P4RuntimeGrpc.newBlockingStub(channel);
  }

  private void start() throws Exception {
    String name = "embedded-switch-" + UUID.randomUUID();
    EmbeddedSwitch.Builder builder =
        EmbeddedSwitch.builder()
            .inProcess(name)
            .deviceId(settings.deviceId)
            .cpuPort(settings.cpuPort);
    if (settings.grpc) {
      builder.grpcAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }
    if (settings.pipeline != null) {
      builder.pipeline(settings.pipeline);
    }
    if (settings.loader != null) {
      builder.dataPlaneLoader(settings.loader);
    }
    Map<Integer, MemoryPort> made = new TreeMap<>();
    for (int number : settings.ports) {
      made.put(number, new MemoryPort());
    }
    made.forEach(builder::port);
    running = builder.start();
    ports = made;
    channel = InProcessChannelBuilder.forName(name).build();
  }

  private void stop() {
    if (channel != null) {
      channel.shutdownNow();
      channel = null;
    }
    if (running != null) {
      running.close();
      running = null;
    }
    ports = Map.of();
  }

  /** Collects what the switch shall be; not thread-safe. */
  public static final class Builder {
    private long deviceId = 1;
    private int cpuPort = EmbeddedSwitch.DEFAULT_CPU_PORT;
    private List<Integer> ports = List.of();
    private boolean grpc;
    private ForwardingPipelineConfig pipeline;
    private DataPlaneLoader loader;

    private Builder() {}

    /** P4Runtime device ID, not 0; 1 unless set. */
    public Builder deviceId(long deviceId) {
      this.deviceId = deviceId;
      return this;
    }

    /** The port that stands for the controller; 255 unless set. */
    public Builder cpuPort(int cpuPort) {
      this.cpuPort = cpuPort;
      return this;
    }

    /** The numbers of the in-memory ports, 0 to 510. */
    public Builder ports(Integer... numbers) {
      this.ports = List.of(numbers);
      return this;
    }

    /** Serves P4Runtime over TCP on loopback too, at a free port. */
    public Builder grpc() {
      this.grpc = true;
      return this;
    }

    /** Loads a pipeline before each start; none unless set. */
    public Builder pipeline(ForwardingPipelineConfig pipeline) {
      this.pipeline = requireNonNull(pipeline, "pipeline");
      return this;
    }

    /** Makes the data planes by something else than Tern's own interpreter. */
    public Builder dataPlaneLoader(DataPlaneLoader loader) {
      this.loader = requireNonNull(loader, "loader");
      return this;
    }

    public EmbeddedSwitchExtension build() {
      return new EmbeddedSwitchExtension(this);
    }
  }
}

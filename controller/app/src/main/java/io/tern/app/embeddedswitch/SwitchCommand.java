package io.tern.app.embeddedswitch;

import io.tern.app.endpoint.HostAndPort;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.embedded.TlsOptions;
import io.tern.embedded.port.PortSelector;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code tern switch}: runs the embedded switch alone, until the process is told to end (SIGTERM,
 * SIGINT). It starts without a pipeline: a controller loads one over P4Runtime.
 */
@Command(
    name = "switch",
    description = {
      "Run a P4 switch: P4Runtime on one side, Ethernet over UDP on the other.",
      "It runs any program that p4c-bm2-ss compiles, and needs no privileges."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class SwitchCommand implements Callable<Integer> {

  @Option(
      names = "--grpc",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9559",
      description = "Where to serve P4Runtime; port 0 takes any. Default: ${DEFAULT-VALUE}")
  private String grpc;

  @Option(
      names = "--device-id",
      paramLabel = "N",
      defaultValue = "1",
      description = "P4Runtime device ID, not 0. Default: ${DEFAULT-VALUE}")
  private String deviceId;

  @Option(
      names = "--port",
      paramLabel = "N=udp:LOCAL,PEER",
      description = {
        "A port: datagrams that come to LOCAL from PEER are Ethernet frames into the switch,",
        "frames out of it go to PEER. E.g. 1=udp:127.0.0.1:7001,127.0.0.1:8001. Repeatable."
      })
  private List<String> ports = List.of();

  @Option(
      names = "--cpu-port",
      paramLabel = "N",
      defaultValue = "255",
      description = "The port that stands for the controller. Default: ${DEFAULT-VALUE}")
  private int cpuPort;

  @Option(
      names = "--metrics",
      paramLabel = "HOST:PORT",
      description = "Where to serve metrics for Prometheus, at /metrics. Default: nowhere")
  private String metrics;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "The server's certificate chain (PEM); clear text without.")
  private Path tlsCertificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "Its private key (PEM, PKCS #8, not encrypted).")
  private Path tlsKey;

  @Option(
      names = "--tls-client-ca",
      paramLabel = "FILE",
      description = "Let in only clients with a certificate of these authorities (PEM).")
  private Path tlsClientAuthorities;

  @Spec private CommandSpec spec;

  private final CountDownLatch end = new CountDownLatch(1);

  @Override
  public Integer call() throws Exception {
    EmbeddedSwitch.Builder builder =
        EmbeddedSwitch.builder()
            .deviceId(deviceId())
            .cpuPort(cpuPort)
            .grpcAddress(address("--grpc", grpc));
    configureTls(builder);
    List<PortSpec> specs = ports.stream().map(this::port).toList();
    InetSocketAddress metricsAddress = metrics == null ? null : address("--metrics", metrics);
    try (PortSelector selector = PortSelector.start("switch ports")) {
      specs.forEach(port -> builder.port(port.number(), port.open(selector)));
      try (EmbeddedSwitch running = builder.start();
          SwitchMetrics served =
              metricsAddress == null ? null : new SwitchMetrics(running, metricsAddress)) {
        announce(running, specs, served);
        awaitEnd();
      }
    }
    return 0;
  }

  /** Ends the command as a signal does. */
  void stop() {
    end.countDown();
  }

  private void announce(EmbeddedSwitch running, List<PortSpec> specs, SwitchMetrics served) {
    PrintWriter out = spec.commandLine().getOut();
    StringBuilder line =
        new StringBuilder("tern switch: device ")
            .append(Long.toUnsignedString(running.deviceId()))
            .append(" ready, P4Runtime ")
            .append(HostAndPort.format(running.grpcAddress().orElseThrow()))
            .append(tlsCertificate == null ? "" : " (TLS)");
    specs.forEach(port -> line.append(", ").append(port));
    if (served != null) {
      line.append(", metrics http://")
          .append(HostAndPort.format(served.address()))
          .append("/metrics");
    }
    out.println(line);
    out.flush();
  }

  /** Waits for {@link #stop} or the end of the process, and keeps it alive until all is closed. */
  private void awaitEnd() throws InterruptedException {
    Thread main = Thread.currentThread();
    Thread hook =
        new Thread(
            () -> {
              end.countDown();
              try {
                // Long enough for streams to end, and no longer: whoever sent SIGTERM waits.
                main.join(5_000);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "switch shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    end.await();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, and the hook waits for this thread.
      spec.commandLine().getOut().println("tern switch: shutting down");
      spec.commandLine().getOut().flush();
    }
  }

  private void configureTls(EmbeddedSwitch.Builder builder) {
    if (tlsCertificate == null && tlsKey == null && tlsClientAuthorities == null) {
      return;
    }
    if (tlsCertificate == null || tlsKey == null) {
      throw usage("--tls-cert and --tls-key belong together");
    }
    builder.tls(new TlsOptions(tlsCertificate, tlsKey, tlsClientAuthorities));
  }

  private long deviceId() {
    try {
      long id = Long.parseUnsignedLong(deviceId);
      if (id != 0) {
        return id;
      }
    } catch (NumberFormatException e) {
      // Said below, as for 0.
    }
    throw usage("--device-id '" + deviceId + "': expected an unsigned number other than 0");
  }

  private InetSocketAddress address(String option, String text) {
    try {
      return HostAndPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw usage(option + " " + e.getMessage());
    }
  }

  private PortSpec port(String text) {
    try {
      return PortSpec.parse(text);
    } catch (IllegalArgumentException e) {
      throw usage("--port " + e.getMessage());
    }
  }

  private CommandLine.ParameterException usage(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}

package io.tern.app.embeddedswitch;

import io.tern.app.endpoint.DeviceServerOptions;
import io.tern.app.endpoint.HostAndPort;
import io.tern.app.endpoint.ServiceEnd;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.embedded.TlsOptions;
import io.tern.embedded.port.PortSelector;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin private DeviceServerOptions server;

  @Spec private CommandSpec spec;

  private final ServiceEnd end = new ServiceEnd();

  @Override
  public Integer call() throws Exception {
    EmbeddedSwitch.Builder builder =
        EmbeddedSwitch.builder()
            .deviceId(server.deviceId())
            .cpuPort(cpuPort)
            .grpcAddress(server.grpc());
    TlsOptions tls = server.tls();
    if (tls != null) {
      builder.tls(tls);
    }
    List<PortSpec> specs = ports.stream().map(this::port).toList();
    InetSocketAddress metricsAddress = server.metrics();
    try (PortSelector selector = PortSelector.start("switch ports")) {
      specs.forEach(port -> builder.port(port.number(), port.open(selector)));
      try (EmbeddedSwitch running = builder.start();
          SwitchMetrics served =
              metricsAddress == null ? null : new SwitchMetrics(running, metricsAddress)) {
        announce(running, tls != null, specs, served);
        end.await("switch", () -> say("tern switch: shutting down"));
      }
    }
    return 0;
  }

  /** Ends the command as a signal does. */
  void stop() {
    end.now();
  }

  private void announce(
      EmbeddedSwitch running, boolean encrypted, List<PortSpec> specs, SwitchMetrics served) {
    StringBuilder line =
        new StringBuilder("tern switch: device ")
            .append(Long.toUnsignedString(running.deviceId()))
            .append(" ready, P4Runtime ")
            .append(HostAndPort.format(running.grpcAddress().orElseThrow()))
            .append(encrypted ? " (TLS)" : "");
    specs.forEach(port -> line.append(", ").append(port));
    if (served != null) {
      line.append(", metrics http://")
          .append(HostAndPort.format(served.address()))
          .append("/metrics");
    }
    say(line.toString());
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private PortSpec port(String text) {
    try {
      return PortSpec.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--port " + e.getMessage());
    }
  }
}

package io.tern.app.embeddedswitch;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tern.app.endpoint.MetricsServer;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.embedded.PortStatistics;
import io.tern.embedded.p4runtime.DeviceStatistics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.ToDoubleFunction;

/**
 * What a switch has done, for Prometheus.
 *
 * <p>Series appear for the ports that the switch has when this starts.
 */
final class SwitchMetrics implements AutoCloseable {
  private final EmbeddedSwitch source;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final MetricsServer server;

  /**
   * Serves metrics.
   *
   * @throws IOException if the address cannot be had
   */
  SwitchMetrics(EmbeddedSwitch source, InetSocketAddress address) throws IOException {
    this.source = requireNonNull(source, "source");
    register();
    this.server = new MetricsServer(registry, address);
  }

  /** Where metrics are served. */
  InetSocketAddress address() {
    return server.address();
  }

  @Override
  public void close() {
    server.close();
    registry.close();
  }

  private void register() {
    device("updates.applied", "Updates applied", DeviceStatistics::updatesApplied);
    device("updates.refused", "Updates refused", DeviceStatistics::updatesRefused);
    device("pipelines.committed", "Pipelines loaded", DeviceStatistics::pipelinesCommitted);
    device("packet.ins", "Packets to primaries", DeviceStatistics::packetIns);
    device(
        "packet.ins.dropped", "Packets that no primary took", DeviceStatistics::packetInsDropped);
    device("packet.outs", "Packets from primaries", DeviceStatistics::packetOuts);
    device("packet.outs.refused", "Packets refused", DeviceStatistics::packetOutsRefused);
    device(
        "frames.without.pipeline",
        "Frames that came before there was a pipeline",
        DeviceStatistics::withoutPipeline);
    FunctionCounter.builder(
            "tern.switch.frames.without.port", source, s -> s.statistics().withoutPort())
        .description("Frames to a port that is not there")
        .register(registry);
    FunctionCounter.builder("tern.switch.faults", source, s -> s.statistics().faults())
        .description("Packets lost to a fault of the switch")
        .register(registry);
    for (int number : source.statistics().ports().keySet()) {
      port(number, "received.frames", PortStatistics::receivedFrames);
      port(number, "received.octets", PortStatistics::receivedOctets);
      port(number, "transmitted.frames", PortStatistics::transmittedFrames);
      port(number, "transmitted.octets", PortStatistics::transmittedOctets);
      port(number, "dropped.frames", PortStatistics::droppedFrames);
    }
  }

  private void device(String name, String description, ToDoubleFunction<DeviceStatistics> value) {
    FunctionCounter.builder(
            "tern.switch." + name, source, s -> value.applyAsDouble(s.statistics().device()))
        .description(description)
        .register(registry);
  }

  private void port(int number, String name, ToDoubleFunction<PortStatistics> value) {
    FunctionCounter.builder(
            "tern.switch.port." + name,
            source,
            s -> value.applyAsDouble(s.statistics().ports().get(number)))
        .tag("port", Integer.toString(number))
        .register(registry);
  }
}

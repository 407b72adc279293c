package io.tern.app.agent;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tern.agent.AgentStatus;
import io.tern.agent.XdpAgent;
import io.tern.app.endpoint.MetricsServer;
import io.tern.embedded.p4runtime.DeviceStatistics;
import io.tern.p4.contract.Reason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What an agent and its program have done, for Prometheus. */
final class AgentMetrics implements AutoCloseable {
  private final XdpAgent agent;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final MetricsServer server;

  /**
   * Serves metrics.
   *
   * @throws IOException if the address cannot be had
   */
  AgentMetrics(XdpAgent agent, Collection<String> interfaces, InetSocketAddress address)
      throws IOException {
    this.agent = requireNonNull(agent, "agent");
    register(interfaces);
    this.server = new MetricsServer(registry, address);
  }

  /** Where metrics are served. */
  InetSocketAddress address() {
    return server.address();
  }

  private void register(Collection<String> interfaces) {
    counter("updates.applied", "Updates applied", DeviceStatistics::updatesApplied);
    counter("updates.refused", "Updates refused", DeviceStatistics::updatesRefused);
    counter("pipelines.committed", "Pipelines loaded", DeviceStatistics::pipelinesCommitted);
    counter("packet.ins", "Copies of packets to primaries", DeviceStatistics::packetIns);
    counter(
        "packet.ins.dropped", "Copies that no primary took", DeviceStatistics::packetInsDropped);
    for (Reason reason : Reason.values()) {
      FunctionCounter.builder("tern.agent.packets", agent, a -> a.reason(reason.index()).packets())
          .description("Packets that the program saw")
          .tag("reason", reason.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    for (String name : interfaces) {
      Gauge.builder(
              "tern.agent.attached",
              agent,
              a -> Boolean.TRUE.equals(a.status().attached().get(name)) ? 1 : 0)
          .description("Whether the program sees the packets of an interface")
          .tag("interface", name)
          .register(registry);
    }
    gauge("server.ids", "Server IDs", AgentStatus::serverIds);
    gauge("map.octets", "Memory of the maps' elements", AgentStatus::mapMemory);
  }

  private void counter(String name, String description, ToDoubleFunction<DeviceStatistics> value) {
    FunctionCounter.builder("tern.agent." + name, agent, a -> value.applyAsDouble(a.statistics()))
        .description(description)
        .register(registry);
  }

  private void gauge(String name, String description, ToDoubleFunction<AgentStatus> value) {
    Gauge.builder("tern.agent." + name, agent, a -> value.applyAsDouble(a.status()))
        .description(description)
        .register(registry);
  }

  @Override
  public void close() {
    server.close();
    registry.close();
  }
}

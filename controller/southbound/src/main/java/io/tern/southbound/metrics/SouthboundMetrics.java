package io.tern.southbound.metrics;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Meters of all sessions. None has a tag for the device: there may be ten thousand; what concerns
 * one device is in its status. Thread-safe.
 *
 * <ul>
 *   <li>{@code tern.southbound.rpc}: timer, tags {@code method} and {@code code}
 *   <li>{@code tern.southbound.writes}: counter of acknowledged updates, tag {@code type}
 *   <li>{@code tern.southbound.refusals}: counter of refused updates, tag {@code code}
 *   <li>{@code tern.southbound.pipelines}: counter of programs pushed
 *   <li>{@code tern.southbound.drift}: counter of entities that a periodic check found changed
 *   <li>{@code tern.southbound.packet.ins}: counter of packets that devices copied to the
 *       controller, tag {@code reason}
 *   <li>{@code tern.southbound.sessions}: gauge of devices, tag {@code state}
 * </ul>
 */
public final class SouthboundMetrics {
  private static final String PREFIX = "tern.southbound.";

  private final MeterRegistry registry;

  public SouthboundMetrics(MeterRegistry registry) {
    this.registry = requireNonNull(registry, "registry");
  }

  /** One finished RPC. */
  public void rpc(String method, Status.Code code, long nanos) {
    registry
        .timer(PREFIX + "rpc", "method", method, "code", code.name())
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  /** Updates of one type (insert, modify, delete) that a device acknowledged. */
  public void written(String type, long updates) {
    registry
        .counter(PREFIX + "writes", "type", type.toLowerCase(Locale.ROOT))
        .increment((double) updates);
  }

  /** One update that a device refused. */
  public void refused(Status.Code code) {
    registry.counter(PREFIX + "refusals", "code", code.name()).increment();
  }

  /** A program was pushed to a device. */
  public void pipelinePushed() {
    registry.counter(PREFIX + "pipelines").increment();
  }

  /** A periodic check found this many entities other than they were left. */
  public void drift(long entities) {
    registry.counter(PREFIX + "drift").increment((double) entities);
  }

  /** A device copied a packet that counted under this reason. */
  public void packetIn(String reason) {
    registry.counter(PREFIX + "packet.ins", "reason", reason).increment();
  }

  /**
   * Registers the number of sessions in a state; {@code source} is held weakly.
   *
   * @param count thread-safe
   */
  public <T> void sessions(String state, T source, ToDoubleFunction<T> count) {
    Gauge.builder(PREFIX + "sessions", source, count)
        .tag("state", state.toLowerCase(Locale.ROOT))
        .register(registry);
  }
}

package io.tern.core.intent;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Anything with a P4Runtime server: switch, XDP agent, embedded switch.
 *
 * @param id last part of the resource name
 * @param target where its P4Runtime server listens, "host:port" or "[v6]:port"; unique
 * @param deviceId P4Runtime device_id, unsigned, not 0
 * @param mac source MAC address of L2-forwarded packets; empty: the original one stays
 * @param stations data-plane port by MAC address, for traffic that is no VIP's
 * @param createTime when the store accepted it
 */
public record Device(
    String id,
    String target,
    long deviceId,
    Optional<MacAddress> mac,
    Map<MacAddress, Integer> stations,
    Instant createTime) {
  public Device {
    Ids.check("device", id);
    requireNonNull(target, "target");
    if (deviceId == 0) {
      throw new IllegalArgumentException("P4Runtime device ID must not be 0");
    }
    requireNonNull(mac, "mac");
    stations = Map.copyOf(stations);
    stations.values().forEach(DevicePorts::check);
    requireNonNull(createTime, "createTime");
  }
}

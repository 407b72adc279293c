package io.tern.core.intent;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A virtual IP address and UDP port that clients talk to.
 *
 * @param id last part of the resource name, see {@link Ids}
 * @param endpoint address and port; unique among VIPs
 * @param poolId the pool that serves it
 * @param steerOnly unroutable packets stay local instead of taking the fallback, on every device
 * @param createTime when the store accepted it
 */
public record Vip(
    String id, Endpoint endpoint, String poolId, boolean steerOnly, Instant createTime) {
  public Vip {
    Ids.check("VIP", id);
    requireNonNull(endpoint, "endpoint");
    Ids.check("pool", poolId);
    requireNonNull(createTime, "createTime");
  }

  /** What it is to a device: steer-only to a real server, whatever it is to the others. */
  public Vip at(Device device) {
    return device.steerOnly() && !steerOnly
        ? new Vip(id, endpoint, poolId, true, createTime)
        : this;
  }
}

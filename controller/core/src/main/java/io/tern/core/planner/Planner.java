package io.tern.core.planner;

import static io.tern.core.intent.ResourceNames.deviceName;

import io.tern.core.intent.Device;
import io.tern.core.intent.Intent;
import io.tern.p4.contract.TernP4.Tables;

/**
 * Plans what a device should have. A pure function of its arguments; the instance only remembers
 * fallback tables that it computed before. Thread-safe.
 *
 * <p>The rules:
 *
 * <ul>
 *   <li>Pools that no VIP uses are not planned. A pool that has backends, but none that the device
 *       has a port to, is not served by this device: its VIPs pass by L2. A pool without backends
 *       is served: its packets are dropped and counted ("no_fallback").
 *   <li>ACTIVE backends share the fallback by their weights (those of weight 0 have no part in it),
 *       DRAINING ones are reached by their server IDs alone, DRAINED ones not at all. Backends
 *       without a port on this device are left out.
 *   <li>CID configurations of all states are planned: devices know them before servers do, and
 *       longer. Those that the device cannot decode are left out, their CIDs take the fallback.
 *   <li>To a device that only steers (a real server) every VIP is steer-only. A pool whose VIPs are
 *       all steer-only has no fallback slots.
 *   <li>What does not fit is left out as a whole: a CID configuration with its server IDs, or a
 *       pool with its VIPs. Who was there first stays: pools are planned in the order of their
 *       creation.
 *   <li>Backends are reached as the pool's options say. A pool whose way of forwarding the device's
 *       program does not have, or that needs a tunnel source which the device does not have, is not
 *       served by it.
 *   <li>State, copies of ICMP errors for all backends, and the count of migrations of a pool that
 *       the counter has no cell for, are left out where the program does not have them; the pool is
 *       served without.
 *   <li>The device answers ICMP echo requests to the addresses of the VIPs that it serves, but for
 *       those that are steer-only.
 *   <li>Copies for the controller have a meter each and one clone session.
 *   <li>L2 knows the device's stations and floods the rest to the ports of all stations and
 *       backends; without any port it drops. A device without the table is a host.
 * </ul>
 */
public final class Planner {
  /** The multicast group that unknown MAC addresses are flooded to. */
  public static final int FLOOD_GROUP = 1;

  /** Twice the fallback table of the contract. */
  private static final long DEFAULT_CACHED_SLOTS = 2L * Tables.Fallback.SIZE;

  private final FallbackCache fallbackCache;

  public Planner() {
    this(DEFAULT_CACHED_SLOTS);
  }

  /**
   * @param maxCachedSlots how many fallback slots to remember at most, about 200 octets each
   */
  public Planner(long maxCachedSlots) {
    this.fallbackCache = new FallbackCache(maxCachedSlots);
  }

  /**
   * The plan of a device.
   *
   * @param deviceId a device of {@code intent}
   * @throws IllegalArgumentException if the intent has no such device
   */
  public DevicePlan plan(Intent intent, String deviceId, DeviceCapabilities capabilities) {
    Device device = intent.devices().get(deviceId);
    if (device == null) {
      throw new IllegalArgumentException(
          "the intent of revision " + intent.revision() + " has no " + deviceName(deviceId));
    }
    return new Draft(intent, device, capabilities, fallbackCache).plan();
  }
}

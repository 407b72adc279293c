package io.tern.core.planner;

import static io.tern.core.intent.ResourceNames.backendName;
import static io.tern.core.intent.ResourceNames.cidConfigName;
import static io.tern.core.intent.ResourceNames.deviceName;
import static io.tern.core.intent.ResourceNames.poolName;

import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Device;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.Pool;
import io.tern.core.intent.Vip;
import io.tern.core.planner.Unsupported.Kind;
import io.tern.p4.contract.TernP4.Tables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

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
 *   <li>ACTIVE backends share the fallback, DRAINING ones are reached by their server IDs alone,
 *       DRAINED ones not at all. Backends without a port on this device are left out.
 *   <li>CID configurations of all states are planned: devices know them before servers do, and
 *       longer. Those that the device cannot decode are left out, their CIDs take the fallback.
 *   <li>A pool whose VIPs are all steer-only has no fallback slots.
 *   <li>What does not fit is left out as a whole: a CID configuration with its server IDs, or a
 *       pool with its VIPs. Who was there first stays: pools are planned in the order of their
 *       creation.
 *   <li>L2 knows the device's stations and floods the rest to the ports of all stations and
 *       backends; without any port it drops.
 * </ul>
 */
public final class Planner {
  /** The multicast group that unknown MAC addresses are flooded to. */
  public static final int FLOOD_GROUP = 1;

  /** Eight times the fallback table of the contract. */
  private static final long DEFAULT_CACHED_SLOTS = 8L * Tables.Fallback.SIZE;

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
    return new Draft(intent, device, capabilities).plan();
  }

  /** One plan in the making. */
  private final class Draft {
    private final Intent intent;
    private final Device device;
    private final DeviceCapabilities capabilities;
    private final Room room;
    private final Set<CidConfigKey> cidConfigs = new HashSet<>();
    private final List<Unsupported> unsupported = new ArrayList<>();

    Draft(Intent intent, Device device, DeviceCapabilities capabilities) {
      this.intent = intent;
      this.device = device;
      this.capabilities = capabilities;
      this.room = new Room(capabilities);
    }

    DevicePlan plan() {
      stations();
      Map<String, List<Vip>> vips =
          intent.vips().values().stream().collect(Collectors.groupingBy(Vip::poolId));
      intent.pools().values().stream()
          .filter(pool -> vips.containsKey(pool.id()))
          .sorted(Comparator.comparing(Pool::createTime).thenComparing(Pool::number))
          .forEach(pool -> pool(pool, vips.get(pool.id())));
      NavigableSet<Integer> ports = ports();
      return new DevicePlan(
          device.id(),
          intent.revision(),
          DevicePlan.ordered(room.entries()),
          ports.isEmpty() ? List.of() : List.of(new MulticastGroup(FLOOD_GROUP, ports)),
          Map.of(
              Tables.L2.ID, ports.isEmpty() ? TernEntries.drop() : TernEntries.flood(FLOOD_GROUP)),
          cidConfigs,
          unsupported);
    }

    private void stations() {
      Map<MacAddress, Integer> sorted = new TreeMap<>(Comparator.comparingLong(MacAddress::value));
      sorted.putAll(device.stations());
      List<TableEntry> entries = new ArrayList<>();
      sorted.forEach((mac, port) -> entries.add(TernEntries.station(mac, port)));
      room.take(entries)
          .ifPresent(
              tooSmall ->
                  unsupported(
                      Kind.TABLE_FULL,
                      deviceName(device.id()),
                      tooSmall + "; all its stations are reached by flooding"));
    }

    private void pool(Pool pool, List<Vip> vips) {
      List<Backend> all = List.copyOf(intent.backendsOf(pool.id()).values());
      if (!all.isEmpty() && all.stream().noneMatch(this::reaches)) {
        unsupported(
            Kind.NO_PORT,
            poolName(pool.id()),
            "none of its "
                + all.size()
                + " backends has a port on "
                + deviceName(device.id())
                + "; packets to its VIPs pass by L2 there");
        return;
      }
      List<Backend> living =
          all.stream().filter(backend -> backend.state() != Backend.State.DRAINED).toList();
      List<Backend> served = living.stream().filter(this::reaches).toList();
      List<TableEntry> entries = new ArrayList<>();
      vips.forEach(vip -> entries.add(TernEntries.vip(vip, pool)));
      for (Backend backend : served) {
        entries.add(TernEntries.backend(backend, portTo(backend).orElseThrow(), device.mac()));
      }
      if (!vips.stream().allMatch(Vip::steerOnly)) {
        entries.addAll(
            fallbackCache.entries(
                pool, served.stream().filter(b -> b.state() == Backend.State.ACTIVE).toList()));
      }
      Optional<String> tooSmall = room.take(entries);
      if (tooSmall.isPresent()) {
        unsupported(
            Kind.TABLE_FULL,
            poolName(pool.id()),
            tooSmall.get() + "; packets to its VIPs pass by L2 on " + deviceName(device.id()));
        return;
      }
      reportUnreachable(pool, living, served);
      intent.cidConfigsOf(pool.id()).forEach((key, config) -> cidConfig(key, config, pool, served));
    }

    private void reportUnreachable(Pool pool, List<Backend> living, List<Backend> served) {
      if (living.size() == served.size()) {
        return;
      }
      List<String> names =
          living.stream()
              .filter(backend -> !reaches(backend))
              .map(backend -> backendName(new BackendKey(backend.poolId(), backend.id())))
              .toList();
      unsupported(
          Kind.NO_PORT,
          poolName(pool.id()),
          names.size()
              + " of its "
              + living.size()
              + " backends have no port on "
              + deviceName(device.id())
              + " and get no packets from it: "
              + String.join(", ", names.subList(0, Math.min(3, names.size())))
              + (names.size() > 3 ? ", ..." : ""));
    }

    private void cidConfig(CidConfigKey key, CidConfig config, Pool pool, List<Backend> served) {
      if (!capabilities.algorithms().contains(config.quicLb().algorithm())
          || !TernEntries.canDecode(config.quicLb().algorithm())) {
        unsupported(
            Kind.NO_DECODER,
            cidConfigName(key),
            deviceName(device.id())
                + " does not decode "
                + config.quicLb().algorithm()
                + "; its CIDs take the fallback there");
        return;
      }
      List<TableEntry> entries = new ArrayList<>();
      entries.add(TernEntries.cidConfig(config, pool));
      for (Backend backend : served) {
        Optional.ofNullable(backend.serverIds().get(config.sidSpace()))
            .ifPresent(
                serverId ->
                    entries.add(
                        TernEntries.serverId(config.sidSpace(), serverId, backend.number())));
      }
      Optional<String> tooSmall = room.take(entries);
      if (tooSmall.isPresent()) {
        unsupported(
            Kind.TABLE_FULL,
            cidConfigName(key),
            tooSmall.get() + "; its CIDs take the fallback on " + deviceName(device.id()));
      } else {
        cidConfigs.add(key);
      }
    }

    private NavigableSet<Integer> ports() {
      NavigableSet<Integer> ports = new TreeSet<>(device.stations().values());
      intent.backends().values().forEach(backend -> portTo(backend).ifPresent(ports::add));
      return ports;
    }

    private boolean reaches(Backend backend) {
      return portTo(backend).isPresent();
    }

    private Optional<Integer> portTo(Backend backend) {
      return Optional.ofNullable(backend.nextHop().portByDevice().get(device.id()));
    }

    private void unsupported(Kind kind, String resource, String message) {
      unsupported.add(new Unsupported(kind, resource, message));
    }
  }
}

package io.tern.core.planner;

import static io.tern.core.intent.ResourceNames.deviceName;

import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.core.intent.Backend;
import io.tern.core.intent.Device;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.Pool;
import io.tern.core.intent.Vip;
import io.tern.core.planner.Unsupported.Kind;
import io.tern.p4.contract.TernP4.Tables;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One plan in the making: what all pools of a device share. Good for one plan. */
final class Draft {
  /** BMv2 keeps the upper half of the groups for clone sessions. */
  private static final int MAX_GROUP = 32_767;

  private static final int MAX_INSTANCE = 65_535;

  final Intent intent;
  final Device device;
  final DeviceCapabilities capabilities;
  final FallbackCache fallbackCache;
  final Room room;

  /** Multicast groups but {@link Planner#FLOOD_GROUP}. */
  final FreeNumbers groupIds = new FreeNumbers(Planner.FLOOD_GROUP + 1, MAX_GROUP);

  /** Instances of replicas, over all groups. */
  final FreeNumbers instances = new FreeNumbers(MulticastGroup.SAME_INSTANCE + 1, MAX_INSTANCE);

  private final SortedMap<Integer, MulticastGroup> groups = new TreeMap<>();
  private final Set<CidConfigKey> cidConfigs = new HashSet<>();
  private final List<Unsupported> unsupported = new ArrayList<>();

  /** By their text: the order in which table entries are taken must not depend on anything else. */
  private final SortedMap<String, InetAddress> echoed = new TreeMap<>();

  Draft(
      Intent intent, Device device, DeviceCapabilities capabilities, FallbackCache fallbackCache) {
    this.intent = intent;
    this.device = device;
    this.capabilities = capabilities;
    this.fallbackCache = fallbackCache;
    this.room = new Room(capabilities);
  }

  DevicePlan plan() {
    stations();
    Map<String, List<Vip>> vips =
        intent.vips().values().stream()
            .map(vip -> vip.at(device))
            .collect(Collectors.groupingBy(Vip::poolId));
    intent.pools().values().stream()
        .filter(pool -> vips.containsKey(pool.id()))
        .sorted(Comparator.comparing(Pool::createTime).thenComparing(Pool::number))
        .forEach(pool -> new PoolDraft(this, pool, vips.get(pool.id())).plan());
    echo();
    List<CloneSession> cloneSessions =
        copies() ? List.of(TernEntries.controllerSession()) : List.of();
    NavigableSet<Integer> ports = ports();
    // A host's own network stack does what L2 does on a switch: there is no such table then.
    boolean carries = capabilities.hasTable(Tables.L2.ID);
    if (carries && !ports.isEmpty()) {
      add(MulticastGroup.ofPorts(Planner.FLOOD_GROUP, ports));
    }
    return new DevicePlan(
        device.id(),
        intent.revision(),
        PlannedEntries.of(room.entries()),
        List.copyOf(groups.values()),
        cloneSessions,
        carries
            ? Map.of(
                Tables.L2.ID,
                ports.isEmpty() ? TernEntries.drop() : TernEntries.flood(Planner.FLOOD_GROUP))
            : Map.of(),
        cidConfigs,
        unsupported);
  }

  /** "devices/leaf". */
  String name() {
    return deviceName(device.id());
  }

  Optional<Integer> portTo(Backend backend) {
    return Optional.ofNullable(backend.nextHop().portByDevice().get(device.id()));
  }

  void add(MulticastGroup group) {
    groups.put(group.id(), group);
  }

  void programs(CidConfigKey config) {
    cidConfigs.add(config);
  }

  /** A VIP of this address is served. */
  void answersFor(InetAddress address) {
    echoed.put(Endpoint.text(address), address);
  }

  void unsupported(Kind kind, String resource, String message) {
    unsupported.add(new Unsupported(kind, resource, message));
  }

  private void stations() {
    if (!capabilities.hasTable(Tables.L2.ID)) {
      if (!device.stations().isEmpty()) {
        unsupported(
            Kind.NO_STATIONS,
            name(),
            name() + " has no table l2: what is no VIP's does not go to its stations");
      }
      return;
    }
    Map<MacAddress, Integer> sorted = new TreeMap<>(Comparator.comparingLong(MacAddress::value));
    sorted.putAll(device.stations());
    List<TableEntry> entries = new ArrayList<>();
    sorted.forEach((mac, port) -> entries.add(TernEntries.station(mac, port)));
    room.take(entries)
        .ifPresent(
            tooSmall ->
                unsupported(
                    Kind.TABLE_FULL,
                    name(),
                    tooSmall + "; all its stations are reached by flooding"));
  }

  private void echo() {
    if (!device.answerEcho()) {
      return;
    }
    room.take(echoed.values().stream().map(TernEntries::echo).toList())
        .ifPresent(
            tooSmall ->
                unsupported(
                    Kind.TABLE_FULL,
                    name(),
                    tooSmall + "; ICMP echo requests to VIPs pass by L2 there"));
  }

  /** Whether it copies anything. */
  private boolean copies() {
    if (device.copies().isEmpty()) {
      return false;
    }
    if (!capabilities.hasTable(Tables.Punt.ID)) {
      unsupported(
          Kind.NO_COPIES,
          name(),
          "the program of " + name() + " has no table punt and copies nothing to the controller");
      return false;
    }
    List<TableEntry> entries = new ArrayList<>();
    new TreeMap<>(device.copies())
        .forEach((reason, policy) -> entries.add(TernEntries.copy(reason, policy)));
    Optional<String> tooSmall = room.take(entries);
    tooSmall.ifPresent(
        why -> unsupported(Kind.TABLE_FULL, name(), why + "; it copies nothing to the controller"));
    return tooSmall.isEmpty();
  }

  private NavigableSet<Integer> ports() {
    NavigableSet<Integer> ports = new TreeSet<>(device.stations().values());
    intent.backends().values().forEach(backend -> portTo(backend).ifPresent(ports::add));
    return ports;
  }
}

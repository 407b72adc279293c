package io.tern.core.oracle;

import io.tern.cid.CidAlgorithm;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CopyPolicy;
import io.tern.core.intent.Device;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Forwarding;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Pool;
import io.tern.core.intent.Vip;
import io.tern.core.oracle.Decision.Copy;
import io.tern.core.oracle.Decision.NamedServer;
import io.tern.p4.contract.Reason;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an intent means to one device. Thread-safe. */
final class IntentView implements DeviceView {
  private final Intent intent;
  private final Device device;
  private final Set<CidAlgorithm> algorithms;
  private final Layer2 layer2;

  /** By the numbers of backends. */
  private final Map<Integer, Way> ways = new HashMap<>();

  /** By pool: fallbacks are too slow to make again for each packet. */
  private final Map<String, PoolView> pools = new ConcurrentHashMap<>();

  IntentView(Intent intent, Device device, Set<CidAlgorithm> algorithms) {
    this.intent = intent;
    this.device = device;
    this.algorithms = Set.copyOf(algorithms);
    this.layer2 = layer2(intent, device);
    intent.pools().keySet().stream()
        .flatMap(pool -> living(pool).stream())
        .forEach(backend -> ways.put(backend.number(), delivery(backend)));
  }

  private static Layer2 layer2(Intent intent, Device device) {
    Map<Long, Integer> stations = new HashMap<>();
    device.stations().forEach((mac, port) -> stations.put(mac.value(), port));
    NavigableSet<Integer> ports = new TreeSet<>(stations.values());
    intent.backends().values().stream()
        .map(backend -> backend.nextHop().portByDevice().get(device.id()))
        .filter(port -> port != null)
        .forEach(ports::add);
    return new Layer2(stations, Map.of(), List.copyOf(ports));
  }

  /** If the device serves its pool. */
  @Override
  public Optional<VipView> vip(byte[] address, int port) {
    return vips()
        .filter(vip -> isAt(vip.endpoint(), address))
        .filter(vip -> vip.endpoint().port() == port)
        .filter(vip -> serves(vip.poolId()))
        .findFirst()
        .map(vip -> new VipView(vip.id(), vip.steerOnly(), pool(vip.poolId())));
  }

  /**
   * One of a VIP that the device serves. The address of a steer-only VIP is that of the host behind
   * the device, which answers itself.
   */
  @Override
  public boolean answersEcho(byte[] address) {
    return device.answerEcho()
        && vips()
            .filter(vip -> !vip.steerOnly())
            .anyMatch(vip -> isAt(vip.endpoint(), address) && serves(vip.poolId()));
  }

  private Stream<Vip> vips() {
    return intent.vips().values().stream().map(vip -> vip.at(device));
  }

  @Override
  public Optional<Translation> returnPath(byte[] address, int port) {
    return intent.vips().values().stream()
        .filter(vip -> intent.pools().get(vip.poolId()).options().isNat())
        .filter(vip -> serves(vip.poolId()))
        .filter(
            vip ->
                living(vip.poolId()).stream()
                    .map(Backend::endpoint)
                    .anyMatch(own -> isAt(own, address) && own.port() == port))
        .findFirst()
        .map(Vip::endpoint)
        .map(vip -> new Translation(vip.address().getAddress(), vip.port()));
  }

  @Override
  public Copy copies(Reason reason) {
    CopyPolicy policy = device.copies().get(reason);
    if (policy == null) {
      return Copy.NEVER;
    }
    return policy.sampleMask() == 0 ? Copy.ALWAYS : Copy.MAYBE;
  }

  @Override
  public Optional<Way> way(int backend) {
    return Optional.ofNullable(ways.get(backend));
  }

  @Override
  public Layer2 layer2() {
    return layer2;
  }

  private PoolView pool(String poolId) {
    return pools.computeIfAbsent(poolId, this::view);
  }

  private PoolView view(String poolId) {
    Pool pool = intent.pools().get(poolId);
    List<CidLookup.Config> configs =
        intent.cidConfigsOf(poolId).values().stream()
            .filter(config -> algorithms.contains(config.quicLb().algorithm()))
            .map(
                config ->
                    new CidLookup.Config(
                        new Intent.CidConfigKey(poolId, config.quicLb().codepoint()),
                        config.quicLb(),
                        config.sidSpace(),
                        pool.options().checkCidLength()))
            .toList();
    List<Backend> living = living(poolId);
    List<Backend> sharers =
        living.stream()
            .filter(backend -> backend.state() == Backend.State.ACTIVE && backend.weight() > 0)
            .toList();
    return new PoolView(
        pool.id(),
        pool.number(),
        pool.options().countMigrated(),
        pool.options().stateTimeout(),
        new CidLookup(configs, server -> named(living, server)),
        new MaglevFallback(pool, sharers),
        pool.options().replicateIcmpErrors() && !living.isEmpty()
            ? Optional.of(living.stream().map(this::delivery).toList())
            : Optional.empty(),
        living.stream().map(Backend::number).collect(Collectors.toSet()));
  }

  private static OptionalInt named(List<Backend> backends, NamedServer server) {
    return backends.stream()
        .filter(b -> server.serverId().equals(b.serverIds().get(server.sidSpace())))
        .mapToInt(Backend::number)
        .findFirst();
  }

  private Delivery delivery(Backend backend) {
    return new Delivery(
        backend.nextHop().portByDevice().get(device.id()),
        backend.nextHop().mac(),
        device.mac(),
        intent.pools().get(backend.poolId()).options().forwarding(),
        backend.endpoint().address(),
        backend.endpoint().port(),
        tunnelSource(backend));
  }

  private Optional<InetAddress> tunnelSource(Backend backend) {
    return backend.endpoint().isV6() ? device.tunnelSourceV6() : device.tunnelSourceV4();
  }

  /** Whether the device can make such frames at all: a tunnel needs a source of its family. */
  private boolean canReach(Backend backend, Forwarding forwarding) {
    boolean isTunnel =
        forwarding instanceof Forwarding.IpIp || forwarding instanceof Forwarding.Gue;
    return !isTunnel || tunnelSource(backend).isPresent();
  }

  /**
   * A device that reaches no backend of a pool leaves the pool's packets to others, and so does one
   * that has no way to some of those that it should reach: half a pool would lose connections.
   */
  private boolean serves(String poolId) {
    Collection<Backend> backends = intent.backendsOf(poolId).values();
    Forwarding forwarding = intent.pools().get(poolId).options().forwarding();
    return backends.isEmpty()
        || (backends.stream().anyMatch(this::hasPortTo)
            && living(poolId).stream().allMatch(b -> canReach(b, forwarding)));
  }

  /** The backends that still get packets, as far as the device reaches them. */
  private List<Backend> living(String poolId) {
    return intent.backendsOf(poolId).values().stream()
        .filter(backend -> backend.state() != Backend.State.DRAINED)
        .filter(this::hasPortTo)
        .toList();
  }

  private boolean hasPortTo(Backend backend) {
    return backend.nextHop().portByDevice().containsKey(device.id());
  }

  private static boolean isAt(Endpoint endpoint, byte[] address) {
    return Arrays.equals(endpoint.address().getAddress(), address);
  }
}

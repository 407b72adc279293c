package io.tern.core.oracle;

import io.tern.cid.CidAlgorithm;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Device;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Pool;
import io.tern.core.intent.Vip;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What an intent means to one device. Thread-safe. */
final class DeviceView {
  private final Intent intent;
  private final Device device;
  private final Set<CidAlgorithm> algorithms;

  /** By pool: fallbacks are too slow to make again for each packet. */
  private final Map<String, PoolView> pools = new ConcurrentHashMap<>();

  DeviceView(Intent intent, Device device, Set<CidAlgorithm> algorithms) {
    this.intent = intent;
    this.device = device;
    this.algorithms = Set.copyOf(algorithms);
  }

  /** The VIP with this endpoint, if the device serves its pool. */
  Optional<Vip> vip(byte[] address, int port) {
    return intent.vips().values().stream()
        .filter(vip -> Arrays.equals(vip.endpoint().address().getAddress(), address))
        .filter(vip -> vip.endpoint().port() == port)
        .filter(vip -> serves(vip.poolId()))
        .findFirst();
  }

  PoolView pool(String poolId) {
    return pools.computeIfAbsent(poolId, this::view);
  }

  OptionalInt portTo(Backend backend) {
    Integer port = backend.nextHop().portByDevice().get(device.id());
    return port == null ? OptionalInt.empty() : OptionalInt.of(port);
  }

  private PoolView view(String poolId) {
    Pool pool = intent.pools().get(poolId);
    List<CidConfig> configs =
        intent.cidConfigsOf(poolId).values().stream()
            .filter(config -> algorithms.contains(config.quicLb().algorithm()))
            .toList();
    List<Backend> living =
        intent.backendsOf(poolId).values().stream()
            .filter(backend -> backend.state() != Backend.State.DRAINED)
            .filter(backend -> portTo(backend).isPresent())
            .toList();
    List<Backend> active =
        living.stream().filter(backend -> backend.state() == Backend.State.ACTIVE).toList();
    return new PoolView(
        pool, new CidLookup(configs, living, false), Fallback.of(pool, active), living);
  }

  /** A device that reaches no backend of a pool leaves the pool's packets to others. */
  private boolean serves(String poolId) {
    Collection<Backend> backends = intent.backendsOf(poolId).values();
    return backends.isEmpty() || backends.stream().anyMatch(b -> portTo(b).isPresent());
  }
}

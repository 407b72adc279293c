package io.tern.core.oracle;

import io.tern.cid.CidAlgorithm;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.CopyPolicy;
import io.tern.core.intent.Device;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Forwarding;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Pool;
import io.tern.core.intent.Vip;
import io.tern.core.oracle.Decision.Copy;
import io.tern.p4.contract.Reason;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What an intent means to one device. Thread-safe. */
final class DeviceView {
  private final Intent intent;
  private final Device device;
  private final Set<CidAlgorithm> algorithms;
  private final Delivery delivery;

  /** By pool: fallbacks are too slow to make again for each packet. */
  private final Map<String, PoolView> pools = new ConcurrentHashMap<>();

  DeviceView(Intent intent, Device device, Set<CidAlgorithm> algorithms) {
    this.intent = intent;
    this.device = device;
    this.algorithms = Set.copyOf(algorithms);
    this.delivery = new Delivery(device);
  }

  /** The VIP with this endpoint, if the device serves its pool. */
  Optional<Vip> vip(byte[] address, int port) {
    return intent.vips().values().stream()
        .filter(vip -> isAt(vip.endpoint(), address))
        .filter(vip -> vip.endpoint().port() == port)
        .filter(vip -> serves(vip.poolId()))
        .findFirst();
  }

  /**
   * Whether the device answers echo requests to this address: one of a VIP that it serves. The
   * address of a steer-only VIP is that of the host behind the device, which answers itself.
   */
  boolean answersEcho(byte[] address) {
    return device.answerEcho()
        && intent.vips().values().stream()
            .filter(vip -> !vip.steerOnly())
            .anyMatch(vip -> isAt(vip.endpoint(), address) && serves(vip.poolId()));
  }

  /** The VIP that a backend behind NAT answers for, by its own address and port. */
  Optional<Vip> translatedVip(byte[] address, int port) {
    return intent.vips().values().stream()
        .filter(vip -> intent.pools().get(vip.poolId()).options().isNat())
        .filter(vip -> serves(vip.poolId()))
        .filter(
            vip ->
                pool(vip.poolId()).living().stream()
                    .map(Backend::endpoint)
                    .anyMatch(own -> isAt(own, address) && own.port() == port))
        .findFirst();
  }

  PoolView pool(String poolId) {
    return pools.computeIfAbsent(poolId, this::view);
  }

  int portTo(Backend backend) {
    return backend.nextHop().portByDevice().get(device.id());
  }

  Delivery delivery() {
    return delivery;
  }

  /** Whether packets that count under this reason are copied to the controller. */
  Copy copies(Reason reason) {
    CopyPolicy policy = device.copies().get(reason);
    if (policy == null) {
      return Copy.NEVER;
    }
    return policy.sampleMask() == 0 ? Copy.ALWAYS : Copy.MAYBE;
  }

  private PoolView view(String poolId) {
    Pool pool = intent.pools().get(poolId);
    List<CidConfig> configs =
        intent.cidConfigsOf(poolId).values().stream()
            .filter(config -> algorithms.contains(config.quicLb().algorithm()))
            .toList();
    List<Backend> living = living(poolId);
    List<Backend> sharers =
        living.stream()
            .filter(backend -> backend.state() == Backend.State.ACTIVE && backend.weight() > 0)
            .toList();
    return new PoolView(
        pool,
        new CidLookup(configs, living, pool.options().checkCidLength()),
        Fallback.of(pool, sharers),
        living);
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
            && living(poolId).stream().allMatch(b -> delivery.canReach(b, forwarding)));
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

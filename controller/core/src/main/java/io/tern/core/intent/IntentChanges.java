package io.tern.core.intent;

import static io.tern.core.intent.IntentException.Kind.ALREADY_EXISTS;
import static io.tern.core.intent.IntentException.Kind.FAILED_PRECONDITION;
import static io.tern.core.intent.IntentException.Kind.INVALID_ARGUMENT;
import static io.tern.core.intent.IntentException.Kind.NOT_FOUND;
import static io.tern.core.intent.IntentException.Kind.RESOURCE_EXHAUSTED;
import static io.tern.core.intent.ResourceNames.backendName;
import static io.tern.core.intent.ResourceNames.cidConfigName;
import static io.tern.core.intent.ResourceNames.deviceName;
import static io.tern.core.intent.ResourceNames.poolName;
import static io.tern.core.intent.ResourceNames.vipName;

import io.tern.cid.ServerId;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Every change that can be made to an intent.
 *
 * <p>Pure functions: the intent that is given stays as it is, the answer is the next one with the
 * <em>same</em> revision (the {@link IntentStore} counts). An answer is as consistent as the intent
 * that was given; a change that would break a rule is refused with an {@link IntentException} that
 * says what was wrong, where, and what would be right, and never shows a key. Numbers, SID spaces
 * and server IDs are allocated here, deterministically (see {@link NumberAllocator}, {@link
 * SidAllocator}).
 */
public final class IntentChanges {
  private static final int MAX_POOL_NUMBER = 65_535;
  private static final int MAX_SID_SPACE = 65_535;

  private IntentChanges() {}

  /**
   * Adds a pool; its number is allocated.
   *
   * @throws IntentException ALREADY_EXISTS; RESOURCE_EXHAUSTED if all 65,535 pool numbers are taken
   */
  public static Intent createPool(Intent intent, PoolSpec spec) throws IntentException {
    if (intent.pools().containsKey(spec.id())) {
      throw exists(poolName(spec.id()));
    }
    int number =
        NumberAllocator.allocate(
                intent.pools().values().stream().map(Pool::number).toList(),
                MAX_POOL_NUMBER,
                intent.revision())
            .orElseThrow(
                () ->
                    new IntentException(
                        RESOURCE_EXHAUSTED,
                        poolName(spec.id()),
                        "all " + MAX_POOL_NUMBER + " pool numbers are taken; delete a pool first"));
    return intent.withPools(with(intent.pools(), spec.id(), spec.numbered(number)));
  }

  /**
   * Gives a pool other options. With the options that it has, the answer is the given intent.
   *
   * @throws IntentException NOT_FOUND; FAILED_PRECONDITION if a VIP, a backend or a CID
   *     configuration of the pool does not go with them: a NAT pool has one VIP, one address family
   *     and endpoints that no other NAT pool has, and a pool that checks CID lengths has
   *     self-describing configurations
   */
  public static Intent updatePool(Intent intent, String poolId, PoolOptions options)
      throws IntentException {
    Pool pool = requirePool(intent, poolId, poolName(poolId));
    if (pool.options().equals(options)) {
      return intent;
    }
    Intent next = intent.withPools(with(intent.pools(), poolId, pool.withOptions(options)));
    PoolRules.check(next, poolId, poolName(poolId));
    return next;
  }

  /**
   * Removes a pool and its CID configurations.
   *
   * @throws IntentException NOT_FOUND; FAILED_PRECONDITION while a VIP uses it or it has backends
   */
  public static Intent deletePool(Intent intent, String poolId) throws IntentException {
    requirePool(intent, poolId, poolName(poolId));
    List<String> vips =
        intent.vips().values().stream()
            .filter(vip -> vip.poolId().equals(poolId))
            .map(vip -> vipName(vip.id()))
            .toList();
    if (!vips.isEmpty()) {
      throw new IntentException(
          FAILED_PRECONDITION,
          poolName(poolId),
          poolName(poolId) + " serves " + some(vips) + "; delete its VIPs first");
    }
    List<String> backends =
        intent.backendsOf(poolId).keySet().stream().map(ResourceNames::backendName).toList();
    if (!backends.isEmpty()) {
      throw new IntentException(
          FAILED_PRECONDITION,
          poolName(poolId),
          poolName(poolId) + " has " + some(backends) + "; delete its backends first");
    }
    SortedMap<CidConfigKey, CidConfig> cidConfigs = new TreeMap<>(intent.cidConfigs());
    cidConfigs.keySet().removeAll(Set.copyOf(intent.cidConfigsOf(poolId).keySet()));
    return intent.withPools(without(intent.pools(), poolId)).withCidConfigs(cidConfigs);
  }

  /**
   * Adds a VIP.
   *
   * @throws IntentException ALREADY_EXISTS for its ID or its endpoint; NOT_FOUND for its pool;
   *     FAILED_PRECONDITION if the pool forwards by NAT and has a VIP, or backends of the other
   *     address family
   */
  public static Intent createVip(Intent intent, Vip vip) throws IntentException {
    if (intent.vips().containsKey(vip.id())) {
      throw exists(vipName(vip.id()));
    }
    requirePool(intent, vip.poolId(), "vip.pool");
    for (Vip other : intent.vips().values()) {
      if (other.endpoint().equals(vip.endpoint())) {
        throw new IntentException(
            ALREADY_EXISTS,
            "vip.address",
            vip.endpoint() + " is the endpoint of " + vipName(other.id()) + " already");
      }
    }
    Intent next = intent.withVips(with(intent.vips(), vip.id(), vip));
    PoolRules.check(next, vip.poolId(), "vip.pool");
    return next;
  }

  /**
   * Removes a VIP.
   *
   * @throws IntentException NOT_FOUND
   */
  public static Intent deleteVip(Intent intent, String vipId) throws IntentException {
    if (!intent.vips().containsKey(vipId)) {
      throw notFound(vipName(vipId), vipName(vipId));
    }
    return intent.withVips(without(intent.vips(), vipId));
  }

  /**
   * Adds a backend, ACTIVE; its number and one server ID for each CID configuration of its pool are
   * allocated.
   *
   * @throws IntentException NOT_FOUND for its pool or a device of its next hop; ALREADY_EXISTS for
   *     its ID or its endpoint; FAILED_PRECONDITION if the pool has too few fallback slots, or
   *     forwards by NAT and cannot have this endpoint; RESOURCE_EXHAUSTED if a CID configuration
   *     has no server ID left
   */
  public static Intent createBackend(Intent intent, BackendSpec spec) throws IntentException {
    Pool pool = requirePool(intent, spec.poolId(), "parent");
    BackendKey key = new BackendKey(spec.poolId(), spec.id());
    if (intent.backends().containsKey(key)) {
      throw exists(backendName(key));
    }
    Collection<Backend> siblings = intent.backendsOf(pool.id()).values();
    for (Backend sibling : siblings) {
      if (sibling.endpoint().equals(spec.endpoint())) {
        throw new IntentException(
            ALREADY_EXISTS,
            "backend.address",
            spec.endpoint()
                + " is the endpoint of "
                + backendName(new BackendKey(sibling.poolId(), sibling.id()))
                + " already");
      }
    }
    for (String device : spec.nextHop().portByDevice().keySet()) {
      if (!intent.devices().containsKey(device)) {
        throw notFound("backend.next_hop.device_ports", deviceName(device));
      }
    }
    requireSlots(pool, weighted(siblings) + (spec.weight() > 0 ? 1 : 0));
    int number =
        NumberAllocator.allocate(
                intent.backends().values().stream().map(Backend::number).toList(),
                Integer.MAX_VALUE,
                intent.revision())
            .orElseThrow(
                () ->
                    new IntentException(
                        RESOURCE_EXHAUSTED,
                        backendName(key),
                        "all backend numbers are taken; delete a backend first"));
    Map<Integer, ServerId> serverIds = new HashMap<>();
    for (CidConfig config : intent.cidConfigsOf(pool.id()).values()) {
      serverIds.put(config.sidSpace(), allocateServerId(intent, config, siblings));
    }
    Intent next =
        intent.withBackends(with(intent.backends(), key, spec.allocated(number, serverIds)));
    PoolRules.check(next, pool.id(), "backend.address");
    return next;
  }

  /**
   * Gives a backend another weight, takes it out of the fallback (DRAINING) or back into it
   * (ACTIVE). With what it has, the answer is the given intent.
   *
   * @throws IntentException NOT_FOUND; INVALID_ARGUMENT for a weight that is not 0 to 1000, or the
   *     state DRAINED, which nobody can ask for; FAILED_PRECONDITION for another state of a DRAINED
   *     backend, or if the pool has too few fallback slots
   */
  public static Intent updateBackend(Intent intent, BackendKey key, int weight, Backend.State state)
      throws IntentException {
    Backend backend = requireBackend(intent, key);
    if (backend.weight() == weight && backend.state() == state) {
      return intent;
    }
    if (weight < 0 || weight > Backend.MAX_WEIGHT) {
      throw new IntentException(
          INVALID_ARGUMENT,
          "backend.weight",
          "weight is " + weight + "; it must be 0 to " + Backend.MAX_WEIGHT);
    }
    if (backend.state() != state) {
      requireStep(key, backend.state(), state);
    }
    Intent next =
        intent.withBackends(
            with(intent.backends(), key, backend.withWeight(weight).withState(state)));
    requireSlots(
        requirePool(intent, key.poolId(), "parent"),
        weighted(next.backendsOf(key.poolId()).values()));
    return next;
  }

  private static void requireStep(BackendKey key, Backend.State from, Backend.State to)
      throws IntentException {
    if (to == Backend.State.DRAINED) {
      throw new IntentException(
          INVALID_ARGUMENT,
          "backend.state",
          "state is DRAINED, which follows from DRAINING when the connections have ended; it must"
              + " be ACTIVE or DRAINING");
    }
    if (from == Backend.State.DRAINED) {
      throw new IntentException(
          FAILED_PRECONDITION,
          "backend.state",
          backendName(key)
              + " is DRAINED: its server IDs are in quarantine, and it cannot become "
              + to
              + " again; create another backend");
    }
  }

  /**
   * Removes a backend.
   *
   * @throws IntentException NOT_FOUND
   */
  public static Intent deleteBackend(Intent intent, BackendKey key) throws IntentException {
    requireBackend(intent, key);
    return intent.withBackends(without(intent.backends(), key));
  }

  /**
   * Adds a CID configuration, PREPARED; its SID space is allocated, which no other configuration
   * shares, and in it a server ID for each backend of the pool.
   *
   * @throws IntentException NOT_FOUND for its pool; ALREADY_EXISTS if the codepoint is taken;
   *     FAILED_PRECONDITION if the pool checks CID lengths and CIDs of the configuration do not
   *     describe theirs; RESOURCE_EXHAUSTED if its server IDs are too short for the backends that
   *     the pool has, or all 65,535 SID spaces are taken
   */
  public static Intent createCidConfig(Intent intent, CidConfigSpec spec) throws IntentException {
    Pool pool = requirePool(intent, spec.poolId(), "parent");
    CidConfigKey key = new CidConfigKey(pool.id(), spec.quicLb().codepoint());
    if (intent.cidConfigs().containsKey(key)) {
      throw new IntentException(
          ALREADY_EXISTS,
          cidConfigName(key),
          cidConfigName(key)
              + " exists already; a codepoint has one configuration at a time, take a free one of"
              + " 0 to 6");
    }
    int sidSpace =
        NumberAllocator.allocate(
                intent.cidConfigs().values().stream().map(CidConfig::sidSpace).toList(),
                MAX_SID_SPACE,
                intent.revision())
            .orElseThrow(
                () ->
                    new IntentException(
                        RESOURCE_EXHAUSTED,
                        cidConfigName(key),
                        "all "
                            + MAX_SID_SPACE
                            + " SID spaces are taken; delete a CID configuration first"));
    SortedMap<BackendKey, Backend> siblings = intent.backendsOf(pool.id());
    int length = spec.quicLb().serverIdLength();
    SidAllocator allocator = new SidAllocator(sidSpace, length);
    List<ServerId> serverIds =
        allocator
            .allocateFirst(siblings.size(), intent.revision())
            .orElseThrow(
                () ->
                    new IntentException(
                        RESOURCE_EXHAUSTED,
                        "cid_config.server_id_length",
                        "server ID length "
                            + length
                            + " makes "
                            + allocator.capacity()
                            + " server IDs; "
                            + poolName(pool.id())
                            + " has "
                            + siblings.size()
                            + " backends, take a larger length"));
    SortedMap<BackendKey, Backend> backends = new TreeMap<>(intent.backends());
    int position = 0;
    for (Map.Entry<BackendKey, Backend> sibling : siblings.entrySet()) {
      Map<Integer, ServerId> extended = new HashMap<>(sibling.getValue().serverIds());
      extended.put(sidSpace, serverIds.get(position++));
      backends.put(sibling.getKey(), sibling.getValue().withServerIds(extended));
    }
    Intent next =
        intent
            .withBackends(backends)
            .withCidConfigs(with(intent.cidConfigs(), key, spec.inSpace(sidSpace)));
    PoolRules.check(next, pool.id(), "cid_config.length_self_description");
    return next;
  }

  /**
   * Removes a CID configuration and the server IDs of its space.
   *
   * @throws IntentException NOT_FOUND; FAILED_PRECONDITION while the servers of the pool issue CIDs
   *     with it
   */
  public static Intent deleteCidConfig(Intent intent, CidConfigKey key) throws IntentException {
    CidConfig config = requireCidConfig(intent, key);
    SortedMap<BackendKey, Backend> siblings = intent.backendsOf(key.poolId());
    if (config.state() == CidConfig.State.ACTIVE && !siblings.isEmpty()) {
      throw new IntentException(
          FAILED_PRECONDITION,
          cidConfigName(key),
          cidConfigName(key)
              + " is ACTIVE: the backends of its pool issue CIDs with it; create its successor and"
              + " delete it when it is RETIRING, or delete the backends first");
    }
    SortedMap<BackendKey, Backend> backends = new TreeMap<>(intent.backends());
    siblings.forEach(
        (name, backend) -> {
          Map<Integer, ServerId> rest = new HashMap<>(backend.serverIds());
          rest.remove(config.sidSpace());
          backends.put(name, backend.withServerIds(rest));
        });
    return intent.withBackends(backends).withCidConfigs(without(intent.cidConfigs(), key));
  }

  /**
   * Moves a CID configuration on: PREPARED to ACTIVE, ACTIVE to RETIRING. A pool has one ACTIVE
   * configuration at most: the one that was becomes RETIRING. Asked for the state that it has, the
   * answer is the given intent.
   *
   * @throws IntentException NOT_FOUND; FAILED_PRECONDITION for every other step
   */
  public static Intent transition(Intent intent, CidConfigKey key, CidConfig.State to)
      throws IntentException {
    CidConfig config = requireCidConfig(intent, key);
    if (config.state() == to) {
      return intent;
    }
    if (!CidConfigLifecycle.mayFollow(config.state(), to)) {
      throw new IntentException(
          FAILED_PRECONDITION,
          cidConfigName(key),
          cidConfigName(key)
              + " is "
              + config.state()
              + " and cannot become "
              + to
              + "; the order is PREPARED, ACTIVE, RETIRING");
    }
    return intent.withCidConfigs(CidConfigLifecycle.move(intent.cidConfigs(), key, to));
  }

  /**
   * Activates the PREPARED configurations among {@code onEveryDevice}, the oldest first, so that
   * the newest one of a pool is ACTIVE in the end and its predecessors are RETIRING. Keys of
   * configurations that are gone, or not PREPARED, are passed over; if none is left the answer is
   * the given intent.
   *
   * @param onEveryDevice configurations that every device that serves their pool is known to have
   */
  public static Intent advanceConfigs(Intent intent, Set<CidConfigKey> onEveryDevice) {
    SortedMap<CidConfigKey, CidConfig> next =
        CidConfigLifecycle.advance(intent.cidConfigs(), onEveryDevice);
    return next == intent.cidConfigs() ? intent : intent.withCidConfigs(next);
  }

  /**
   * Adds a device.
   *
   * @throws IntentException INVALID_ARGUMENT for a target that is not "host:port" or "[v6]:port";
   *     ALREADY_EXISTS for its ID or its target
   */
  public static Intent createDevice(Intent intent, Device device) throws IntentException {
    if (intent.devices().containsKey(device.id())) {
      throw exists(deviceName(device.id()));
    }
    if (!DeviceTarget.isLegal(device.target())) {
      throw new IntentException(
          INVALID_ARGUMENT,
          "device.p4runtime_address",
          "\""
              + device.target()
              + "\" is no P4Runtime address; write it as host:port or [v6]:port, port 1 to 65535");
    }
    for (Device other : intent.devices().values()) {
      if (other.target().equalsIgnoreCase(device.target())) {
        throw new IntentException(
            ALREADY_EXISTS,
            "device.p4runtime_address",
            device.target()
                + " is the P4Runtime address of "
                + deviceName(other.id())
                + " already");
      }
    }
    return intent.withDevices(with(intent.devices(), device.id(), device));
  }

  /**
   * Replaces a device by one of the same ID. With what it is already, the answer is the given
   * intent.
   *
   * @throws IntentException NOT_FOUND; INVALID_ARGUMENT for another target, P4Runtime device ID or
   *     creation time: that would be another device
   */
  public static Intent updateDevice(Intent intent, Device device) throws IntentException {
    Device before = intent.devices().get(device.id());
    if (before == null) {
      throw notFound(deviceName(device.id()), deviceName(device.id()));
    }
    if (before.equals(device)) {
      return intent;
    }
    if (!before.target().equals(device.target())
        || before.deviceId() != device.deviceId()
        || !before.createTime().equals(device.createTime())) {
      throw new IntentException(
          INVALID_ARGUMENT,
          "device.p4runtime_address",
          deviceName(device.id())
              + " is P4Runtime device "
              + Long.toUnsignedString(before.deviceId())
              + " at "
              + before.target()
              + " for good; delete it and create another one");
    }
    return intent.withDevices(with(intent.devices(), device.id(), device));
  }

  /**
   * Removes a device, and its ports from the next hops of all backends.
   *
   * @throws IntentException NOT_FOUND
   */
  public static Intent deleteDevice(Intent intent, String deviceId) throws IntentException {
    if (!intent.devices().containsKey(deviceId)) {
      throw notFound(deviceName(deviceId), deviceName(deviceId));
    }
    SortedMap<BackendKey, Backend> backends = new TreeMap<>(intent.backends());
    backends.replaceAll((key, backend) -> withoutPort(backend, deviceId));
    return intent.withBackends(backends).withDevices(without(intent.devices(), deviceId));
  }

  private static ServerId allocateServerId(
      Intent intent, CidConfig config, Collection<Backend> siblings) throws IntentException {
    int length = config.quicLb().serverIdLength();
    CidConfigKey key = new CidConfigKey(config.poolId(), config.quicLb().codepoint());
    List<ServerId> used =
        siblings.stream()
            .map(sibling -> sibling.serverIds().get(config.sidSpace()))
            .filter(Objects::nonNull)
            .toList();
    return new SidAllocator(config.sidSpace(), length)
        .allocate(used, intent.revision())
        .orElseThrow(
            () ->
                new IntentException(
                    RESOURCE_EXHAUSTED,
                    cidConfigName(key),
                    cidConfigName(key)
                        + " has no server ID left: its length of "
                        + length
                        + " makes "
                        + used.size()
                        + ", all taken; move the pool to a configuration with a larger length"));
  }

  private static void requireSlots(Pool pool, int backends) throws IntentException {
    long needed = (long) Pool.MIN_SLOTS_PER_BACKEND * backends;
    if (needed > pool.fallbackSlots()) {
      throw new IntentException(
          FAILED_PRECONDITION,
          poolName(pool.id()),
          poolName(pool.id())
              + " has "
              + pool.fallbackSlots()
              + " fallback slots, enough for "
              + pool.fallbackSlots() / Pool.MIN_SLOTS_PER_BACKEND
              + " backends; "
              + backends
              + " need at least "
              + needed
              + " ("
              + Pool.MIN_SLOTS_PER_BACKEND
              + " a backend)");
    }
  }

  /** How many of them have a share of the fallback. */
  private static int weighted(Collection<Backend> backends) {
    return (int) backends.stream().filter(backend -> backend.weight() > 0).count();
  }

  private static Backend requireBackend(Intent intent, BackendKey key) throws IntentException {
    Backend backend = intent.backends().get(key);
    if (backend == null) {
      throw notFound(backendName(key), backendName(key));
    }
    return backend;
  }

  private static Backend withoutPort(Backend backend, String deviceId) {
    if (!backend.nextHop().portByDevice().containsKey(deviceId)) {
      return backend;
    }
    Map<String, Integer> ports = new HashMap<>(backend.nextHop().portByDevice());
    ports.remove(deviceId);
    return backend.withNextHop(new Backend.NextHop(backend.nextHop().mac(), ports));
  }

  private static Pool requirePool(Intent intent, String poolId, String field)
      throws IntentException {
    Pool pool = intent.pools().get(poolId);
    if (pool == null) {
      throw notFound(field, poolName(poolId));
    }
    return pool;
  }

  private static CidConfig requireCidConfig(Intent intent, CidConfigKey key)
      throws IntentException {
    CidConfig config = intent.cidConfigs().get(key);
    if (config == null) {
      throw notFound(cidConfigName(key), cidConfigName(key));
    }
    return config;
  }

  private static IntentException notFound(String field, String name) {
    return new IntentException(
        NOT_FOUND, field, name + " does not exist; create it first, or correct the name");
  }

  private static IntentException exists(String name) {
    return new IntentException(
        ALREADY_EXISTS, name, name + " exists already; take another ID, or delete it first");
  }

  /** The first few of many names, for a message. */
  private static String some(List<String> names) {
    int shown = Math.min(3, names.size());
    String first = String.join(", ", names.subList(0, shown));
    return names.size() > shown ? first + " and " + (names.size() - shown) + " more" : first;
  }

  private static <K, V> SortedMap<K, V> with(SortedMap<K, V> map, K key, V value) {
    SortedMap<K, V> copy = new TreeMap<>(map);
    copy.put(key, value);
    return copy;
  }

  private static <K, V> SortedMap<K, V> without(SortedMap<K, V> map, K key) {
    SortedMap<K, V> copy = new TreeMap<>(map);
    copy.remove(key);
    return copy;
  }
}

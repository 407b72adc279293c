package io.tern.core.intent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What an intent could be without, one thing at a time: for making a failing case smaller. */
public final class SmallerIntents {
  private SmallerIntents() {}

  /** Consistent intents that lack one thing each; the big things first. */
  public static List<Intent> of(Intent intent, String deviceToKeep) {
    List<Intent> smaller = new ArrayList<>();
    intent.pools().keySet().forEach(id -> smaller.add(withoutPool(intent, id)));
    intent.vips().keySet().forEach(id -> smaller.add(intent.withVips(without(intent.vips(), id))));
    intent
        .cidConfigs()
        .keySet()
        .forEach(key -> smaller.add(intent.withCidConfigs(without(intent.cidConfigs(), key))));
    intent
        .backends()
        .keySet()
        .forEach(key -> smaller.add(intent.withBackends(without(intent.backends(), key))));
    intent.devices().values().stream()
        .filter(device -> !device.id().equals(deviceToKeep))
        .forEach(device -> smaller.add(withoutDevice(intent, device.id())));
    intent.pools().values().forEach(pool -> addPlainer(intent, pool, smaller));
    addPlainer(intent, intent.devices().get(deviceToKeep), smaller);
    smaller.removeIf(intent::equals);
    return smaller;
  }

  private static void addPlainer(Intent intent, Pool pool, List<Intent> smaller) {
    PoolOptions options = pool.options();
    for (PoolOptions plainer :
        List.of(
            options.withForwarding(new Forwarding.L2()),
            options.withCountMigrated(false),
            options.withReplicateIcmpErrors(false),
            options.withStateTimeout(Optional.empty()),
            options.withCheckCidLength(false))) {
      TreeMap<String, Pool> pools = new TreeMap<>(intent.pools());
      pools.put(pool.id(), pool.withOptions(plainer));
      smaller.add(intent.withPools(pools));
    }
  }

  private static void addPlainer(Intent intent, Device device, List<Intent> smaller) {
    for (Device plainer :
        List.of(
            device.withCopies(Map.of()),
            device.withAnswerEcho(false),
            device.withSteerOnly(false),
            device.withTunnelSources(Optional.empty(), Optional.empty()))) {
      TreeMap<String, Device> devices = new TreeMap<>(intent.devices());
      devices.put(device.id(), plainer);
      smaller.add(intent.withDevices(devices));
    }
  }

  private static Intent withoutPool(Intent intent, String id) {
    TreeMap<String, Vip> vips = new TreeMap<>(intent.vips());
    vips.values().removeIf(vip -> vip.poolId().equals(id));
    TreeMap<Intent.CidConfigKey, CidConfig> configs = new TreeMap<>(intent.cidConfigs());
    configs.keySet().removeIf(key -> key.poolId().equals(id));
    TreeMap<Intent.BackendKey, Backend> backends = new TreeMap<>(intent.backends());
    backends.keySet().removeIf(key -> key.poolId().equals(id));
    return intent
        .withVips(vips)
        .withCidConfigs(configs)
        .withBackends(backends)
        .withPools(without(intent.pools(), id));
  }

  private static Intent withoutDevice(Intent intent, String id) {
    try {
      return IntentChanges.deleteDevice(intent, id);
    } catch (IntentException e) {
      throw new AssertionError(e);
    }
  }

  private static <K extends Comparable<K>, V> SortedMap<K, V> without(SortedMap<K, V> map, K key) {
    TreeMap<K, V> smaller = new TreeMap<>(map);
    smaller.remove(key);
    return smaller;
  }
}

package io.tern.core.intent;

import io.tern.core.intent.CidConfig.State;
import io.tern.core.intent.Intent.CidConfigKey;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The state machine of CID configurations: PREPARED, ACTIVE, RETIRING.
 *
 * <p>Servers must not issue CIDs with an old configuration once they have a new one
 * (draft-ietf-quic-load-balancers, "Configuration Rotation"), so a pool has one ACTIVE
 * configuration at most.
 */
final class CidConfigLifecycle {
  private CidConfigLifecycle() {}

  static boolean mayFollow(State from, State to) {
    return (from == State.PREPARED && to == State.ACTIVE)
        || (from == State.ACTIVE && to == State.RETIRING);
  }

  /** The configurations after a legal step of the one that {@code key} names. */
  static SortedMap<CidConfigKey, CidConfig> move(
      SortedMap<CidConfigKey, CidConfig> configs, CidConfigKey key, State to) {
    SortedMap<CidConfigKey, CidConfig> next = new TreeMap<>(configs);
    if (to == State.ACTIVE) {
      next.replaceAll(
          (name, config) ->
              name.poolId().equals(key.poolId()) && config.state() == State.ACTIVE
                  ? config.withState(State.RETIRING)
                  : config);
    }
    next.computeIfPresent(key, (name, config) -> config.withState(to));
    return next;
  }

  /** Activates in order of creation; {@code configs} itself if there is nothing to activate. */
  static SortedMap<CidConfigKey, CidConfig> advance(
      SortedMap<CidConfigKey, CidConfig> configs, Set<CidConfigKey> ready) {
    List<CidConfigKey> prepared =
        configs.entrySet().stream()
            .filter(e -> e.getValue().state() == State.PREPARED && ready.contains(e.getKey()))
            .sorted(Comparator.comparing(e -> e.getValue().createTime()))
            .map(Map.Entry::getKey)
            .toList();
    SortedMap<CidConfigKey, CidConfig> next = configs;
    for (CidConfigKey key : prepared) {
      next = move(next, key, State.ACTIVE);
    }
    return next;
  }
}

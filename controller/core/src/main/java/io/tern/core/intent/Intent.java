package io.tern.core.intent;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything the operator wants, at one revision. Immutable and consistent: what refers to
 * something refers to something that is there ({@link IntentChanges} sees to it).
 *
 * @param revision 0 for the empty intent, then one more with each accepted change
 * @param pools by ID
 * @param cidConfigs by pool ID and codepoint
 * @param backends by pool ID and backend ID
 * @param vips by ID
 * @param devices by ID
 */
public record Intent(
    long revision,
    SortedMap<String, Pool> pools,
    SortedMap<CidConfigKey, CidConfig> cidConfigs,
    SortedMap<BackendKey, Backend> backends,
    SortedMap<String, Vip> vips,
    SortedMap<String, Device> devices) {

  /** Names a CID configuration: pool ID and codepoint. */
  public record CidConfigKey(String poolId, int codepoint) implements Comparable<CidConfigKey> {
    @Override
    public int compareTo(CidConfigKey o) {
      int byPool = poolId.compareTo(o.poolId);
      return byPool != 0 ? byPool : Integer.compare(codepoint, o.codepoint);
    }
  }

  /** Names a backend: pool ID and backend ID. */
  public record BackendKey(String poolId, String id) implements Comparable<BackendKey> {
    @Override
    public int compareTo(BackendKey o) {
      int byPool = poolId.compareTo(o.poolId);
      return byPool != 0 ? byPool : id.compareTo(o.id);
    }
  }

  /** Nothing, at revision 0. */
  public static final Intent EMPTY =
      new Intent(
          0,
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          Collections.emptySortedMap());

  public Intent {
    pools = copy(pools);
    cidConfigs = copy(cidConfigs);
    backends = copy(backends);
    vips = copy(vips);
    devices = copy(devices);
  }

  /** The backends of a pool, by ID; empty if there is no such pool. A view, not a copy. */
  public SortedMap<BackendKey, Backend> backendsOf(String poolId) {
    return backends.subMap(new BackendKey(poolId, ""), new BackendKey(after(poolId), ""));
  }

  /** The CID configurations of a pool, by codepoint; empty if there is no such pool. A view. */
  public SortedMap<CidConfigKey, CidConfig> cidConfigsOf(String poolId) {
    return cidConfigs.subMap(new CidConfigKey(poolId, 0), new CidConfigKey(after(poolId), 0));
  }

  /** The smallest string behind {@code poolId}: NUL sorts before every character of an ID. */
  private static String after(String poolId) {
    return poolId + '\0';
  }

  Intent withPools(SortedMap<String, Pool> pools) {
    return new Intent(revision, pools, cidConfigs, backends, vips, devices);
  }

  Intent withCidConfigs(SortedMap<CidConfigKey, CidConfig> cidConfigs) {
    return new Intent(revision, pools, cidConfigs, backends, vips, devices);
  }

  Intent withBackends(SortedMap<BackendKey, Backend> backends) {
    return new Intent(revision, pools, cidConfigs, backends, vips, devices);
  }

  Intent withVips(SortedMap<String, Vip> vips) {
    return new Intent(revision, pools, cidConfigs, backends, vips, devices);
  }

  Intent withDevices(SortedMap<String, Device> devices) {
    return new Intent(revision, pools, cidConfigs, backends, vips, devices);
  }

  /** This intent with another revision. */
  public Intent withRevision(long revision) {
    return new Intent(revision, pools, cidConfigs, backends, vips, devices);
  }

  private static <K extends Comparable<K>, V> SortedMap<K, V> copy(Map<K, V> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(requireNonNull(map)));
  }
}

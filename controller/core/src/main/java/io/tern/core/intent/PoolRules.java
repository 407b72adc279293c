package io.tern.core.intent;

import static io.tern.core.intent.IntentException.Kind.FAILED_PRECONDITION;
import static io.tern.core.intent.ResourceNames.backendName;
import static io.tern.core.intent.ResourceNames.cidConfigName;
import static io.tern.core.intent.ResourceNames.poolName;
import static io.tern.core.intent.ResourceNames.vipName;

import io.tern.core.intent.Intent.BackendKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a pool's options ask of its VIPs, backends and CID configurations. */
final class PoolRules {
  private PoolRules() {}

  /**
   * Checks an intent that a change would make.
   *
   * @param poolId the pool that the change touches
   * @param field what the change would set, for the error
   * @throws IntentException FAILED_PRECONDITION, naming what contradicts what
   */
  static void check(Intent next, String poolId, String field) throws IntentException {
    Pool pool = next.pools().get(poolId);
    if (pool.options().checkCidLength()) {
      requireSelfDescription(next, pool, field);
    }
    if (pool.options().isNat()) {
      List<Vip> vips =
          next.vips().values().stream().filter(vip -> vip.poolId().equals(poolId)).toList();
      requireOneVip(pool, vips, field);
      requireOneFamily(next, pool, vips, field);
      requireOwnEndpoints(next, pool, field);
    }
  }

  private static void requireSelfDescription(Intent next, Pool pool, String field)
      throws IntentException {
    for (Map.Entry<Intent.CidConfigKey, CidConfig> config :
        next.cidConfigsOf(pool.id()).entrySet()) {
      if (!config.getValue().quicLb().lengthSelfDescription()) {
        throw refused(
            field,
            poolName(pool.id())
                + " checks the length that a CID describes, and CIDs of "
                + cidConfigName(config.getKey())
                + " do not describe theirs (length_self_description is false); take"
                + " configurations that do, or leave check_cid_length off");
      }
    }
  }

  private static void requireOneVip(Pool pool, List<Vip> vips, String field)
      throws IntentException {
    if (vips.size() > 1) {
      throw refused(
          field,
          poolName(pool.id())
              + " forwards by NAT and would have two VIPs, "
              + vipName(vips.get(0).id())
              + " and "
              + vipName(vips.get(1).id())
              + "; an answer of a backend does not show which of them its client talks to, so the"
              + " way back needs exactly one: make a pool for each VIP, with backend ports of its"
              + " own, or take another way of forwarding");
    }
  }

  private static void requireOneFamily(Intent next, Pool pool, List<Vip> vips, String field)
      throws IntentException {
    // The first of all sets the family.
    Optional<String> first = vips.stream().findFirst().map(vip -> vipName(vip.id()));
    Optional<Boolean> v6 = vips.stream().findFirst().map(vip -> vip.endpoint().isV6());
    for (Map.Entry<BackendKey, Backend> backend : next.backendsOf(pool.id()).entrySet()) {
      boolean backendV6 = backend.getValue().endpoint().isV6();
      if (v6.isEmpty()) {
        first = Optional.of(backendName(backend.getKey()));
        v6 = Optional.of(backendV6);
      } else if (v6.get() != backendV6) {
        throw refused(
            field,
            poolName(pool.id())
                + " forwards by NAT, which does not change the address family: "
                + first.orElseThrow()
                + " has an "
                + family(v6.get())
                + " address and "
                + backendName(backend.getKey())
                + " an "
                + family(backendV6)
                + " one; take addresses of one family, or a pool for each");
      }
    }
  }

  private static void requireOwnEndpoints(Intent next, Pool pool, String field)
      throws IntentException {
    Map<Endpoint, BackendKey> own = new HashMap<>();
    next.backendsOf(pool.id()).forEach((key, backend) -> own.put(backend.endpoint(), key));
    for (Pool other : next.pools().values()) {
      if (other.options().isNat() && !other.id().equals(pool.id())) {
        for (Map.Entry<BackendKey, Backend> backend : next.backendsOf(other.id()).entrySet()) {
          BackendKey same = own.get(backend.getValue().endpoint());
          if (same != null) {
            throw refused(
                field,
                backendName(same)
                    + " and "
                    + backendName(backend.getKey())
                    + " would share "
                    + backend.getValue().endpoint()
                    + ", and both pools forward by NAT: what comes from there could belong to"
                    + " either VIP; take another port for one of them");
          }
        }
      }
    }
  }

  private static String family(boolean v6) {
    return v6 ? "IPv6" : "IPv4";
  }

  private static IntentException refused(String field, String message) {
    return new IntentException(FAILED_PRECONDITION, field, message);
  }
}

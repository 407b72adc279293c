package io.tern.core.intent;

import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;

/**
 * Resource names (AIP-122), as the northbound API and every message about a resource write them.
 */
public final class ResourceNames {
  private ResourceNames() {}

  /** "pools/{pool}". */
  public static String poolName(String poolId) {
    return "pools/" + poolId;
  }

  /** "vips/{vip}". */
  public static String vipName(String vipId) {
    return "vips/" + vipId;
  }

  /** "devices/{device}". */
  public static String deviceName(String deviceId) {
    return "devices/" + deviceId;
  }

  /** "pools/{pool}/backends/{backend}". */
  public static String backendName(BackendKey key) {
    return poolName(key.poolId()) + "/backends/" + key.id();
  }

  /** "pools/{pool}/cidConfigs/{codepoint}". */
  public static String cidConfigName(CidConfigKey key) {
    return poolName(key.poolId()) + "/cidConfigs/" + key.codepoint();
  }
}

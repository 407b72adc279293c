package io.tern.benchmark.writes;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.QuicLbConfig;
import io.tern.core.intent.Backend;
import io.tern.core.intent.BackendSpec;
import io.tern.core.intent.CidConfigSpec;
import io.tern.core.intent.Device;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.Pool;
import io.tern.core.intent.PoolSpec;
import io.tern.core.intent.Vip;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * 10,000 backends with a server ID each, and 65,536 fallback slots. A pool has at least 100 slots
 * for each backend, so two pools share them: "front", whose 65,536 slots 655 backends own, and
 * "servers", whose only VIP is steer-only, so that it has no fallback.
 */
final class LargeIntent {
  static final String DEVICE = "device";
  static final String FRONT = "front";
  static final int SLOTS = 65_536;

  private static final String SERVERS = "servers";
  private static final int BACKENDS = 10_000;
  private static final int FRONT_BACKENDS = SLOTS / Pool.MIN_SLOTS_PER_BACKEND;
  private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");

  private LargeIntent() {}

  /** A device without pools. */
  static Intent device(String target, long deviceId) throws IntentException {
    return IntentChanges.createDevice(
        Intent.EMPTY,
        new Device(
            DEVICE,
            target,
            deviceId,
            Optional.of(new MacAddress(0x02_00_00_00_fe_02L)),
            Map.of(new MacAddress(0x02_00_00_00_fe_01L), 1),
            T0));
  }

  /** Both pools with all their backends. */
  static Intent fill(Intent intent) throws IntentException {
    Intent filled = pool(intent, FRONT, SLOTS, false, 1);
    filled = pool(filled, SERVERS, Pool.MAX_FALLBACK_SLOTS, true, 2);
    for (int i = 0; i < BACKENDS; i++) {
      filled =
          IntentChanges.createBackend(
              filled, backend(i < FRONT_BACKENDS ? FRONT : SERVERS, "b" + i, i));
    }
    for (String pool : new String[] {FRONT, SERVERS}) {
      filled =
          IntentChanges.createCidConfig(
              filled,
              new CidConfigSpec(
                  pool,
                  new QuicLbConfig(0, CidAlgorithm.PLAINTEXT, 4, 4, Optional.empty(), false),
                  T0));
    }
    return filled;
  }

  /** What {@code filled} has, with the device of {@code base}: to fill an intent takes seconds. */
  static Intent fillLike(Intent filled, Intent base) {
    return new Intent(
        base.revision(),
        filled.pools(),
        filled.cidConfigs(),
        filled.backends(),
        filled.vips(),
        base.devices());
  }

  /** The first backend of the pool with the fallback. */
  static BackendKey first() {
    return new BackendKey(FRONT, "b0");
  }

  /** {@link #first} as it was created. */
  static BackendSpec firstSpec() {
    return backend(FRONT, "b0", 0);
  }

  private static Intent pool(Intent intent, String id, int slots, boolean steerOnly, int address)
      throws IntentException {
    return IntentChanges.createVip(
        IntentChanges.createPool(intent, new PoolSpec(id, slots, T0)),
        new Vip(id, Endpoint.of("192.0.2." + address, 443), id, steerOnly, T0));
  }

  private static BackendSpec backend(String pool, String id, int n) {
    return new BackendSpec(
        pool,
        id,
        Endpoint.of("10.0." + n / 250 + "." + (1 + n % 250), 4433),
        new Backend.NextHop(new MacAddress(0x02_00_00_01_00_00L + n), Map.of(DEVICE, 1 + n % 200)),
        Backend.DEFAULT_WEIGHT,
        T0);
  }
}

package io.tern.southbound.testing;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.core.intent.Backend;
import io.tern.core.intent.BackendSpec;
import io.tern.core.intent.CidConfigSpec;
import io.tern.core.intent.Device;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.IntentChanges;
import io.tern.core.intent.IntentStore.Change;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.PoolOptions;
import io.tern.core.intent.PoolSpec;
import io.tern.core.intent.Vip;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Changes of the intent that tests make. */
public final class Changes {
  private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");

  private Changes() {}

  /** A device without stations at "{id}:9559". */
  public static Change device(String id) {
    return device(id, id + ":9559");
  }

  public static Change device(String id, String target) {
    return device(id, target, ScriptedDevice.DEVICE_ID);
  }

  public static Change device(String id, String target, long deviceId) {
    return intent ->
        IntentChanges.createDevice(
            intent,
            new Device(id, target, deviceId, Optional.of(mac(0xfe)), Map.of(), T0)
                .withAnswerEcho(false));
  }

  /** Another form of a device. */
  public static Change device(String id, UnaryOperator<Device> change) {
    return intent -> IntentChanges.updateDevice(intent, change.apply(intent.devices().get(id)));
  }

  public static Change options(String pool, PoolOptions options) {
    return intent -> IntentChanges.updatePool(intent, pool, options);
  }

  public static Change withoutDevice(String id) {
    return intent -> IntentChanges.deleteDevice(intent, id);
  }

  /** A pool with 256 slots and a VIP 192.0.2.1:{port} of the same name. */
  public static Change pool(String id, int port) {
    return intent ->
        IntentChanges.createVip(
            IntentChanges.createPool(intent, new PoolSpec(id, 256, T0)),
            new Vip(id, Endpoint.of("192.0.2.1", port), id, false, T0));
  }

  /** A backend that every device of {@code devices} reaches by port 10 + {@code n}. */
  public static Change backend(String pool, int n, String... devices) {
    Map<String, Integer> ports = new TreeMap<>();
    for (String device : devices) {
      ports.put(device, 10 + n);
    }
    return intent ->
        IntentChanges.createBackend(
            intent,
            new BackendSpec(
                pool,
                "b" + n,
                Endpoint.of("198.51.100." + n, 4433),
                new Backend.NextHop(mac(n), ports),
                Backend.DEFAULT_WEIGHT,
                T0));
  }

  public static Change withoutBackend(String pool, int n) {
    return intent -> IntentChanges.deleteBackend(intent, new BackendKey(pool, "b" + n));
  }

  /** A clear-text configuration with server IDs of 3 octets. */
  public static Change plaintext(String pool, int codepoint) {
    return intent ->
        IntentChanges.createCidConfig(
            intent,
            new CidConfigSpec(
                pool,
                new QuicLbConfig(codepoint, CidAlgorithm.PLAINTEXT, 3, 4, Optional.empty(), false),
                T0));
  }

  public static Change encrypted(String pool, int codepoint) {
    return intent ->
        IntentChanges.createCidConfig(
            intent,
            new CidConfigSpec(
                pool,
                new QuicLbConfig(
                    codepoint,
                    CidAlgorithm.FOUR_PASS,
                    3,
                    4,
                    Optional.of(CidKey.parse("00".repeat(16))),
                    false),
                T0));
  }

  private static MacAddress mac(int last) {
    return new MacAddress(0x02_00_00_00_00_00L + last);
  }
}

package io.tern.core.intent;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.core.intent.Backend.NextHop;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Resources to build intents from. */
public final class IntentFixtures {
  public static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");

  private IntentFixtures() {}

  /** Applies changes as a store does: each makes a revision. */
  public static final class History {
    private Intent intent = Intent.EMPTY;

    public History apply(IntentStore.Change change) {
      try {
        intent = change.apply(intent).withRevision(intent.revision() + 1);
      } catch (IntentException e) {
        throw new AssertionError(e.getMessage(), e);
      }
      return this;
    }

    public Intent intent() {
      return intent;
    }

    /** Device "leaf" with two stations. */
    public History leaf() {
      return device("leaf", Map.of(mac(0xc1), 1, mac(0xc2), 2));
    }

    public History device(String id, Map<MacAddress, Integer> stations) {
      return apply(
          i ->
              IntentChanges.createDevice(
                  i,
                  new Device(id, id + ".example:9559", 1, Optional.of(mac(0xfe)), stations, T0)));
    }

    public History pool(String id, int slots) {
      return apply(i -> IntentChanges.createPool(i, new PoolSpec(id, slots, T0)));
    }

    public History options(String pool, PoolOptions options) {
      return apply(i -> IntentChanges.updatePool(i, pool, options));
    }

    public History device(String id, UnaryOperator<Device> change) {
      return apply(i -> IntentChanges.updateDevice(i, change.apply(i.devices().get(id))));
    }

    public History weight(String pool, String id, int weight) {
      return apply(
          i -> {
            Intent.BackendKey key = new Intent.BackendKey(pool, id);
            return IntentChanges.updateBackend(i, key, weight, i.backends().get(key).state());
          });
    }

    public History vip(String id, String address, int port, String pool) {
      return apply(
          i ->
              IntentChanges.createVip(i, new Vip(id, Endpoint.of(address, port), pool, false, T0)));
    }

    /** Backend {@code n} of a pool: 198.51.100.n, MAC ...:n, port 10 + n of device "leaf". */
    public History backend(String pool, String id, int n) {
      return backend(pool, id, n, Map.of("leaf", 10 + n));
    }

    public History backend(String pool, String id, int n, Map<String, Integer> ports) {
      return apply(i -> IntentChanges.createBackend(i, backendSpec(pool, id, n, ports)));
    }

    public History state(String pool, String id, Backend.State state) {
      return apply(
          i -> {
            var backends = new TreeMap<>(i.backends());
            backends.computeIfPresent(
                new Intent.BackendKey(pool, id), (key, backend) -> backend.withState(state));
            return i.withBackends(backends);
          });
    }

    public History plaintext(String pool, int codepoint, int sidLength) {
      return apply(
          i ->
              IntentChanges.createCidConfig(
                  i, new CidConfigSpec(pool, clear(codepoint, sidLength), T0)));
    }

    public History encrypted(String pool, int codepoint, int sidLength) {
      return apply(
          i ->
              IntentChanges.createCidConfig(
                  i, new CidConfigSpec(pool, singlePass(codepoint, sidLength), T0)));
    }
  }

  public static MacAddress mac(int last) {
    return new MacAddress(0x02_00_00_00_00_00L + last);
  }

  public static BackendSpec backendSpec(String pool, String id, int n, Map<String, Integer> ports) {
    return new BackendSpec(
        pool,
        id,
        Endpoint.of("198.51." + (100 + n / 250) + "." + (1 + n % 250), 4433),
        new NextHop(mac(n), ports),
        Backend.DEFAULT_WEIGHT,
        T0);
  }

  /** Clear text, nonce of 4 octets. */
  public static QuicLbConfig clear(int codepoint, int sidLength) {
    return new QuicLbConfig(
        codepoint, CidAlgorithm.PLAINTEXT, sidLength, 4, Optional.empty(), false);
  }

  /** One AES block with a key of the codepoint's octets. */
  public static QuicLbConfig singlePass(int codepoint, int sidLength) {
    return new QuicLbConfig(
        codepoint,
        CidAlgorithm.SINGLE_PASS,
        sidLength,
        16 - sidLength,
        Optional.of(CidKey.parse(("0" + codepoint).repeat(16))),
        false);
  }
}

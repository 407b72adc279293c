package io.tern.store;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.cid.ServerId;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.CopyPolicy;
import io.tern.core.intent.Device;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Forwarding;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentStore;
import io.tern.core.intent.MacAddress;
import io.tern.core.intent.Pool;
import io.tern.core.intent.PoolOptions;
import io.tern.core.intent.Vip;
import io.tern.p4.contract.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Intents for tests, and changes to them. */
final class Intents {
  static final Instant CREATED = Instant.parse("2026-11-01T12:00:00.123456789Z");
  static final String SECRET = "8f95f09245765f80256934e50c66207f";

  private Intents() {}

  static Pool pool(String id, int number) {
    return new Pool(id, number, 65_536, PoolOptions.DEFAULT, CREATED);
  }

  static IntentStore.Change addPool(String id, int number) {
    return intent -> withPool(intent, pool(id, number));
  }

  static Intent withPool(Intent intent, Pool pool) {
    SortedMap<String, Pool> pools = new TreeMap<>(intent.pools());
    pools.put(pool.id(), pool);
    return withPools(intent, pools);
  }

  static Intent withoutPool(Intent intent, String id) {
    SortedMap<String, Pool> pools = new TreeMap<>(intent.pools());
    pools.remove(id);
    return withPools(intent, pools);
  }

  private static Intent withPools(Intent intent, SortedMap<String, Pool> pools) {
    return new Intent(
        intent.revision(),
        pools,
        intent.cidConfigs(),
        intent.backends(),
        intent.vips(),
        intent.devices());
  }

  /** One resource of each kind, two of some, with every optional part both there and not. */
  static Intent everyKind() {
    return new Intent(
        0,
        new TreeMap<>(
            Map.of(
                "web",
                pool("web", 1)
                    .withOptions(
                        new PoolOptions(
                            new Forwarding.IpIp(0xffff),
                            false,
                            true,
                            Optional.of(Duration.ofSeconds(30, 5_000)),
                            false)),
                "gue",
                pool("gue", 2)
                    .withOptions(PoolOptions.DEFAULT.withForwarding(new Forwarding.Gue(65_535))),
                "nat",
                pool("nat", 3)
                    .withOptions(PoolOptions.DEFAULT.withForwarding(new Forwarding.Nat())),
                "dns",
                pool("dns", 65_535))),
        new TreeMap<>(
            Map.of(
                new CidConfigKey("web", 0),
                new CidConfig(
                    "web",
                    new QuicLbConfig(0, CidAlgorithm.PLAINTEXT, 3, 4, Optional.empty(), true),
                    1,
                    CidConfig.State.RETIRING,
                    CREATED),
                new CidConfigKey("web", 6),
                new CidConfig(
                    "web",
                    new QuicLbConfig(
                        6, CidAlgorithm.FOUR_PASS, 10, 5, Optional.of(CidKey.parse(SECRET)), false),
                    65_535,
                    CidConfig.State.PREPARED,
                    CREATED))),
        new TreeMap<>(
            Map.of(
                new BackendKey("web", "b-1"),
                new Backend(
                    "web",
                    "b-1",
                    Integer.MAX_VALUE,
                    Endpoint.of("192.0.2.1", 443),
                    new Backend.NextHop(
                        MacAddress.parse("02:00:00:00:00:01"), Map.of("s1", 510, "s2", 1)),
                    1000,
                    Backend.State.DRAINING,
                    Map.of(
                        1,
                        ServerId.parse("c4605e"),
                        65_535,
                        ServerId.parse("0102030405060708090a")),
                    CREATED),
                new BackendKey("dns", "b-1"),
                new Backend(
                    "dns",
                    "b-1",
                    2,
                    Endpoint.of("2001:db8::1", 65_535),
                    new Backend.NextHop(MacAddress.parse("02:00:00:00:00:02"), Map.of()),
                    1,
                    Backend.State.ACTIVE,
                    Map.of(),
                    CREATED))),
        new TreeMap<>(
            Map.of(
                "front",
                new Vip("front", Endpoint.of("198.51.100.1", 443), "web", false, CREATED),
                "front-v6",
                new Vip("front-v6", Endpoint.of("2001:db8::443", 853), "dns", true, CREATED))),
        new TreeMap<>(
            Map.of(
                "s1",
                new Device(
                    "s1",
                    "[::1]:9559",
                    -1L,
                    Optional.of(MacAddress.parse("02:00:00:00:00:fe")),
                    Map.of(MacAddress.parse("02:00:00:00:01:01"), 7),
                    Optional.of(Endpoint.parseAddress("192.0.2.254")),
                    Optional.of(Endpoint.parseAddress("2001:db8::fe")),
                    false,
                    true,
                    Map.of(
                        Reason.NEIGHBOUR, new CopyPolicy(100_000, 1, 0),
                        Reason.NOT_QUIC, new CopyPolicy(1, 100_000, 65_535)),
                    CREATED),
                "s2",
                new Device("s2", "localhost:1", 1L, Optional.empty(), Map.of(), CREATED))));
  }
}

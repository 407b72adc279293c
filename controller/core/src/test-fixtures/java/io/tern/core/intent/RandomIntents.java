package io.tern.core.intent;

import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.Intent.CidConfigKey;
import io.tern.core.intent.IntentFixtures.History;
import io.tern.p4.contract.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Histories of random changes; those that the rules refuse change nothing. */
public final class RandomIntents {
  private static final String[] POOLS = {"api", "web"};
  private static final List<Backend.State> STATES = List.of(Backend.State.values());

  private final Random random;
  private final History history;
  private final boolean everyOption;

  /** Pools and devices have their default options, and backends keep their weights. */
  public RandomIntents(Random random) {
    this(random, false);
  }

  /** Options of pools and devices, and weights, change as well. */
  public static RandomIntents withEveryOption(Random random) {
    return new RandomIntents(random, true);
  }

  private RandomIntents(Random random, boolean everyOption) {
    this.random = random;
    this.everyOption = everyOption;
    this.history =
        new History()
            .leaf()
            .device("spine", Map.of())
            .pool("web", 256)
            .pool("api", 1024)
            .vip("web-v4", "192.0.2.1", 443, "web");
  }

  public Intent intent() {
    return history.intent();
  }

  public RandomIntents changes(int count) {
    for (int i = 0; i < count; i++) {
      change();
    }
    return this;
  }

  private void change() {
    String pool = POOLS[random.nextInt(POOLS.length)];
    int n = random.nextInt(8);
    switch (random.nextInt(everyOption ? 14 : 10)) {
      case 0, 1, 2, 3 ->
          tryTo(
              i ->
                  IntentChanges.createBackend(
                      i, IntentFixtures.backendSpec(pool, "b" + n, n, ports(n))));
      case 4 -> tryTo(i -> IntentChanges.deleteBackend(i, new BackendKey(pool, "b" + n)));
      case 5 -> history.state(pool, "b" + n, STATES.get(random.nextInt(STATES.size())));
      case 6 ->
          tryTo(
              i ->
                  IntentChanges.createCidConfig(
                      i,
                      new CidConfigSpec(
                          pool,
                          random.nextInt(4) == 0
                              ? IntentFixtures.singlePass(n % 7, 8)
                              : IntentFixtures.clear(n % 7, 1 + random.nextInt(15)),
                          IntentFixtures.T0)));
      case 7 -> tryTo(i -> IntentChanges.deleteCidConfig(i, new CidConfigKey(pool, n % 7)));
      case 8 ->
          tryTo(
              i ->
                  IntentChanges.createVip(
                      i,
                      new Vip(
                          "v" + n,
                          Endpoint.of(n % 2 == 0 ? "192.0.2.2" : "2001:db8::2", 1 + n / 2),
                          pool,
                          random.nextInt(4) == 0,
                          IntentFixtures.T0)));
      case 10, 11 -> tryTo(i -> IntentChanges.updatePool(i, pool, options()));
      case 12 ->
          tryTo(
              i ->
                  IntentChanges.updateBackend(
                      i,
                      new BackendKey(pool, "b" + n),
                      random.nextInt(4) * 50,
                      STATES.get(random.nextInt(STATES.size()))));
      case 13 -> tryTo(i -> IntentChanges.updateDevice(i, device(i.devices().get("leaf"))));
      default ->
          tryTo(i -> IntentChanges.deleteVip(i, random.nextInt(4) == 0 ? "web-v4" : "v" + n));
    }
  }

  private PoolOptions options() {
    List<Forwarding> ways =
        List.of(
            new Forwarding.L2(),
            new Forwarding.IpIp(random.nextInt(0x10000)),
            new Forwarding.Gue(Forwarding.Gue.DEFAULT_PORT),
            new Forwarding.Nat());
    return new PoolOptions(
        ways.get(random.nextInt(ways.size())),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean() ? Optional.of(Duration.ofSeconds(60)) : Optional.empty(),
        random.nextInt(4) == 0);
  }

  private Device device(Device before) {
    return before
        .withTunnelSources(
            random.nextInt(3) == 0
                ? Optional.empty()
                : Optional.of(Endpoint.parseAddress("192.0.2.254")),
            Optional.empty())
        .withAnswerEcho(random.nextBoolean())
        .withSteerOnly(random.nextBoolean())
        .withCopies(
            random.nextBoolean()
                ? Map.of()
                : Map.of(Reason.NOT_QUIC, new CopyPolicy(1 + random.nextInt(100), 10, 0)));
  }

  private Map<String, Integer> ports(int n) {
    return random.nextInt(5) == 0
        ? Map.of("spine", 3)
        : Map.of("leaf", 10 + random.nextInt(3) + n, "spine", 1);
  }

  private void tryTo(IntentStore.Change change) {
    history.apply(
        intent -> {
          try {
            return change.apply(intent);
          } catch (IntentException refused) {
            return intent;
          }
        });
  }
}

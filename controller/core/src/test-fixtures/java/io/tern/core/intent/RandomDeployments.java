package io.tern.core.intent;

import io.tern.cid.CidAlgorithm;
import io.tern.cid.CidKey;
import io.tern.cid.QuicLbConfig;
import io.tern.core.intent.Backend.NextHop;
import io.tern.core.intent.Intent.BackendKey;
import io.tern.core.intent.IntentFixtures.History;
import io.tern.p4.contract.Reason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Whole intents with any mix of everything that Tern can do: algorithms, codepoints, ways of
 * forwarding, address families, state. What the rules refuse is left out. Device "leaf" is the one
 * to plan for. Not thread-safe.
 */
public final class RandomDeployments {
  /** Enough that nothing of a test is beyond it. */
  private static final int UNMETERED = CopyPolicy.MAX_PACKETS_PER_SECOND;

  private static final String[] VIP_ADDRESSES = {
    "192.0.2.1", "192.0.2.2", "2001:db8::2", "2001:db8::3"
  };
  private static final int[] VIP_PORTS = {443, 1, 2, 3, 4};
  private static final List<CidAlgorithm> ALGORITHMS = List.of(CidAlgorithm.values());
  private static final int MAX_POOLS = 3;
  private static final int MAX_BACKENDS = 6;

  private final Random random;
  private final boolean longMemory;

  /**
   * @param longMemory whether stateful pools never forget within a test: for devices whose clock
   *     the test does not set
   */
  public RandomDeployments(Random random, boolean longMemory) {
    this.random = random;
    this.longMemory = longMemory;
  }

  public Intent next() {
    History history = new History().leaf().device("spine", Map.of());
    history.apply(i -> IntentChanges.updateDevice(i, leaf(i.devices().get("leaf"))));
    for (int p = 1 + random.nextInt(MAX_POOLS); p > 0; p--) {
      pool(history, "p" + p);
    }
    return history.intent();
  }

  private Device leaf(Device plain) {
    Device leaf =
        new Device(
            plain.id(),
            plain.target(),
            plain.deviceId(),
            oneIn(4) ? Optional.empty() : plain.mac(),
            oneIn(6) ? Map.of() : plain.stations(),
            plain.createTime());
    return leaf.withTunnelSources(
            Optional.of("198.18.255.10").filter(a -> !oneIn(12)).map(Endpoint::parseAddress),
            Optional.of("2001:db8:ffff::10").filter(a -> !oneIn(12)).map(Endpoint::parseAddress))
        .withAnswerEcho(!oneIn(3))
        .withSteerOnly(oneIn(8))
        .withCopies(copies());
  }

  private Map<Reason, CopyPolicy> copies() {
    Map<Reason, CopyPolicy> copies = new EnumMap<>(Reason.class);
    if (oneIn(2)) {
      for (Reason reason : Reason.values()) {
        int mask = oneIn(3) ? (1 << random.nextInt(17)) - 1 : 0;
        if (oneIn(3) && mayBeCopied(reason)) {
          copies.put(reason, new CopyPolicy(UNMETERED, CopyPolicy.MAX_BURST, mask));
        }
      }
    }
    return copies;
  }

  private static boolean mayBeCopied(Reason reason) {
    try {
      CopyPolicy.check(reason);
      return true;
    } catch (IllegalArgumentException never) {
      return false;
    }
  }

  private void pool(History history, String id) {
    PoolOptions options = options();
    history.apply(
        i ->
            IntentChanges.createPool(
                i, new PoolSpec(id, 256 << random.nextInt(3), options, IntentFixtures.T0)));
    // NAT wants one family.
    Optional<Boolean> family =
        options.isNat() ? Optional.of(random.nextBoolean()) : Optional.empty();
    for (int v = 0; v <= random.nextInt(3); v++) {
      vip(history, id, id + "-v" + v, family);
    }
    for (int b = oneIn(12) ? 0 : 1 + random.nextInt(MAX_BACKENDS); b > 0; b--) {
      backend(history, id, b, family);
    }
    for (int codepoint = 0; codepoint <= QuicLbConfig.MAX_CODEPOINT; codepoint++) {
      if (!oneIn(3)) {
        QuicLbConfig config = config(codepoint, options.checkCidLength() || oneIn(3));
        tryTo(
            history,
            i ->
                IntentChanges.createCidConfig(i, new CidConfigSpec(id, config, IntentFixtures.T0)));
      }
    }
  }

  private PoolOptions options() {
    Forwarding forwarding =
        switch (random.nextInt(5)) {
          case 0 ->
              new Forwarding.IpIp(oneIn(3) ? 0 : random.nextInt(Forwarding.IpIp.MAX_MASK + 1));
          case 1 -> new Forwarding.Gue(1 + random.nextInt(65_535));
          case 2 -> new Forwarding.Nat();
          default -> new Forwarding.L2();
        };
    return new PoolOptions(
        forwarding,
        !oneIn(4),
        oneIn(2),
        oneIn(2) ? Optional.of(memory()) : Optional.empty(),
        oneIn(4));
  }

  private Duration memory() {
    // Drawn whether it is used or not: everything else is the same with a long memory.
    boolean longest = oneIn(4);
    Duration drawn = PoolOptions.MIN_STATE_TIMEOUT.plusNanos(1000L * random.nextInt(2_000_000));
    return longMemory || longest ? PoolOptions.MAX_STATE_TIMEOUT : drawn;
  }

  private void vip(History history, String pool, String id, Optional<Boolean> v6) {
    String address =
        VIP_ADDRESSES[
            v6.map(six -> (six ? 2 : 0) + random.nextInt(2)).orElseGet(() -> random.nextInt(4))];
    Endpoint endpoint = Endpoint.of(address, VIP_PORTS[random.nextInt(VIP_PORTS.length)]);
    boolean steerOnly = oneIn(7);
    tryTo(
        history,
        i -> IntentChanges.createVip(i, new Vip(id, endpoint, pool, steerOnly, IntentFixtures.T0)));
  }

  private void backend(History history, String pool, int n, Optional<Boolean> family) {
    boolean v6 = family.orElseGet(random::nextBoolean);
    // Few addresses: servers with several workers, each with a port of its own.
    String address = (v6 ? "2001:db8:b::" : "198.51.100.") + (1 + random.nextInt(3));
    Map<String, Integer> ports =
        oneIn(15) ? Map.of("spine", 3) : Map.of("leaf", 10 + random.nextInt(5));
    BackendSpec spec =
        new BackendSpec(
            pool,
            "b" + n,
            Endpoint.of(address, 4433 + random.nextInt(40)),
            new NextHop(IntentFixtures.mac(n), ports),
            oneIn(8) ? 0 : 1 + random.nextInt(200),
            IntentFixtures.T0);
    tryTo(history, i -> IntentChanges.createBackend(i, spec));
    BackendKey key = new BackendKey(pool, "b" + n);
    if (history.intent().backends().containsKey(key) && oneIn(5)) {
      history.state(pool, "b" + n, oneIn(2) ? Backend.State.DRAINING : Backend.State.DRAINED);
    }
  }

  private QuicLbConfig config(int codepoint, boolean selfDescription) {
    CidAlgorithm algorithm = ALGORITHMS.get(random.nextInt(ALGORITHMS.size()));
    int serverId = 1 + random.nextInt(15);
    int nonce =
        algorithm == CidAlgorithm.SINGLE_PASS
            ? 16 - Math.min(12, serverId)
            : 4 + random.nextInt(Math.min(15, 16 - serverId));
    if (algorithm == CidAlgorithm.SINGLE_PASS) {
      serverId = 16 - nonce;
    } else if (algorithm == CidAlgorithm.FOUR_PASS && serverId + nonce == 16) {
      nonce = nonce == 4 ? 5 : nonce - 1;
      serverId = serverId + nonce > QuicLbConfig.MAX_SUM ? serverId - 2 : serverId;
    }
    return new QuicLbConfig(
        codepoint,
        algorithm,
        serverId,
        nonce,
        algorithm == CidAlgorithm.PLAINTEXT ? Optional.empty() : Optional.of(key()),
        selfDescription);
  }

  private CidKey key() {
    byte[] octets = new byte[CidKey.LENGTH];
    random.nextBytes(octets);
    return CidKey.of(octets);
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  private static void tryTo(History history, IntentStore.Change change) {
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

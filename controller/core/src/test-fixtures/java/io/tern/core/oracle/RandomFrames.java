package io.tern.core.oracle;

import static java.util.Objects.requireNonNull;

import io.tern.cid.ServerId;
import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Endpoint;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Vip;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Frames that mean something to an intent of {@link io.tern.core.intent.RandomIntents}: UDP to its
 * VIPs, mostly QUIC, mostly with CIDs that its backends could have issued. Not thread-safe.
 */
public final class RandomFrames {
  /** Where histories of random changes have VIPs at some time or other. */
  private static final String[] ADDRESSES = {"192.0.2.1", "192.0.2.2", "2001:db8::2"};

  private static final int[] PORTS = {443, 1, 2, 3, 4};
  private static final int STATION_MAC_LAST_OCTET = 0xc1;

  private final Intent intent;
  private final Random random;
  private final List<Vip> vips;

  public RandomFrames(Intent intent, Random random) {
    this.intent = requireNonNull(intent, "intent");
    this.random = requireNonNull(random, "random");
    this.vips = List.copyOf(intent.vips().values());
  }

  /** A frame whose lengths and checksums are right. */
  public Frame whole() {
    Optional<Vip> vip = vip();
    Endpoint to =
        vip.map(Vip::endpoint)
            .orElseGet(
                () ->
                    Endpoint.of(
                        ADDRESSES[random.nextInt(ADDRESSES.length)],
                        PORTS[random.nextInt(PORTS.length)]));
    Frames frames =
        Frames.udp(
                to.isV6() ? "2001:db8:9::9" : "203.0.113.9",
                1 + random.nextInt(65_535),
                to.address().getHostAddress(),
                to.port())
            .ttl(random.nextInt(20) == 0 ? 1 : 64);
    String cid = cid(vip);
    return switch (random.nextInt(8)) {
      case 0 -> frames.payload("c0000000").frame();
      case 1, 2, 3 -> frames.quicLong(cid).frame();
      case 4 -> frames.payload("40" + cid).frame();
      default -> frames.quicShort(cid).frame();
    };
  }

  /**
   * A frame that may be cut or have octets behind its end, whose octets and bits may be wrong
   * anywhere, and that may be for a station instead of the router.
   */
  public Frame damaged() {
    byte[] octets = whole().toByteArray();
    if (random.nextInt(4) == 0) {
      octets = Arrays.copyOf(octets, random.nextInt(octets.length + 4));
    }
    int wrongOctets = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0;
    for (int i = 0; i < wrongOctets && octets.length > 0; i++) {
      // Most of what decides is in the first 64 octets.
      int at = random.nextInt(random.nextBoolean() ? Math.min(64, octets.length) : octets.length);
      octets[at] =
          random.nextBoolean()
              ? (byte) random.nextInt()
              : (byte) (octets[at] ^ 1 << random.nextInt(8));
    }
    if (random.nextInt(6) == 0 && octets.length >= 6) {
      octets[5] = (byte) (STATION_MAC_LAST_OCTET + random.nextInt(2));
    }
    return Frame.of(octets);
  }

  private Optional<Vip> vip() {
    return vips.isEmpty() || random.nextInt(6) == 0
        ? Optional.empty()
        : Optional.of(vips.get(random.nextInt(vips.size())));
  }

  /**
   * Mostly one that a backend of the VIP's pool could have issued, sometimes one of another pool.
   */
  private String cid(Optional<Vip> vip) {
    Optional<String> pool = random.nextInt(6) == 0 ? Optional.empty() : vip.map(Vip::poolId);
    List<CidConfig> configs =
        List.copyOf(
            pool.map(id -> intent.cidConfigsOf(id).values())
                .orElseGet(() -> intent.cidConfigs().values()));
    List<Backend> backends =
        List.copyOf(
            pool.map(id -> intent.backendsOf(id).values())
                .orElseGet(() -> intent.backends().values()));
    if (configs.isEmpty() || backends.isEmpty() || random.nextInt(6) == 0) {
      return "%02x%02x".formatted(random.nextInt(256), random.nextInt(256));
    }
    CidConfig config = configs.get(random.nextInt(configs.size()));
    Backend backend = backends.get(random.nextInt(backends.size()));
    ServerId serverId = backend.serverIds().get(config.sidSpace());
    String sid =
        serverId == null || random.nextInt(6) == 0
            ? "ab".repeat(config.quicLb().serverIdLength())
            : serverId.toString();
    String cid =
        "%02x".formatted(config.quicLb().codepoint() << 5 | random.nextInt(32))
            + sid
            + "cd".repeat(config.quicLb().nonceLength());
    return random.nextInt(8) == 0 ? cid.substring(0, cid.length() - 2) : cid;
  }
}

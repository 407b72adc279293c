package io.tern.cid;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** What holds for every configuration. */
class QuicLbCodecPropertiesTest {
  private static final CidKey KEY = CidKey.parse("8f95f09245765f80256934e50c66207f");

  @Provide
  Arbitrary<QuicLbConfig> everyConfig() {
    List<QuicLbConfig> all = LegalConfigs.all(KEY);
    assertThat(all).hasSize(240);
    return Arbitraries.of(all);
  }

  @Provide
  Arbitrary<QuicLbConfig> everyEncryptedConfigWithLongServerId() {
    return Arbitraries.of(
        LegalConfigs.all(KEY).stream()
            .filter(c -> c.key().isPresent() && c.serverIdLength() >= 5)
            .toList());
  }

  @Property(generation = GenerationMode.EXHAUSTIVE)
  void decodeOfEncodeIsTheIdentityForEveryLengthPairAndAlgorithm(
      @ForAll("everyConfig") QuicLbConfig config) {
    QuicLbCodec codec = new QuicLbCodec(config);
    Random random = new Random(config.cidLength() * 31L + config.serverIdLength());
    for (int i = 0; i < 50; i++) {
      assertRoundTrip(
          codec,
          octets(random, config.serverIdLength()),
          octets(random, config.nonceLength()),
          random.nextInt(32));
    }
  }

  @Property
  void decodeOfEncodeIsTheIdentityForEveryValue(
      @ForAll("everyConfig") QuicLbConfig shape,
      @ForAll @Size(16) byte[] key,
      @ForAll @Size(15) byte[] serverId,
      @ForAll @Size(18) byte[] nonce) {
    QuicLbConfig config =
        LegalConfigs.config(
            shape.serverIdLength(), shape.nonceLength(), shape.key().map(k -> CidKey.of(key)));
    assertRoundTrip(
        new QuicLbCodec(config),
        Arrays.copyOf(serverId, config.serverIdLength()),
        Arrays.copyOf(nonce, config.nonceLength()),
        serverId[0] & 31);
  }

  private static void assertRoundTrip(
      QuicLbCodec codec, byte[] serverIdOctets, byte[] nonceOctets, int firstOctetBits) {
    ServerId serverId = ServerId.of(serverIdOctets);
    Nonce nonce = Nonce.of(nonceOctets);

    ConnectionId cid = codec.encode(serverId, nonce, firstOctetBits);

    assertThat(cid.length()).isEqualTo(codec.cidLength());
    assertThat(cid.fitsQuicV1()).isTrue();
    assertThat(QuicLbCodec.codepoint(cid.octet(0))).isEqualTo(codec.config().codepoint());
    assertThat(cid.octet(0) & 31).isEqualTo(firstOctetBits);
    assertThat(codec.decode(cid))
        .isEqualTo(new Decoded.Routable(codec.config().codepoint(), serverId, nonce));
  }

  @Property(generation = GenerationMode.EXHAUSTIVE)
  void differentNoncesMakeDifferentCidsForEveryLengthPairAndAlgorithm(
      @ForAll("everyConfig") QuicLbConfig config) {
    QuicLbCodec codec = new QuicLbCodec(config);
    ServerId serverId = ServerId.of(new byte[config.serverIdLength()]);
    Set<ConnectionId> cids = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      byte[] nonce = new byte[config.nonceLength()];
      nonce[nonce.length - 1] = (byte) i;
      nonce[0] = (byte) (i >>> 8);
      cids.add(codec.encode(serverId, Nonce.of(nonce), 0));
    }
    assertThat(cids).hasSize(300);
  }

  // 256 active IDs of 5 octets or more: a random ID hits one in at most one of 2^32 attempts.
  @Property(generation = GenerationMode.EXHAUSTIVE)
  void wrongKeyAlmostNeverYieldsAnActiveServerId(
      @ForAll("everyEncryptedConfigWithLongServerId") QuicLbConfig config) {
    Random random = new Random(config.cidLength() * 17L + config.serverIdLength());
    QuicLbCodec right = new QuicLbCodec(config);
    Set<ServerId> active = new HashSet<>();
    while (active.size() < 256) {
      active.add(ServerId.of(octets(random, config.serverIdLength())));
    }

    int hits = 0;
    for (ServerId serverId : active) {
      ConnectionId cid =
          right.encode(
              serverId, Nonce.of(octets(random, config.nonceLength())), random.nextInt(32));
      QuicLbCodec wrong =
          new QuicLbCodec(
              LegalConfigs.config(
                  config.serverIdLength(),
                  config.nonceLength(),
                  Optional.of(CidKey.of(octets(random, CidKey.LENGTH)))));
      Decoded.Routable decoded = (Decoded.Routable) wrong.decode(cid);
      hits += active.contains(decoded.serverId()) ? 1 : 0;
    }

    assertThat(hits).isZero();
  }

  @Property(generation = GenerationMode.EXHAUSTIVE)
  void everyEncryptedBitDependsOnTheServerId(
      @ForAll("everyEncryptedConfigWithLongServerId") QuicLbConfig config) {
    QuicLbCodec codec = new QuicLbCodec(config);
    Random random = new Random(config.cidLength() * 13L + config.serverIdLength());
    byte[] changed = new byte[config.cidLength()];
    for (int i = 0; i < 64; i++) {
      byte[] serverId = octets(random, config.serverIdLength());
      Nonce nonce = Nonce.of(octets(random, config.nonceLength()));
      byte[] before = codec.encode(ServerId.of(serverId), nonce, 0).toByteArray();
      serverId[random.nextInt(serverId.length)] ^= (byte) (1 << random.nextInt(8));
      byte[] after = codec.encode(ServerId.of(serverId), nonce, 0).toByteArray();
      for (int octet = 0; octet < changed.length; octet++) {
        changed[octet] |= (byte) (before[octet] ^ after[octet]);
      }
    }

    assertThat(changed[0]).isZero();
    assertThat(Arrays.copyOfRange(changed, 1, changed.length)).containsOnly(0xff);
  }

  @Property
  void decodeHasAnAnswerForEveryCid(
      @ForAll("everyConfig") QuicLbConfig config, @ForAll @Size(max = 255) byte[] octets) {
    ConnectionId cid = ConnectionId.of(octets);

    Decoded decoded = new QuicLbCodec(config).decode(cid);

    boolean ownCodepoint =
        cid.length() > 0 && QuicLbCodec.codepoint(cid.octet(0)) == config.codepoint();
    boolean routable = ownCodepoint && cid.length() >= config.cidLength();
    assertThat(decoded instanceof Decoded.Routable).isEqualTo(routable);
  }

  private static byte[] octets(Random random, int length) {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return octets;
  }
}

package io.tern.cid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class NonceSourceTest {
  private static final CidKey KEY = CidKey.parse("8f95f09245765f80256934e50c66207f");

  private final SecureRandom random = new SecureRandom();

  @Provide
  Arbitrary<QuicLbConfig> everyConfig() {
    return Arbitraries.of(LegalConfigs.all(KEY));
  }

  @Property(generation = GenerationMode.EXHAUSTIVE)
  void noTwoNoncesOfASourceCollide(@ForAll("everyConfig") QuicLbConfig config) {
    NonceSource source = NonceSource.forConfig(config, random);
    Set<Nonce> seen = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      Nonce nonce = source.next();
      assertThat(nonce.length()).isEqualTo(config.nonceLength());
      assertThat(seen.add(nonce)).as("nonce %d, %s", i, nonce).isTrue();
    }
  }

  // 200,000 random nonces of 4 octets would have collided with probability 0.99.
  @Test
  void clearTextNoncesDoNotCollideWhereRandomOnesWould() {
    NonceSource source = new PermutedNonceSource(4, random);
    Set<Nonce> seen = new HashSet<>();
    for (int i = 0; i < 200_000; i++) {
      seen.add(source.next());
    }
    assertThat(seen).hasSize(200_000);
  }

  @Test
  void clearTextNoncesLookUnrelated() {
    NonceSource source = new PermutedNonceSource(4, random);
    int pairs = 4_000;
    int differing = 0;
    int[] ones = new int[32];
    int previous = bits(source.next());
    for (int i = 0; i < pairs; i++) {
      int next = bits(source.next());
      differing += Integer.bitCount(previous ^ next);
      for (int bit = 0; bit < 32; bit++) {
        ones[bit] += next >>> bit & 1;
      }
      previous = next;
    }

    // Half of the bits change from one to the next, and each bit is set half of the time: eight
    // standard deviations off would be a counter, not chance.
    assertThat(differing / (double) pairs).isBetween(16 - 0.36, 16 + 0.36);
    assertThat(Arrays.stream(ones).boxed().toList())
        .allSatisfy(count -> assertThat(count).isBetween(1_747, 2_253));
  }

  @Test
  void encryptedNoncesCountUpFromARandomStart() {
    QuicLbConfig config = LegalConfigs.config(3, 4, Optional.of(KEY));
    NonceSource first = NonceSource.forConfig(config, random);
    int start = bits(first.next());
    assertThat(bits(first.next())).isEqualTo(start + 1);

    Set<Nonce> starts = new HashSet<>();
    for (int i = 0; i < 8; i++) {
      starts.add(NonceSource.forConfig(config, random).next());
    }
    assertThat(starts).hasSizeGreaterThan(6);
  }

  @Test
  void counterCarriesThroughAllOctetsAndWrapsAround() {
    NonceSource source = new CounterNonceSource(HexFormat.of().parseHex("fffffffffffffffffe"), 0);

    assertThat(List.of(source.next(), source.next(), source.next(), source.next()))
        .map(Nonce::toString)
        .containsExactly(
            "fffffffffffffffffe", "ffffffffffffffffff", "000000000000000000", "000000000000000001");
  }

  @Test
  void exhaustedSourceRefusesForEverInsteadOfRepeating() {
    long all = 1L << 32;
    NonceSource source = new CounterNonceSource(HexFormat.of().parseHex("00000005"), all - 2);

    assertThat(source.remaining()).isEqualTo(2);
    assertThat(source.next()).hasToString("00000003");
    assertThat(source.next()).hasToString("00000004");
    assertThat(source.remaining()).isZero();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(source::next)
          .isInstanceOf(NoncesExhaustedException.class)
          .hasMessageContaining("all nonces of 4 octets are used up");
    }
    assertThat(source.remaining()).isZero();
  }

  @Test
  void remainingTellsWhenAConfigurationComesToItsEnd() {
    NonceSource four = new PermutedNonceSource(4, random);
    four.next();
    assertThat(four.remaining()).isEqualTo((1L << 32) - 1);
    assertThat(new CounterNonceSource(18, random).remaining()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void manyThreadsShareOneSource() throws Exception {
    for (NonceSource source :
        List.of(new CounterNonceSource(4, random), new PermutedNonceSource(5, random))) {
      ExecutorService threads = Executors.newFixedThreadPool(4);
      try {
        List<Future<List<Nonce>>> parts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          parts.add(
              threads.submit(
                  () -> {
                    List<Nonce> nonces = new ArrayList<>();
                    for (int n = 0; n < 5_000; n++) {
                      nonces.add(source.next());
                    }
                    return nonces;
                  }));
        }
        Set<Nonce> all = new HashSet<>();
        for (Future<List<Nonce>> part : parts) {
          all.addAll(part.get());
        }
        assertThat(all).hasSize(20_000);
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private static int bits(Nonce nonce) {
    return Integer.parseUnsignedInt(nonce.toString(), 16);
  }
}

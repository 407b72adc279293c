package io.tern.cid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuicLbCodecTest {
  private static final String KEY_HEX = "8f95f09245765f80256934e50c66207f";
  private static final CidKey KEY = CidKey.parse(KEY_HEX);
  private static final ServerId SERVER_ID = ServerId.parse("c4605e");
  private static final Nonce NONCE = Nonce.parse("4504cc4f");

  private final QuicLbCodec plaintext =
      new QuicLbCodec(new QuicLbConfig(2, CidAlgorithm.PLAINTEXT, 3, 4, Optional.empty(), false));
  private final QuicLbCodec describing =
      new QuicLbCodec(new QuicLbConfig(2, CidAlgorithm.PLAINTEXT, 3, 4, Optional.empty(), true));

  @Test
  void lowBitsAreRandomUnlessTheyDescribeTheLength() {
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 2_000; i++) {
      seen.add(plaintext.encode(SERVER_ID, NONCE).octet(0));
    }
    // 2 << 5 is the codepoint; that one of 32 values stays away in 2,000 has probability 1e-26.
    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0x40, 0x60).boxed().toList());

    assertThat(describing.encode(SERVER_ID, NONCE)).hasToString("47c4605e4504cc4f");
  }

  @Test
  void givenLowBitsAreWritten() {
    assertThat(plaintext.encode(SERVER_ID, NONCE, 0)).hasToString("40c4605e4504cc4f");
    assertThat(plaintext.encode(SERVER_ID, NONCE, 31)).hasToString("5fc4605e4504cc4f");
  }

  @Test
  void givenLowBitsAreRefusedWhenTheyAreNotFiveOrNotFree() {
    assertThatThrownBy(() -> plaintext.encode(SERVER_ID, NONCE, 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("first octet bits are 32; five bits hold 0 to 31");
    assertThatThrownBy(() -> plaintext.encode(SERVER_ID, NONCE, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> describing.encode(SERVER_ID, NONCE, 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not free");
  }

  @Test
  void valuesOfAnotherLengthAreRefused() {
    assertThatThrownBy(() -> plaintext.encode(ServerId.parse("c460"), NONCE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("server ID has 2 octets; the configuration has 3");
    assertThatThrownBy(() -> plaintext.encode(SERVER_ID, Nonce.parse("4504cc4f00")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("nonce has 5 octets; the configuration has 4");
  }

  @Test
  void octetsThatTheServerAppendedAreIgnored() {
    assertThat(plaintext.decode(ConnectionId.parse("47c4605e4504cc4fffff")))
        .isEqualTo(new Decoded.Routable(2, SERVER_ID, NONCE));
  }

  @Test
  void lowBitsThatDescribeAnotherLengthAreIgnored() {
    assertThat(plaintext.decode(ConnectionId.parse("5fc4605e4504cc4f")))
        .isEqualTo(new Decoded.Routable(2, SERVER_ID, NONCE));
  }

  @Test
  void shorterCidIsUnroutable() {
    assertThat(plaintext.decode(ConnectionId.parse("47c4605e4504cc")))
        .isEqualTo(new Decoded.Unroutable(Decoded.Reason.TOO_SHORT));
    assertThat(plaintext.decode(ConnectionId.EMPTY))
        .isEqualTo(new Decoded.Unroutable(Decoded.Reason.TOO_SHORT));
  }

  @Test
  void otherCodepointIsUnroutable() {
    assertThat(plaintext.decode(ConnectionId.parse("67c4605e4504cc4f")))
        .isEqualTo(new Decoded.Unroutable(Decoded.Reason.UNKNOWN_CODEPOINT));
  }

  @Test
  void manyThreadsShareOneCodec() throws Exception {
    QuicLbCodec singlePass =
        new QuicLbCodec(
            new QuicLbConfig(0, CidAlgorithm.SINGLE_PASS, 3, 13, Optional.of(KEY), true));
    QuicLbCodec fourPass =
        new QuicLbCodec(new QuicLbConfig(0, CidAlgorithm.FOUR_PASS, 3, 14, Optional.of(KEY), true));
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Boolean>> results =
          IntStream.range(0, 4)
              .mapToObj(
                  seed ->
                      threads.submit(
                          () -> roundTrips(singlePass, seed) && roundTrips(fourPass, seed)))
              .toList();
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static boolean roundTrips(QuicLbCodec codec, int seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      byte[] nonce = new byte[codec.nonceLength()];
      random.nextBytes(nonce);
      Decoded.Routable expected = new Decoded.Routable(0, SERVER_ID, Nonce.of(nonce));
      if (!codec.decode(codec.encode(SERVER_ID, Nonce.of(nonce))).equals(expected)) {
        return false;
      }
    }
    return true;
  }

  @Test
  void keyIsNotPrinted() {
    QuicLbConfig config = new QuicLbConfig(0, CidAlgorithm.FOUR_PASS, 3, 4, Optional.of(KEY), true);

    assertThat(new QuicLbCodec(config).toString())
        .contains("serverIdLength=3")
        .doesNotContain(KEY_HEX);
    assertThat(config.toString()).doesNotContain(KEY_HEX);
  }
}

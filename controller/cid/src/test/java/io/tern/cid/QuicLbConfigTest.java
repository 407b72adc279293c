package io.tern.cid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Illegal configurations are refused with the rule that they break. */
class QuicLbConfigTest {
  private static final CidKey KEY = CidKey.parse("8f95f09245765f80256934e50c66207f");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-1 | PLAINTEXT   | 3  | 4  | false | codepoint is -1; it must be 0 to 6",
        "7  | PLAINTEXT   | 3  | 4  | false | 7 is reserved for unroutable CIDs",
        "0  | PLAINTEXT   | 0  | 8  | false | server ID length is 0; it must be 1 to 15 octets",
        "0  | PLAINTEXT   | 16 | 4  | false | server ID length is 16; it must be 1 to 15 octets",
        "0  | PLAINTEXT   | 3  | 3  | false | nonce length is 3; it must be 4 to 18 octets",
        "0  | PLAINTEXT   | 1  | 19 | false | nonce length is 19; it must be 4 to 18 octets",
        "0  | PLAINTEXT   | 10 | 10 | false | the sum must be at most 19",
        "0  | PLAINTEXT   | 3  | 4  | true  | a clear-text configuration has no key",
        "0  | FOUR_PASS   | 3  | 4  | false | FOUR_PASS needs a 16-octet key",
        "0  | SINGLE_PASS | 8  | 8  | false | SINGLE_PASS needs a 16-octet key",
        "0  | SINGLE_PASS | 3  | 4  | true  | needs lengths that sum to 16 octets, not 7",
        "0  | FOUR_PASS   | 8  | 8  | true  | use SINGLE_PASS",
      })
  void refusalNamesTheRule(
      int codepoint,
      CidAlgorithm algorithm,
      int serverIdLength,
      int nonceLength,
      boolean withKey,
      String rule) {
    Optional<CidKey> key = withKey ? Optional.of(KEY) : Optional.empty();

    assertThatThrownBy(
            () -> new QuicLbConfig(codepoint, algorithm, serverIdLength, nonceLength, key, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(rule);
  }

  @ParameterizedTest
  @CsvSource({
    "3, 4, false, PLAINTEXT", "8, 8, false, PLAINTEXT", "8, 8, true, SINGLE_PASS",
    "12, 4, true, SINGLE_PASS", "3, 4, true, FOUR_PASS", "1, 18, true, FOUR_PASS",
  })
  void algorithmFollowsFromKeyAndLengths(
      int serverIdLength, int nonceLength, boolean withKey, CidAlgorithm algorithm) {
    assertThat(QuicLbConfig.algorithmFor(serverIdLength, nonceLength, withKey))
        .isEqualTo(algorithm);
  }
}

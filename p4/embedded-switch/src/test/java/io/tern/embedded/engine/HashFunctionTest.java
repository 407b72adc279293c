package io.tern.embedded.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.tern.embedded.bmv2.HashAlgorithm;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HashFunctionTest {
  /** Check values as catalogues of CRCs and the algorithms' own sources have them. */
  @ParameterizedTest
  @CsvSource({
    "CRC16, 123456789, bb3d",
    "CRC32, 123456789, cbf43926",
    "CRC_CCITT, 123456789, 29b1",
    "XXH64, '', ef46db3751d8e999",
    "XXH64, a, d24ec4f1a98c6e5b",
    "XXH64, abc, 44bc2cf5ad770999",
    "XXH64, 'Nobody inspects the spammish repetition', fbcea83c8a378bf1",
    "IDENTITY, ABCDEFGHIJ, 4142434445464748",
    "IDENTITY, AB, 4142",
    "XOR16, ABC, 0242",
    "XOR32, ABCDE, 04424344",
    "CSUM16, '', ffff",
    "CSUM16, ABC, 7bbd"
  })
  void givesTheKnownValue(HashAlgorithm algorithm, String input, String expected) {
    byte[] octets = input.getBytes(US_ASCII);

    long hash = HashFunction.apply(algorithm, octets, octets.length, new CRC32());

    assertThat(hash).isEqualTo(Long.parseUnsignedLong(expected, 16));
  }
}

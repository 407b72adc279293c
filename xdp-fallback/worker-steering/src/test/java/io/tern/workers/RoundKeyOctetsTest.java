package io.tern.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.cid.CidKey;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The examples of FIPS 197. */
class RoundKeyOctetsTest {
  private static final CidKey KEY = CidKey.parse("000102030405060708090a0b0c0d0e0f");

  @Test
  void theCipherHasTheKeyFirst() {
    byte[] octets = RoundKeyOctets.forEncryption(KEY);

    assertThat(octets).hasSize(176);
    assertThat(round(octets, 0)).isEqualTo("000102030405060708090a0b0c0d0e0f");
    assertThat(round(octets, 1)).isEqualTo("d6aa74fdd2af72fadaa678f1d6ab76fe");
    assertThat(round(octets, 10)).isEqualTo("13111d7fe3944a17f307a78b4d2b30c5");
  }

  @Test
  void theEquivalentInverseCipherHasItLastAndMixesTheColumnsBetween() {
    byte[] octets = RoundKeyOctets.forDecryption(KEY);

    assertThat(octets).hasSize(176);
    assertThat(round(octets, 0)).isEqualTo("13111d7fe3944a17f307a78b4d2b30c5");
    assertThat(round(octets, 1)).isEqualTo("13aa29be9c8faff6f770f58000f7bf03");
    assertThat(round(octets, 10)).isEqualTo("000102030405060708090a0b0c0d0e0f");
  }

  private static String round(byte[] octets, int round) {
    return HexFormat.of().formatHex(Arrays.copyOfRange(octets, round * 16, round * 16 + 16));
  }
}

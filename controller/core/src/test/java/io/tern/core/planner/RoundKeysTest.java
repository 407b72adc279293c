package io.tern.core.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.cid.CidKey;
import io.tern.core.entry.Bits;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RoundKeysTest {
  /** Of FIPS 197, appendix A.1. */
  private static final CidKey FIPS_KEY = CidKey.parse("2b7e151628aed2a6abf7158809cf4f3c");

  private static final List<String> FIPS_SCHEDULE =
      List.of(
          "2b7e151628aed2a6abf7158809cf4f3c",
          "a0fafe1788542cb123a339392a6c7605",
          "f2c295f27a96b9435935807a7359f67f",
          "3d80477d4716fe3e1e237e446d7a883b",
          "ef44a541a8525b7fb671253bdb0bad00",
          "d4d1c6f87c839d87caf2b8bc11f915bc",
          "6d88a37a110b3efddbf98641ca0093fd",
          "4e54f70e5f5fc9f384a64fb24ea6dc4f",
          "ead27321b58dbad2312bf5607f8d292f",
          "ac7766f319fadc2128d12941575c006e",
          "d014f9a8c9ee2589e13f0cc8b6630ca6");

  @Test
  void areTheScheduleOfFips197InPlanesWithoutTheConstantOfTheSbox() {
    List<Bits> keys = RoundKeys.of(FIPS_KEY);

    assertThat(keys).hasSize(RoundKeys.COUNT);
    for (int round = 0; round < RoundKeys.COUNT; round++) {
      byte[] expected = HexFormat.of().parseHex(FIPS_SCHEDULE.get(round));
      for (int octet = 0; octet < expected.length; octet++) {
        assertThat(octetOf(keys.get(round).toBigInteger(), octet) ^ (round == 0 ? 0 : 0x63))
            .as("octet %d of round key %d", octet, round)
            .isEqualTo(Byte.toUnsignedInt(expected[octet]));
      }
    }
  }

  @Property
  void theFirstIsTheKeyItself(@ForAll @Size(16) byte[] key) {
    BigInteger first = RoundKeys.of(CidKey.of(key)).get(0).toBigInteger();

    for (int octet = 0; octet < key.length; octet++) {
      assertThat(octetOf(first, octet)).isEqualTo(Byte.toUnsignedInt(key[octet]));
    }
  }

  @Test
  void aBitMovesToItsNumberReadBackwards() {
    // 0b0000001 and 0b1000000; 0b0001101 and 0b1011000.
    assertThat(first("00000000000000000000000000000002").bitLength() - 1).isEqualTo(64);
    assertThat(first("00000000000000000000000000002000").bitLength() - 1).isEqualTo(88);
  }

  private static BigInteger first(String key) {
    return RoundKeys.of(CidKey.parse(key)).get(0).toBigInteger();
  }

  /** Octet {@code n} of the block: one bit of each plane. */
  private static int octetOf(BigInteger planes, int n) {
    int octet = 0;
    for (int bit = 0; bit < 8; bit++) {
      String number = Integer.toBinaryString(128 + 8 * (15 - n) + bit).substring(1);
      int at = Integer.parseInt(new StringBuilder(number).reverse().toString(), 2);
      octet |= planes.testBit(at) ? 1 << bit : 0;
    }
    return octet;
  }
}

package io.tern.agent.plane;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.cid.CidKey;
import io.tern.core.planner.RoundKeys;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class PlaneKeysTest {
  private static final HexFormat HEX = HexFormat.of();

  private static List<BigInteger> contract(byte[] key) {
    return RoundKeys.of(CidKey.of(key)).stream()
        .map(bits -> new BigInteger(1, bits.toByteArray()))
        .toList();
  }

  @Test
  void scheduleIsThatOfFips197() {
    // Appendix A.1.
    byte[] key = HEX.parseHex("2b7e151628aed2a6abf7158809cf4f3c");

    String schedule = HEX.formatHex(PlaneKeys.schedule(contract(key)));

    assertThat(schedule)
        .startsWith("2b7e151628aed2a6abf7158809cf4f3c" + "a0fafe1788542cb123a339392a6c7605")
        .contains("ead27321b58dbad2312bf5607f8d292f")
        .endsWith("d014f9a8c9ee2589e13f0cc8b6630ca6");
  }

  @Test
  void encryptsAndDecryptsAsTheJdkDoes() throws GeneralSecurityException {
    Random random = new Random(20261122);
    for (int round = 0; round < 200; round++) {
      byte[] key = new byte[16];
      byte[] block = new byte[16];
      random.nextBytes(key);
      random.nextBytes(block);
      // One block, nothing else: a mode would be another cipher.
      @SuppressWarnings("InsecureCryptoUsage")
      Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
      byte[] encrypted = aes.doFinal(block);
      byte[] schedule = PlaneKeys.schedule(contract(key));

      assertThat(ReferenceAes.encrypt(block, schedule)).isEqualTo(encrypted);
      assertThat(ReferenceAes.decrypt(encrypted, PlaneKeys.inverse(schedule))).isEqualTo(block);
    }
  }
}

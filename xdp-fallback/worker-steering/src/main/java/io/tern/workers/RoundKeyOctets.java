package io.tern.workers;

import io.tern.cid.CidKey;

/**
 * The round keys of AES-128 as {@code struct key} has them (xdp-fallback/bpf, layout.h): 176 octets
 * in the order of use. What it returns is as secret as the key.
 */
final class RoundKeyOctets {
  /** Octets of eleven round keys. */
  static final int LENGTH = 11 * CidKey.LENGTH;

  private static final int WORD = 4;
  private static final int[] SBOX = sbox();

  private RoundKeyOctets() {}

  /** FIPS 197, section 5.2: those of the cipher. */
  static byte[] forEncryption(CidKey key) {
    byte[] schedule = new byte[LENGTH];
    System.arraycopy(key.toByteArray(), 0, schedule, 0, CidKey.LENGTH);
    int constant = 1;
    for (int i = CidKey.LENGTH; i < LENGTH; i += WORD) {
      boolean first = i % CidKey.LENGTH == 0;
      for (int j = 0; j < WORD; j++) {
        int before =
            first
                ? SBOX[Byte.toUnsignedInt(schedule[i - WORD + (j + 1) % WORD])]
                : schedule[i - WORD + j];
        schedule[i + j] = (byte) (schedule[i - CidKey.LENGTH + j] ^ before);
      }
      if (first) {
        schedule[i] ^= (byte) constant;
        constant = times2(constant);
      }
    }
    return schedule;
  }

  /** Section 5.3.5: those of the equivalent inverse cipher, the last of the cipher first. */
  static byte[] forDecryption(CidKey key) {
    byte[] schedule = forEncryption(key);
    byte[] inverse = new byte[LENGTH];
    for (int at = 0; at < LENGTH; at += CidKey.LENGTH) {
      System.arraycopy(schedule, LENGTH - CidKey.LENGTH - at, inverse, at, CidKey.LENGTH);
    }
    for (int at = CidKey.LENGTH; at < LENGTH - CidKey.LENGTH; at += WORD) {
      invertMixColumn(inverse, at);
    }
    return inverse;
  }

  /** Section 5.3.3. */
  private static void invertMixColumn(byte[] octets, int at) {
    int[] column = new int[WORD];
    for (int i = 0; i < WORD; i++) {
      column[i] = Byte.toUnsignedInt(octets[at + i]);
    }
    for (int i = 0; i < WORD; i++) {
      octets[at + i] =
          (byte)
              (times(column[i], 0x0e)
                  ^ times(column[(i + 1) % WORD], 0x0b)
                  ^ times(column[(i + 2) % WORD], 0x0d)
                  ^ times(column[(i + 3) % WORD], 0x09));
    }
  }

  /** Section 5.1.1: the inverse in GF(2^8), then an affine map. */
  private static int[] sbox() {
    int[] box = new int[1 << Byte.SIZE];
    for (int x = 0; x < box.length; x++) {
      int inverse = 0;
      for (int y = 1; y < box.length && inverse == 0; y++) {
        inverse = times(x, y) == 1 ? y : 0;
      }
      int value = 0x63;
      for (int turn = 0; turn < 5; turn++) {
        value ^= ((inverse << turn) | (inverse >>> (Byte.SIZE - turn))) & 0xff;
      }
      box[x] = value;
    }
    return box;
  }

  private static int times(int a, int b) {
    int product = 0;
    for (int factor = a, rest = b; rest != 0; rest >>>= 1, factor = times2(factor)) {
      product ^= (rest & 1) != 0 ? factor : 0;
    }
    return product;
  }

  /** Section 4.2.1. */
  private static int times2(int x) {
    return ((x << 1) ^ ((x & 0x80) != 0 ? 0x11b : 0)) & 0xff;
  }
}

package io.tern.agent.plane;

/**
 * AES as FIPS 197 writes it, with round keys from outside: the cipher (section 5.1) and the
 * equivalent inverse cipher (section 5.3.5), which is what the BPF program computes.
 */
final class ReferenceAes {
  private static final int[] SBOX = sbox();
  private static final int[] INVERSE = inverse();

  private ReferenceAes() {}

  static byte[] encrypt(byte[] block, byte[] keys) {
    byte[] state = xor(block, keys, 0);
    for (int round = 1; round <= 10; round++) {
      byte[] next = new byte[16];
      for (int i = 0; i < 16; i++) {
        // ShiftRows: row i % 4 moves left by as many columns.
        next[i] = (byte) SBOX[state[(i + 4 * (i % 4)) % 16] & 0xff];
      }
      state = xor(round < 10 ? mix(next, 2, 3, 1, 1) : next, keys, round);
    }
    return state;
  }

  static byte[] decrypt(byte[] block, byte[] keys) {
    byte[] state = xor(block, keys, 0);
    for (int round = 1; round <= 10; round++) {
      byte[] next = new byte[16];
      for (int i = 0; i < 16; i++) {
        next[i] = (byte) INVERSE[state[(i + 16 - 4 * (i % 4)) % 16] & 0xff];
      }
      state = xor(round < 10 ? mix(next, 0x0e, 0x0b, 0x0d, 0x09) : next, keys, round);
    }
    return state;
  }

  private static byte[] xor(byte[] state, byte[] keys, int round) {
    byte[] result = new byte[16];
    for (int i = 0; i < 16; i++) {
      result[i] = (byte) (state[i] ^ keys[16 * round + i]);
    }
    return result;
  }

  private static byte[] mix(byte[] state, int... factors) {
    byte[] mixed = new byte[16];
    for (int i = 0; i < 16; i++) {
      for (int k = 0; k < 4; k++) {
        mixed[i] ^= (byte) times(state[i / 4 * 4 + (i + k) % 4] & 0xff, factors[k]);
      }
    }
    return mixed;
  }

  private static int times(int a, int b) {
    int product = 0;
    for (int bit = 7; bit >= 0; bit--) {
      product = product << 1 ^ (product >> 7 & 1) * 0x11b;
      product ^= (b >> bit & 1) * a;
    }
    return product & 0xff;
  }

  private static int[] sbox() {
    int[] sbox = new int[256];
    for (int octet = 0; octet < 256; octet++) {
      int reciprocal = 0;
      for (int candidate = 1; candidate < 256; candidate++) {
        if (times(octet, candidate) == 1) {
          reciprocal = candidate;
        }
      }
      int result = 0x63;
      for (int shift = 0; shift < 5; shift++) {
        result ^= (reciprocal << shift | reciprocal >> (8 - shift)) & 0xff;
      }
      sbox[octet] = result;
    }
    return sbox;
  }

  private static int[] inverse() {
    int[] inverse = new int[256];
    for (int octet = 0; octet < 256; octet++) {
      inverse[SBOX[octet]] = octet;
    }
    return inverse;
  }
}

package io.tern.benchmark.xdp;

import io.tern.cid.CidKey;

/** The round keys of AES-128 (FIPS 197) in the program's order of use: 176 octets. */
final class RoundKeys {
  private static final int BLOCK = 16;
  private static final int LENGTH = 11 * BLOCK;
  private static final int[] SBOX = sbox();

  private RoundKeys() {}

  /** Section 5.2. */
  static byte[] forEncryption(CidKey key) {
    byte[] octets = new byte[LENGTH];
    System.arraycopy(key.toByteArray(), 0, octets, 0, BLOCK);
    int constant = 1;
    for (int i = BLOCK; i < LENGTH; i++) {
      int before = octets[i - 4];
      if (i % BLOCK < 4) {
        int from = i - i % BLOCK - 4 + (i % BLOCK + 1) % 4;
        before = SBOX[octets[from] & 0xff] ^ (i % BLOCK == 0 ? constant : 0);
        constant = i % BLOCK == 0 ? times(constant, 2) : constant;
      }
      octets[i] = (byte) (octets[i - BLOCK] ^ before);
    }
    return octets;
  }

  /** Section 5.3.5: those of the equivalent inverse cipher. */
  static byte[] forDecryption(CidKey key) {
    byte[] forward = forEncryption(key);
    byte[] octets = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      int from = LENGTH - BLOCK - i / BLOCK * BLOCK + i % BLOCK;
      octets[i] = i < BLOCK || i >= LENGTH - BLOCK ? forward[from] : unmixed(forward, from);
    }
    return octets;
  }

  /** Section 5.3.3. */
  private static byte unmixed(byte[] octets, int at) {
    int column = at & ~3;
    int[] factors = {0x0e, 0x0b, 0x0d, 0x09};
    int sum = 0;
    for (int i = 0; i < 4; i++) {
      sum ^= times(octets[column + (at + i) % 4] & 0xff, factors[i]);
    }
    return (byte) sum;
  }

  /** Section 5.1.1. */
  private static int[] sbox() {
    int[] box = new int[256];
    for (int x = 0; x < 256; x++) {
      int inverse = 0;
      while (x != 0 && times(x, inverse) != 1) {
        inverse++;
      }
      int repeated = inverse * 0x101;
      int value = repeated ^ (repeated >> 4) ^ (repeated >> 5) ^ (repeated >> 6) ^ (repeated >> 7);
      box[x] = (value ^ 0x63) & 0xff;
    }
    return box;
  }

  private static int times(int a, int b) {
    int product = 0;
    int power = a;
    for (int rest = b; rest != 0; rest >>= 1) {
      product ^= (rest & 1) * power;
      power = (power << 1) ^ ((power >> 7) * 0x11b);
    }
    return product;
  }
}

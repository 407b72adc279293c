package io.tern.agent.plane;

import java.math.BigInteger;
import java.util.List;

/**
 * The contract's round keys as the BPF program wants them.
 *
 * <p>The contract delivers the eleven round keys of AES-128 (FIPS 197, section 5.2) for a data
 * plane that works on bit planes: bit i of the 128 (bit 0 is the last one of the last octet) stands
 * where the seven binary digits of i, read backwards, say; and each octet of all but the first has
 * been XORed with 0x63, the S-box's constant, which such a data plane leaves out. The transposition
 * undoes itself, so the key schedule of FIPS 197 comes back exactly.
 *
 * <p>The program wants the schedule in the order of its use: as it is for encryption; for
 * decryption that of the equivalent inverse cipher (section 5.3.5), so backwards and, but for the
 * first and the last, through InvMixColumns.
 */
final class PlaneKeys {
  static final int ROUND_KEYS = 11;
  static final int BLOCK = 16;

  private static final int BITS = 7;
  private static final int SBOX_CONSTANT = 0x63;

  private PlaneKeys() {}

  /** The key schedule of FIPS 197: 176 octets. */
  static byte[] schedule(List<BigInteger> roundKeys) {
    byte[] schedule = new byte[ROUND_KEYS * BLOCK];
    for (int round = 0; round < ROUND_KEYS; round++) {
      BigInteger planes = roundKeys.get(round);
      for (int bit = 0; bit < 1 << BITS; bit++) {
        if (planes.testBit(bit)) {
          int to = Integer.reverse(bit) >>> (Integer.SIZE - BITS);
          schedule[round * BLOCK + BLOCK - 1 - to / 8] |= (byte) (1 << to % 8);
        }
      }
      for (int i = 0; round > 0 && i < BLOCK; i++) {
        schedule[round * BLOCK + i] ^= SBOX_CONSTANT;
      }
    }
    return schedule;
  }

  /** What decryption by the equivalent inverse cipher takes, of a key schedule. */
  static byte[] inverse(byte[] schedule) {
    byte[] inverse = new byte[schedule.length];
    for (int round = 0; round < ROUND_KEYS; round++) {
      int from = (ROUND_KEYS - 1 - round) * BLOCK;
      for (int column = 0; column < BLOCK; column += 4) {
        boolean whole = round == 0 || round == ROUND_KEYS - 1;
        for (int row = 0; row < 4; row++) {
          inverse[round * BLOCK + column + row] =
              whole ? schedule[from + column + row] : mixed(schedule, from + column, row);
        }
      }
    }
    return inverse;
  }

  /** An octet of InvMixColumns (section 5.3.3). */
  private static byte mixed(byte[] octets, int column, int row) {
    return (byte)
        (times(octets[column + row], 0x0e)
            ^ times(octets[column + (row + 1) % 4], 0x0b)
            ^ times(octets[column + (row + 2) % 4], 0x0d)
            ^ times(octets[column + (row + 3) % 4], 0x09));
  }

  /** A product in GF(2^8). */
  private static int times(byte octet, int factor) {
    int product = 0;
    int power = octet & 0xff;
    for (int rest = factor; rest != 0; rest >>>= 1) {
      product ^= (rest & 1) * power;
      power = (power << 1 ^ (power >>> 7) * 0x11b) & 0xff;
    }
    return product;
  }
}

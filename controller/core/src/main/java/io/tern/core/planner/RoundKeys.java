package io.tern.core.planner;

import io.tern.cid.CidKey;
import io.tern.core.entry.Bits;
import java.util.ArrayList;
import java.util.List;

/**
 * The parameters {@code round_key_0} to {@code round_key_10} of the contract's decoding actions:
 * the round keys of AES-128 (FIPS 197, section 5.2) in the form in which a data plane that works on
 * bit planes adds them. Thread-safe. What it returns is as secret as the key.
 *
 * <p>{@code round_key_0} is the key. The others are the round keys of FIPS 197 with each octet XOR
 * 0x63: the additive constant of the S-box, which the data plane leaves out. The constant commutes
 * with ShiftRows and MixColumns and with their inverses, so the same keys serve encryption and the
 * straight inverse cipher (FIPS 197, section 5.3).
 *
 * <p>Each of the eleven is then transposed into eight planes of 16 bits, plane k holding bit k of
 * each octet: bit i of the 128 bits, counted from 0 for the last bit of the last octet, moves to
 * where the seven binary digits of i, read backwards, say. The transposition undoes itself.
 */
public final class RoundKeys {
  /** Round keys of AES-128, the key itself being the first. */
  public static final int COUNT = 11;

  private static final int WORD = 4;
  private static final int SBOX_CONSTANT = 0x63;
  private static final byte[] SBOX = sbox();

  private RoundKeys() {}

  /** The eleven parameters, in the order of their numbers. */
  public static List<Bits> of(CidKey key) {
    byte[] schedule = expand(key.toByteArray());
    List<Bits> keys = new ArrayList<>(COUNT);
    for (int round = 0; round < COUNT; round++) {
      byte[] roundKey = new byte[CidKey.LENGTH];
      for (int i = 0; i < roundKey.length; i++) {
        roundKey[i] =
            (byte) (schedule[round * roundKey.length + i] ^ (round == 0 ? 0 : SBOX_CONSTANT));
      }
      keys.add(Bits.of(transpose(roundKey)));
    }
    return List.copyOf(keys);
  }

  private static byte[] transpose(byte[] octets) {
    byte[] planes = new byte[octets.length];
    int bits = octets.length * Byte.SIZE;
    for (int i = 0; i < bits; i++) {
      int bit = octets[octets.length - 1 - i / Byte.SIZE] >>> i % Byte.SIZE & 1;
      int to = Integer.reverse(i) >>> Integer.numberOfLeadingZeros(bits - 1);
      planes[octets.length - 1 - to / Byte.SIZE] |= (byte) (bit << to % Byte.SIZE);
    }
    return planes;
  }

  private static byte[] expand(byte[] key) {
    byte[] schedule = new byte[key.length * COUNT];
    System.arraycopy(key, 0, schedule, 0, key.length);
    int constant = 1;
    for (int i = key.length; i < schedule.length; i += WORD) {
      // RotWord, SubWord and Rcon in the first word of each round key.
      boolean first = i % key.length == 0;
      for (int j = 0; j < WORD; j++) {
        int last =
            first
                ? SBOX[Byte.toUnsignedInt(schedule[i - WORD + (j + 1) % WORD])]
                : schedule[i - WORD + j];
        schedule[i + j] = (byte) (schedule[i - key.length + j] ^ last);
      }
      if (first) {
        schedule[i] ^= (byte) constant;
        constant = times2(constant);
      }
    }
    return schedule;
  }

  /** The S-box: the inverse in GF(2^8), then an affine map (FIPS 197, section 5.1.1). */
  private static byte[] sbox() {
    byte[] sbox = new byte[256];
    // 3 generates the multiplicative group and 0xf6 is its inverse: walk through both.
    int value = 1;
    int inverse = 1;
    do {
      sbox[value] = affine(inverse);
      value ^= times2(value);
      inverse = times0xf6(inverse);
    } while (value != 1);
    // 0 has no inverse and stands for itself.
    sbox[0] = affine(0);
    return sbox;
  }

  private static byte affine(int octet) {
    int twice = octet * 0x101;
    return (byte) (octet ^ twice >>> 7 ^ twice >>> 6 ^ twice >>> 5 ^ twice >>> 4 ^ SBOX_CONSTANT);
  }

  private static int times2(int octet) {
    return (octet << 1 ^ (octet >>> 7) * 0x1b) & 0xff;
  }

  private static int times0xf6(int octet) {
    int product = 0;
    int power = octet;
    for (int factor = 0xf6; factor != 0; factor >>>= 1) {
      product ^= (factor & 1) * power;
      power = times2(power);
    }
    return product;
  }
}

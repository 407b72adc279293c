package io.tern.embedded.engine;

import java.math.BigInteger;

/** Integers of the control plane as machine words and back. */
final class Words {
  private static final BigInteger WORD = BigInteger.ONE.shiftLeft(64);

  private Words() {}

  static BigInteger unsigned(long word) {
    BigInteger value = BigInteger.valueOf(word);
    return word < 0 ? value.add(WORD) : value;
  }

  /** The low {@code n} words of a two's complement integer, lowest first. */
  static long[] of(BigInteger value, int n) {
    long[] words = new long[n];
    put(value, words, 0, n);
    return words;
  }

  static void put(BigInteger value, long[] to, int at, int n) {
    for (int i = 0; i < n; i++) {
      to[at + i] = value.shiftRight(64 * i).longValue();
    }
  }

  static BigInteger unsigned(long[] words, int at, int n) {
    BigInteger value = BigInteger.ZERO;
    for (int i = n - 1; i >= 0; i--) {
      value = value.shiftLeft(64).or(unsigned(words[at + i]));
    }
    return value;
  }

  static BigInteger signed(long[] words) {
    BigInteger value = BigInteger.valueOf(words[words.length - 1]);
    for (int i = words.length - 2; i >= 0; i--) {
      value = value.shiftLeft(64).or(unsigned(words[i]));
    }
    return value;
  }
}

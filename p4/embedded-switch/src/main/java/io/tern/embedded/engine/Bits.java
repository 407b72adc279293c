package io.tern.embedded.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads and writes bit fields in network order at any bit position. */
final class Bits {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Bits() {}

  /** Reads {@code width} bits, 1 to 64, from bit {@code position} of the array. */
  static long read(byte[] from, int position, int width) {
    int first = position >>> 3;
    int shift = position & 7;
    if (shift + width <= 64 && first + 8 <= from.length) {
      return ((long) LONG.get(from, first) << shift) >>> (64 - width);
    }
    int last = (position + width - 1) >>> 3;
    int spare = 7 - ((position + width - 1) & 7);
    long value = from[first] & (0xff >>> shift);
    if (first == last) {
      return value >>> spare;
    }
    for (int i = first + 1; i < last; i++) {
      value = value << 8 | (from[i] & 0xff);
    }
    return value << (8 - spare) | ((from[last] & 0xff) >>> spare);
  }

  /**
   * Writes the low {@code width} bits of a value, 1 to 64, at bit {@code position}. The bits behind
   * them in the last octet become zero; those before them in the first octet stay: fields are
   * written in order.
   */
  static void write(byte[] to, int position, long value, int width) {
    int shift = position & 7;
    int first = position >>> 3;
    int end = position + width - 1;
    int last = end >>> 3;
    int spare = 7 - (end & 7);
    long masked = width == 64 ? value : value & ((1L << width) - 1);
    if (first == last) {
      put(to, first, shift, (int) (masked << spare));
      return;
    }
    to[last] = (byte) (masked << spare);
    long rest = masked >>> (8 - spare);
    for (int i = last - 1; i > first; i--) {
      to[i] = (byte) rest;
      rest >>>= 8;
    }
    put(to, first, shift, (int) rest);
  }

  private static void put(byte[] to, int at, int shift, int octet) {
    to[at] = (byte) (shift == 0 ? octet : (to[at] & (0xff00 >>> shift)) | octet);
  }

  /** Reads a field into words, least significant first. */
  static void readWide(byte[] from, int position, int width, long[] to, int at) {
    int limb = 0;
    for (int left = width; left > 0; left -= 64, limb++) {
      int bits = Math.min(left, 64);
      to[at + limb] = read(from, position + left - bits, bits);
    }
  }

  /** Writes a field from words, least significant first. */
  static void writeWide(byte[] to, int position, int width, long[] from, int at) {
    int top = Layout.limbs(width) - 1;
    int bits = width - top * 64;
    int where = position;
    for (int limb = top; limb >= 0; limb--) {
      write(to, where, from[at + limb], bits);
      where += bits;
      bits = 64;
    }
  }
}

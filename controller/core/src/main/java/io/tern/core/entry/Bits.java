package io.tern.core.entry;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An unsigned value as P4Runtime writes it: big endian, shortest form, at least one octet
 * (P4Runtime specification, "Bytestrings"). Immutable.
 */
public final class Bits implements Comparable<Bits> {
  private final byte[] octets;
  private final int hash;

  private Bits(byte[] canonical) {
    this.octets = canonical;
    this.hash = hash(canonical);
  }

  /**
   * FNV-1a, mixed. Arrays.hashCode would give 65,536 slots some 8,000 hashes: octets weigh only 31
   * times their neighbours there.
   */
  private static int hash(byte[] octets) {
    int hash = 0x811c9dc5;
    for (byte octet : octets) {
      hash = (hash ^ (octet & 0xff)) * 0x01000193;
    }
    hash = (hash ^ (hash >>> 15)) * 0x85ebca6b;
    return hash ^ (hash >>> 13);
  }

  /** From big-endian octets; leading zeros are dropped. */
  public static Bits of(byte[] bigEndian) {
    int start = 0;
    while (start < bigEndian.length - 1 && bigEndian[start] == 0) {
      start++;
    }
    return new Bits(
        bigEndian.length == 0
            ? new byte[1]
            : Arrays.copyOfRange(bigEndian, start, bigEndian.length));
  }

  /** From an unsigned 64-bit value. */
  public static Bits of(long value) {
    int length = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 7) / Byte.SIZE);
    byte[] octets = new byte[length];
    for (int i = 0; i < length; i++) {
      octets[i] = (byte) (value >>> (Byte.SIZE * (length - 1 - i)));
    }
    return new Bits(octets);
  }

  /** A copy of the octets, shortest form. */
  public byte[] toByteArray() {
    return octets.clone();
  }

  /** The value as a non-negative integer. */
  public BigInteger toBigInteger() {
    return new BigInteger(1, octets);
  }

  @Override
  public int compareTo(Bits o) {
    return octets.length != o.octets.length
        ? Integer.compare(octets.length, o.octets.length)
        : Arrays.compareUnsigned(octets, o.octets);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Bits other && hash == other.hash && Arrays.equals(octets, other.octets);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** "0x" and hexadecimal digits. */
  @Override
  public String toString() {
    return "0x" + HexFormat.of().formatHex(octets);
  }
}

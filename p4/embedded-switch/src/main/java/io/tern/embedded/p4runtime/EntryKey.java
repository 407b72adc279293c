package io.tern.embedded.p4runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What identifies an entry in its table (section 9.1), as {@link TableSchema} packs it: equal
 * octets are equal keys. Immutable; whoever hands octets over keeps his hands off them.
 */
final class EntryKey {
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  final byte[] octets;
  final int hash;

  EntryKey(byte[] octets) {
    this.octets = octets;
    this.hash = hash(octets, octets.length);
  }

  /** The hash of the key that the first octets of an array are. */
  static int hash(byte[] octets, int length) {
    long hash = length;
    int at = 0;
    for (; at + Long.BYTES <= length; at += Long.BYTES) {
      hash = (hash ^ (long) WORDS.get(octets, at)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    long rest = 0;
    for (; at < length; at++) {
      rest = rest << Byte.SIZE | (octets[at] & 0xff);
    }
    hash = (hash ^ rest) * 0x9E3779B97F4A7C15L;
    return (int) (hash ^ hash >>> 32);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EntryKey key && Arrays.equals(octets, key.octets);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}

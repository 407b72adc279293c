package io.tern.embedded.engine;

import io.tern.embedded.bmv2.HashAlgorithm;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/** The algorithms of calculations; each gives an unsigned 64-bit number. */
final class HashFunction {
  private static final VarHandle LITTLE_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LITTLE_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final char[] CRC16 = reflectedCrc16Table();
  private static final char[] CRC_CCITT = crcCcittTable();

  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_1_PLUS_2 = 0x60EA27EEADC0B5D6L;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;

  private HashFunction() {}

  static long apply(HashAlgorithm algorithm, byte[] input, int length, CRC32 crc32) {
    return switch (algorithm) {
      case CRC16 -> crc16(input, length);
      case CRC32 -> {
        crc32.reset();
        crc32.update(input, 0, length);
        yield crc32.getValue();
      }
      case CRC_CCITT -> crcCcitt(input, length);
      case CSUM16 -> csum16(input, length);
      case XXH64 -> xxh64(input, length);
      case XOR16 -> xor(input, length, 2);
      case XOR32 -> xor(input, length, 4);
      case IDENTITY -> identity(input, length);
    };
  }

  private static char[] reflectedCrc16Table() {
    char[] table = new char[256];
    for (int i = 0; i < 256; i++) {
      int crc = i;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? crc >>> 1 ^ 0xA001 : crc >>> 1;
      }
      table[i] = (char) crc;
    }
    return table;
  }

  private static char[] crcCcittTable() {
    char[] table = new char[256];
    for (int i = 0; i < 256; i++) {
      int crc = i << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
      }
      table[i] = (char) crc;
    }
    return table;
  }

  private static long crc16(byte[] input, int length) {
    int crc = 0;
    for (int i = 0; i < length; i++) {
      crc = crc >>> 8 ^ CRC16[(crc ^ input[i]) & 0xff];
    }
    return crc;
  }

  private static long crcCcitt(byte[] input, int length) {
    int crc = 0xffff;
    for (int i = 0; i < length; i++) {
      crc = (crc << 8 ^ CRC_CCITT[(crc >>> 8 ^ input[i]) & 0xff]) & 0xffff;
    }
    return crc;
  }

  private static long csum16(byte[] input, int length) {
    long sum = 0;
    int i = 0;
    for (; i + 1 < length; i += 2) {
      sum += (input[i] & 0xff) << 8 | (input[i + 1] & 0xff);
    }
    if (i < length) {
      sum += (input[i] & 0xff) << 8;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return ~sum & 0xffff;
  }

  private static long xor(byte[] input, int length, int octets) {
    long result = 0;
    for (int i = 0; i < length; i++) {
      result ^= (input[i] & 0xffL) << (8 * (octets - 1 - i % octets));
    }
    return result;
  }

  private static long identity(byte[] input, int length) {
    long result = 0;
    for (int i = 0; i < Math.min(8, length); i++) {
      result = result << 8 | (input[i] & 0xff);
    }
    return result;
  }

  /** XXH64 with seed 0. */
  private static long xxh64(byte[] input, int length) {
    int i = 0;
    long hash;
    if (length >= 32) {
      long v1 = PRIME_1_PLUS_2;
      long v2 = PRIME_2;
      long v3 = 0;
      long v4 = -PRIME_1;
      for (; i + 32 <= length; i += 32) {
        v1 = round(v1, (long) LITTLE_LONG.get(input, i));
        v2 = round(v2, (long) LITTLE_LONG.get(input, i + 8));
        v3 = round(v3, (long) LITTLE_LONG.get(input, i + 16));
        v4 = round(v4, (long) LITTLE_LONG.get(input, i + 24));
      }
      hash =
          Long.rotateLeft(v1, 1)
              + Long.rotateLeft(v2, 7)
              + Long.rotateLeft(v3, 12)
              + Long.rotateLeft(v4, 18);
      hash = merge(merge(merge(merge(hash, v1), v2), v3), v4);
    } else {
      hash = PRIME_5;
    }
    hash += length;
    for (; i + 8 <= length; i += 8) {
      hash ^= round(0, (long) LITTLE_LONG.get(input, i));
      hash = Long.rotateLeft(hash, 27) * PRIME_1 + PRIME_4;
    }
    if (i + 4 <= length) {
      hash ^= ((int) LITTLE_INT.get(input, i) & 0xffffffffL) * PRIME_1;
      hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
      i += 4;
    }
    for (; i < length; i++) {
      hash ^= (input[i] & 0xff) * PRIME_5;
      hash = Long.rotateLeft(hash, 11) * PRIME_1;
    }
    hash = (hash ^ hash >>> 33) * PRIME_2;
    hash = (hash ^ hash >>> 29) * PRIME_3;
    return hash ^ hash >>> 32;
  }

  private static long round(long lane, long word) {
    return Long.rotateLeft(lane + word * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long hash, long lane) {
    return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
  }
}

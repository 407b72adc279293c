package io.tern.embedded.p4runtime;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.util.Arrays;

/** Integers as P4Runtime carries them (section 8.3): big-endian, canonical when they are sent. */
final class Bytestrings {

  private Bytestrings() {}

  /**
   * Reads an unsigned value; leading zeros are tolerated, as the specification wants it.
   *
   * <p>Errors do not quote the value: an action may take keys.
   *
   * @param where what the value belongs to; its {@code toString} is used for the error only
   * @throws P4RuntimeException INVALID_ARGUMENT if it is empty or does not fit the width
   */
  static BigInteger parse(ByteString octets, int width, Object where) {
    if (octets.isEmpty()) {
      throw P4RuntimeException.invalidArgument(
          "%s: the value is empty, expected bit<%d> in 1 to %d octets",
          where, width, (width + Byte.SIZE - 1) / Byte.SIZE);
    }
    BigInteger value = new BigInteger(1, octets.toByteArray());
    if (value.bitLength() > width) {
      throw P4RuntimeException.invalidArgument(
          "%s: the value needs %d bits, the field is bit<%d>", where, value.bitLength(), width);
    }
    return value;
  }

  /** The shortest string that holds the value. */
  static ByteString encode(BigInteger value) {
    byte[] octets = value.toByteArray();
    // BigInteger prefixes a sign octet where the most significant bit is set.
    return octets.length > 1 && octets[0] == 0
        ? ByteString.copyFrom(octets, 1, octets.length - 1)
        : ByteString.copyFrom(octets);
  }

  /** How many octets a value of a width takes when it is packed. */
  static int octets(int width) {
    return (width + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** Packs a value that fits: right-aligned, big-endian. */
  static void pack(BigInteger value, int width, byte[] to, int at) {
    byte[] octets = value.toByteArray();
    int room = octets(width);
    int length = Math.min(octets.length, room);
    Arrays.fill(to, at, at + room - length, (byte) 0);
    System.arraycopy(octets, octets.length - length, to, at + room - length, length);
  }

  /** Undoes {@link #pack}. */
  static BigInteger unpack(int width, byte[] from, int at) {
    return new BigInteger(1, from, at, octets(width));
  }

  /** The shortest string that holds a packed value. */
  static ByteString encode(int width, byte[] from, int at) {
    int end = at + octets(width);
    int first = at;
    while (first < end - 1 && from[first] == 0) {
      first++;
    }
    return ByteString.copyFrom(from, first, end - first);
  }
}

package io.tern.benchmark.xdp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A key or value of the program's layout, field after field; what is not given is zero. */
final class Octets {
  private final ByteBuffer buffer;

  private Octets(int size) {
    buffer = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
  }

  static Octets of(int size) {
    return new Octets(size);
  }

  static Octets index(int index) {
    return of(Integer.BYTES).u32(index);
  }

  Octets at(int offset) {
    buffer.position(offset);
    return this;
  }

  Octets u8(int... values) {
    for (int value : values) {
      buffer.put((byte) value);
    }
    return this;
  }

  Octets u16(int... values) {
    for (int value : values) {
      buffer.putShort((short) value);
    }
    return this;
  }

  Octets u32(int... values) {
    for (int value : values) {
      buffer.putInt(value);
    }
    return this;
  }

  Octets u64(long... values) {
    for (long value : values) {
      buffer.putLong(value);
    }
    return this;
  }

  /** In network order. */
  Octets be16(int value) {
    return u8(value >> 8, value);
  }

  Octets raw(byte... values) {
    buffer.put(values);
    return this;
  }

  ByteBuffer buffer() {
    return buffer.duplicate().order(ByteOrder.nativeOrder()).position(0);
  }
}

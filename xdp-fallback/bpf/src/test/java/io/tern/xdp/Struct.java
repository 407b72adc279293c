package io.tern.xdp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A value of layout.h, field after field; what is not given is zero. Numbers are the host's. */
final class Struct {
  private final ByteBuffer octets;

  private Struct(int size) {
    octets = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
  }

  static Struct of(int size) {
    return new Struct(size);
  }

  Struct u8(int... values) {
    for (int value : values) {
      octets.put((byte) value);
    }
    return this;
  }

  Struct u16(int... values) {
    for (int value : values) {
      octets.putShort((short) value);
    }
    return this;
  }

  Struct u32(int... values) {
    for (int value : values) {
      octets.putInt(value);
    }
    return this;
  }

  Struct u64(long... values) {
    for (long value : values) {
      octets.putLong(value);
    }
    return this;
  }

  /** In network order. */
  Struct be16(int value) {
    return u8(value >> 8, value);
  }

  Struct raw(byte... values) {
    octets.put(values);
    return this;
  }

  /** Goes on at an offset. */
  Struct at(int offset) {
    octets.position(offset);
    return this;
  }

  ByteBuffer buffer() {
    return octets.duplicate().order(ByteOrder.nativeOrder()).position(0);
  }
}

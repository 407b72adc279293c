package io.tern.agent.layout;

import java.nio.ByteBuffer;

/**
 * A scalar, or an array of scalars, in a key or value. Reads and writes are relative to the
 * buffer's position and in its byte order.
 *
 * @param name path in the structure, or {@link #WHOLE}
 * @param offset in octets
 * @param size of one element: 1, 2, 4 or 8 octets
 * @param count elements
 * @param stride octets from one element to the next: {@code size}, or more for a member of an
 *     array's structures
 */
public record Field(String name, int offset, int size, int count, int stride) {
  /** The name of a key or value that is no structure. */
  public static final String WHOLE = "-";

  /** A scalar, or an array whose elements stand one behind the other. */
  public Field(String name, int offset, int size, int count) {
    this(name, offset, size, count, size);
  }

  /** Octets. */
  public int length() {
    return size * count;
  }

  /** Reads the first element, unsigned but for 64 bits. */
  public long get(ByteBuffer buffer) {
    return get(buffer, 0);
  }

  /** Reads an element. */
  public long get(ByteBuffer buffer, int index) {
    int at = at(buffer, index);
    return switch (size) {
      case 1 -> Byte.toUnsignedLong(buffer.get(at));
      case 2 -> Short.toUnsignedLong(buffer.getShort(at));
      case 4 -> Integer.toUnsignedLong(buffer.getInt(at));
      default -> buffer.getLong(at);
    };
  }

  /** Reads the first element. */
  public int getInt(ByteBuffer buffer) {
    return (int) get(buffer, 0);
  }

  /** Writes the first element. */
  public void put(ByteBuffer buffer, long value) {
    put(buffer, 0, value);
  }

  /** Writes an element. */
  public void put(ByteBuffer buffer, int index, long value) {
    int at = at(buffer, index);
    switch (size) {
      case 1 -> buffer.put(at, (byte) value);
      case 2 -> buffer.putShort(at, (short) value);
      case 4 -> buffer.putInt(at, (int) value);
      default -> buffer.putLong(at, value);
    }
  }

  /** Reads the octets as they are in memory. */
  public byte[] octets(ByteBuffer buffer) {
    byte[] octets = new byte[length()];
    buffer.get(buffer.position() + offset, octets);
    return octets;
  }

  /** Writes octets as they are, zeros behind them. */
  public void putOctets(ByteBuffer buffer, byte[] octets) {
    if (octets.length > length()) {
      throw new IllegalArgumentException(
          octets.length + " octets for '" + name + "', which has " + length());
    }
    int at = buffer.position() + offset;
    buffer.put(at, octets);
    for (int i = octets.length; i < length(); i++) {
      buffer.put(at + i, (byte) 0);
    }
  }

  private int at(ByteBuffer buffer, int index) {
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException("element " + index + " of '" + name + "'");
    }
    return buffer.position() + offset + index * stride;
  }
}

package io.tern.cid;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Connection ID (CID): 0 to 255 octets, the range that a long header can express whatever its
 * version (RFC 8999, section 5.1). QUIC v1 and v2 issue at most 20 (RFC 9000, section 17.2).
 * Immutable.
 */
public final class ConnectionId {
  /** Most octets that a length octet of a long header can announce. */
  public static final int MAX_LENGTH = 255;

  /** Most octets of a CID of QUIC v1 and v2. */
  public static final int MAX_LENGTH_QUIC_V1 = 20;

  /** The CID without octets, as clients use it that need none. */
  public static final ConnectionId EMPTY = new ConnectionId(new byte[0]);

  private final byte[] octets;

  private ConnectionId(byte[] octets) {
    this.octets = octets;
  }

  /**
   * A CID of these octets.
   *
   * @throws IllegalArgumentException if there are more than 255
   */
  public static ConnectionId of(byte[] octets) {
    return of(octets, 0, octets.length);
  }

  /**
   * A CID of a part of a packet.
   *
   * @throws IndexOutOfBoundsException if the part is not inside the array
   * @throws IllegalArgumentException if it has more than 255 octets
   */
  public static ConnectionId of(byte[] octets, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, octets.length);
    if (length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "connection ID has " + length + " octets; it must have at most " + MAX_LENGTH);
    }
    return new ConnectionId(Arrays.copyOfRange(octets, offset, offset + length));
  }

  /**
   * A CID in hexadecimal, "07c4605e4504cc4f"; the empty text is the empty CID.
   *
   * @throws IllegalArgumentException if it is not hexadecimal or too long
   */
  public static ConnectionId parse(String hex) {
    return of(Hex.parse("connection ID", hex));
  }

  /** Length in octets, 0 to 255. */
  public int length() {
    return octets.length;
  }

  /** Whether QUIC v1 and v2 could have issued a CID of this length. */
  public boolean fitsQuicV1() {
    return octets.length <= MAX_LENGTH_QUIC_V1;
  }

  /**
   * One octet, 0 to 255.
   *
   * @throws IndexOutOfBoundsException if the CID is shorter
   */
  public int octet(int index) {
    Objects.checkIndex(index, octets.length);
    return octets[index] & 0xff;
  }

  /** A copy of the octets. */
  public byte[] toByteArray() {
    return octets.clone();
  }

  /** A copy of some octets. */
  byte[] copyOfRange(int from, int to) {
    return Arrays.copyOfRange(octets, from, to);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof ConnectionId other && Arrays.equals(octets, other.octets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(octets);
  }

  /** Hexadecimal, lower case. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(octets);
  }
}

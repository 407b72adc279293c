package io.tern.cid;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Server ID (SID): 1 to 15 octets that name a backend inside a CID. Immutable.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-quic-load-balancers/">QUIC-LB</a>
 */
public final class ServerId implements Comparable<ServerId> {
  /** Most octets that a server ID can have. */
  public static final int MAX_LENGTH = 15;

  private final byte[] octets;

  private ServerId(byte[] octets) {
    this.octets = octets;
  }

  /**
   * A server ID of these octets.
   *
   * @throws IllegalArgumentException if there are not 1 to 15 of them
   */
  public static ServerId of(byte[] octets) {
    if (octets.length < 1 || octets.length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "server ID has " + octets.length + " octets; it must have 1 to " + MAX_LENGTH);
    }
    return new ServerId(octets.clone());
  }

  /**
   * A server ID in hexadecimal, "c4605e".
   *
   * @throws IllegalArgumentException if it is not hexadecimal or not 1 to 15 octets long
   */
  public static ServerId parse(String hex) {
    return of(Hex.parse("server ID", hex));
  }

  /** Length in octets, 1 to 15. */
  public int length() {
    return octets.length;
  }

  /** A copy of the octets. */
  public byte[] toByteArray() {
    return octets.clone();
  }

  /** The octets followed by zeros, 15 in all: the form of the key of the data plane's table. */
  public byte[] leftAligned() {
    return Arrays.copyOf(octets, MAX_LENGTH);
  }

  @Override
  public int compareTo(ServerId other) {
    return Arrays.compareUnsigned(octets, other.octets);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof ServerId other && Arrays.equals(octets, other.octets);
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

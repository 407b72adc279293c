package io.tern.cid;

import java.security.MessageDigest;
import java.util.HexFormat;

/** AES-128 key of a CID configuration. Immutable; never printed. */
public final class CidKey {
  /** Octets of a key. */
  public static final int LENGTH = 16;

  private final byte[] octets;

  private CidKey(byte[] octets) {
    this.octets = octets;
  }

  /**
   * A key of these octets.
   *
   * @throws IllegalArgumentException if there are not 16; the message does not show them
   */
  public static CidKey of(byte[] octets) {
    if (octets.length != LENGTH) {
      throw new IllegalArgumentException(
          "key has " + octets.length + " octets; an AES-128 key has " + LENGTH);
    }
    return new CidKey(octets.clone());
  }

  /**
   * A key in hexadecimal.
   *
   * @throws IllegalArgumentException if it is not 32 hexadecimal digits; the message does not show
   *     it
   */
  public static CidKey parse(String hex) {
    try {
      return of(HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      // The cause would quote the digits: leave it out.
      throw new IllegalArgumentException("key must be " + 2 * LENGTH + " hexadecimal digits");
    }
  }

  /** A copy of the octets. */
  public byte[] toByteArray() {
    return octets.clone();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof CidKey other && MessageDigest.isEqual(octets, other.octets);
  }

  @Override
  public int hashCode() {
    return java.util.Arrays.hashCode(octets);
  }

  @Override
  public String toString() {
    return "CidKey[redacted]";
  }
}

package io.tern.cid;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The part of a CID that makes it unique among those of one server. Immutable; its length is judged
 * by the codec that takes it.
 */
public final class Nonce {
  private final byte[] octets;

  private Nonce(byte[] octets) {
    this.octets = octets;
  }

  /** A nonce of these octets. */
  public static Nonce of(byte[] octets) {
    return new Nonce(octets.clone());
  }

  /**
   * A nonce in hexadecimal, "4504cc4f".
   *
   * @throws IllegalArgumentException if it is not hexadecimal
   */
  public static Nonce parse(String hex) {
    return new Nonce(Hex.parse("nonce", hex));
  }

  /** Length in octets. */
  public int length() {
    return octets.length;
  }

  /** A copy of the octets. */
  public byte[] toByteArray() {
    return octets.clone();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Nonce other && Arrays.equals(octets, other.octets);
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

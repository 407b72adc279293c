package io.tern.core.oracle;

import java.util.Arrays;
import java.util.HexFormat;

/** An Ethernet frame without preamble and checksum. Immutable. */
public final class Frame {
  private final byte[] octets;

  private Frame(byte[] octets) {
    this.octets = octets;
  }

  /** A frame of these octets; any number, a truncated frame is one too. */
  public static Frame of(byte[] octets) {
    return new Frame(octets.clone());
  }

  /** A frame in hexadecimal. */
  public static Frame parse(String hex) {
    return new Frame(HexFormat.of().parseHex(hex));
  }

  /** Length in octets. */
  public int length() {
    return octets.length;
  }

  /** Whether its destination is a group's MAC address (IEEE 802, the first octet's lowest bit). */
  boolean isToGroup() {
    return octets.length > 0 && (octets[0] & 1) != 0;
  }

  /** A copy of the octets. */
  public byte[] toByteArray() {
    return octets.clone();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Frame other && Arrays.equals(octets, other.octets);
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

package io.tern.southbound.session;

import io.tern.proto.p4.v1.Uint128;

/**
 * P4Runtime election ID: an unsigned 128-bit number; the controller with the largest one is the
 * primary of a device (P4Runtime specification, "Client Arbitration and Controller Replication").
 *
 * @param high the upper 64 bits, unsigned
 * @param low the lower 64 bits, unsigned
 */
public record ElectionId(long high, long low) implements Comparable<ElectionId> {
  public ElectionId {
    if (high == 0 && low == 0) {
      throw new IllegalArgumentException("election ID is 0; devices take that for none at all");
    }
  }

  /** An election ID from an unsigned 64-bit number that is not 0. */
  public static ElectionId of(long value) {
    return new ElectionId(0, value);
  }

  Uint128 toProto() {
    return Uint128.newBuilder().setHigh(high).setLow(low).build();
  }

  /** "7", or "3:7" if the upper half is not 0. */
  static String describe(Uint128 id) {
    String low = Long.toUnsignedString(id.getLow());
    return id.getHigh() == 0 ? low : Long.toUnsignedString(id.getHigh()) + ":" + low;
  }

  @Override
  public int compareTo(ElectionId o) {
    int byHigh = Long.compareUnsigned(high, o.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, o.low);
  }

  @Override
  public String toString() {
    return describe(toProto());
  }
}

package io.tern.embedded.p4runtime;

import io.tern.proto.p4.v1.Uint128;
import java.math.BigInteger;

/** An election ID: an unsigned 128-bit number. */
record ElectionId(long high, long low) implements Comparable<ElectionId> {

  /**
   * Reads an election ID that a controller claims.
   *
   * @return null if it claims none: an ID of zero is as good as an unset one, and whoever claims it
   *     never becomes primary
   */
  static ElectionId claimed(boolean isSet, Uint128 id) {
    return !isSet || (id.getHigh() == 0 && id.getLow() == 0)
        ? null
        : new ElectionId(id.getHigh(), id.getLow());
  }

  Uint128 toProto() {
    return Uint128.newBuilder().setHigh(high).setLow(low).build();
  }

  @Override
  public int compareTo(ElectionId other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    return new BigInteger(Long.toUnsignedString(high))
        .shiftLeft(Long.SIZE)
        .or(new BigInteger(Long.toUnsignedString(low)))
        .toString();
  }
}

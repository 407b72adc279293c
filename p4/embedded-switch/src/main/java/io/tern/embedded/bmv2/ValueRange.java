package io.tern.embedded.bmv2;

import java.math.BigInteger;

/**
 * The integers that an expression can evaluate to, both ends included.
 *
 * <p>BMv2 computes with integers of unlimited size and cuts a value to its field when it is
 * assigned. The range of each operand tells an interpreter, before any packet comes, how many bits
 * it needs to get the same result with machine words.
 */
public record ValueRange(BigInteger low, BigInteger high) {
  /** An expression whose exact value may need more bits than this is refused where it matters. */
  public static final int MAX_BITS = 4096;

  private static final BigInteger BEYOND = BigInteger.ONE.shiftLeft(MAX_BITS + 1);
  private static final BigInteger MINUS_ONE = BigInteger.ONE.negate();

  /** May be anything. */
  public static final ValueRange UNBOUNDED = new ValueRange(BEYOND.negate(), BEYOND);

  public static final ValueRange BIT = unsigned(1);

  private static ValueRange of(BigInteger low, BigInteger high) {
    return low.bitLength() > MAX_BITS || high.bitLength() > MAX_BITS
        ? UNBOUNDED
        : new ValueRange(low, high);
  }

  public static ValueRange constant(BigInteger value) {
    return of(value, value);
  }

  public static ValueRange unsigned(int bits) {
    return of(BigInteger.ZERO, ones(bits));
  }

  public static ValueRange signed(int bits) {
    BigInteger half = BigInteger.ONE.shiftLeft(bits - 1);
    return of(half.negate(), half.subtract(BigInteger.ONE));
  }

  private static BigInteger ones(int bits) {
    return BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
  }

  public boolean isBounded() {
    return !equals(UNBOUNDED);
  }

  public boolean isNegative() {
    return low.signum() < 0;
  }

  /** Whether every value is one of a {@code long}. */
  public boolean fitsSignedLong() {
    return bits() <= 64;
  }

  /** Whether every value is one of an unsigned {@code long}. */
  public boolean fitsUnsignedLong() {
    return low.signum() >= 0 && high.bitLength() <= 64;
  }

  /** Bits of a two's complement word that holds every value. */
  public int bits() {
    return Math.max(low.bitLength(), high.bitLength()) + 1;
  }

  ValueRange add(ValueRange o) {
    return bounded(o) ? of(low.add(o.low), high.add(o.high)) : UNBOUNDED;
  }

  ValueRange subtract(ValueRange o) {
    return bounded(o) ? of(low.subtract(o.high), high.subtract(o.low)) : UNBOUNDED;
  }

  ValueRange multiply(ValueRange o) {
    if (!bounded(o)) {
      return UNBOUNDED;
    }
    BigInteger a = low.multiply(o.low);
    BigInteger b = low.multiply(o.high);
    BigInteger c = high.multiply(o.low);
    BigInteger d = high.multiply(o.high);
    return of(a.min(b).min(c.min(d)), a.max(b).max(c.max(d)));
  }

  ValueRange divide(ValueRange o) {
    // The quotient is never larger than the dividend; a division by zero gives 0.
    return bounded(o)
        ? symmetric(Math.max(low.bitLength(), high.bitLength()), isNegative() || o.isNegative())
        : UNBOUNDED;
  }

  ValueRange modulo(ValueRange o) {
    if (!bounded(o)) {
      return UNBOUNDED;
    }
    int bits = Math.max(o.low.bitLength(), o.high.bitLength());
    return symmetric(bits, isNegative());
  }

  private static ValueRange symmetric(int bits, boolean negative) {
    BigInteger limit = BigInteger.ONE.shiftLeft(bits);
    return of(negative ? limit.negate() : BigInteger.ZERO, limit);
  }

  ValueRange shiftLeft(ValueRange count) {
    if (!bounded(count) || count.high.bitLength() > 16) {
      return UNBOUNDED;
    }
    int most = count.high.max(BigInteger.ZERO).intValue();
    if (most + bits() > MAX_BITS) {
      return UNBOUNDED;
    }
    return of(low.min(low.shiftLeft(most)), high.max(high.shiftLeft(most)));
  }

  ValueRange shiftRight(ValueRange count) {
    if (!isBounded()) {
      return UNBOUNDED;
    }
    if (count.low.equals(count.high) && count.high.signum() >= 0 && count.high.bitLength() < 16) {
      return of(low.shiftRight(count.low.intValue()), high.shiftRight(count.low.intValue()));
    }
    return of(low.min(BigInteger.ZERO), high.max(BigInteger.ZERO));
  }

  ValueRange and(ValueRange o) {
    if (low.signum() >= 0 && o.low.signum() >= 0) {
      return of(BigInteger.ZERO, high.min(o.high));
    }
    if (low.signum() >= 0) {
      return of(BigInteger.ZERO, high);
    }
    if (o.low.signum() >= 0) {
      return of(BigInteger.ZERO, o.high);
    }
    return bounded(o) ? signed(Math.max(bits(), o.bits())) : UNBOUNDED;
  }

  /** For inclusive and exclusive or. */
  ValueRange or(ValueRange o) {
    if (!bounded(o)) {
      return UNBOUNDED;
    }
    int bits = Math.max(bits(), o.bits());
    return low.signum() >= 0 && o.low.signum() >= 0 ? unsigned(bits - 1) : signed(bits);
  }

  ValueRange complement() {
    return isBounded() ? of(MINUS_ONE.subtract(high), MINUS_ONE.subtract(low)) : UNBOUNDED;
  }

  ValueRange union(ValueRange o) {
    return bounded(o) ? of(low.min(o.low), high.max(o.high)) : UNBOUNDED;
  }

  private boolean bounded(ValueRange o) {
    return isBounded() && o.isBounded();
  }
}

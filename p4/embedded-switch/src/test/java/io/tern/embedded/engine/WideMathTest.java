package io.tern.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class WideMathTest {
  private static final int N = 3;

  private static BigInteger value(long[] words) {
    return Words.signed(words);
  }

  /** What N words hold of a number. */
  private static BigInteger wrapped(BigInteger value) {
    return Words.signed(Words.of(value, N));
  }

  @Property
  void sumDifferenceProductAndNegation(@ForAll @Size(N) long[] a, @ForAll @Size(N) long[] b) {
    long[] sum = a.clone();
    WideMath.add(sum, 0, b, 0, N);
    assertThat(value(sum)).isEqualTo(wrapped(value(a).add(value(b))));

    long[] difference = a.clone();
    WideMath.subtract(difference, 0, b, 0, N);
    assertThat(value(difference)).isEqualTo(wrapped(value(a).subtract(value(b))));

    long[] product = new long[N];
    WideMath.multiply(product, 0, a, 0, b, 0, N);
    assertThat(value(product)).isEqualTo(wrapped(value(a).multiply(value(b))));

    long[] negated = a.clone();
    WideMath.negate(negated, 0, N);
    assertThat(value(negated)).isEqualTo(wrapped(value(a).negate()));
  }

  @Property
  void quotientAndRemainder(
      @ForAll @Size(N) long[] a,
      @ForAll @Size(N) long[] b,
      @ForAll @IntRange(min = 0, max = 191) int shift) {
    long[] divisor = b.clone();
    WideMath.shiftRight(divisor, 0, N, shift);
    BigInteger dividendValue = value(a);
    BigInteger divisorValue = value(divisor);
    long[] remainder = a.clone();
    long[] quotient = new long[N];

    WideMath.divide(remainder, 0, divisor, 0, quotient, 0, N);

    boolean zero = divisorValue.signum() == 0;
    assertThat(value(quotient))
        .isEqualTo(zero ? BigInteger.ZERO : wrapped(dividendValue.divide(divisorValue)));
    assertThat(value(remainder))
        .isEqualTo(zero ? BigInteger.ZERO : dividendValue.remainder(divisorValue));
  }

  @Property
  void shiftsAndComparisons(
      @ForAll @Size(N) long[] a,
      @ForAll @Size(N) long[] b,
      @ForAll @IntRange(min = 0, max = 200) int count) {
    long[] left = a.clone();
    WideMath.shiftLeft(left, 0, N, count);
    assertThat(value(left)).isEqualTo(wrapped(value(a).shiftLeft(count)));

    long[] right = a.clone();
    WideMath.shiftRight(right, 0, N, count);
    assertThat(value(right)).isEqualTo(value(a).shiftRight(count));

    assertThat(Integer.signum(WideMath.compareSigned(a, 0, b, 0, N)))
        .isEqualTo(value(a).compareTo(value(b)));
    assertThat(Integer.signum(WideMath.compareUnsigned(a, 0, b, 0, N)))
        .isEqualTo(Words.unsigned(a, 0, N).compareTo(Words.unsigned(b, 0, N)));
  }

  @Property
  void extensions(@ForAll @Size(N) long[] a, @ForAll @IntRange(min = 1, max = 192) int width) {
    BigInteger modulus = BigInteger.ONE.shiftLeft(width);
    BigInteger low = value(a).mod(modulus);

    long[] zero = a.clone();
    WideMath.zeroExtend(zero, 0, N, width);
    assertThat(Words.unsigned(zero, 0, N)).isEqualTo(low);

    long[] sign = a.clone();
    WideMath.signExtend(sign, 0, N, width);
    assertThat(value(sign)).isEqualTo(low.testBit(width - 1) ? low.subtract(modulus) : low);
  }
}

package io.tern.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BitsTest {
  @Property
  void readsAnyFieldOfAnOctetString(
      @ForAll @Size(40) byte[] octets,
      @ForAll @IntRange(min = 0, max = 63) int position,
      @ForAll @IntRange(min = 1, max = 256) int width) {
    BigInteger expected =
        new BigInteger(1, octets)
            .shiftRight(320 - position - width)
            .and(BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE));
    long[] words = new long[4];

    Bits.readWide(octets, position, width, words, 0);

    assertThat(Words.unsigned(words, 0, 4)).isEqualTo(expected);
  }

  @Property
  void writesFieldsOneAfterTheOther(
      @ForAll @IntRange(min = 1, max = 130) int first,
      @ForAll @IntRange(min = 1, max = 130) int second,
      @ForAll @Size(5) long[] values) {
    byte[] to = new byte[40];
    java.util.Arrays.fill(to, (byte) 0x5a);

    Bits.writeWide(to, 0, first, values, 0);
    Bits.writeWide(to, first, second, values, 2);

    long[] read = new long[3];
    Bits.readWide(to, 0, first, read, 0);
    assertThat(Words.unsigned(read, 0, 3)).isEqualTo(low(values, 0, first));
    read = new long[3];
    Bits.readWide(to, first, second, read, 0);
    assertThat(Words.unsigned(read, 0, 3)).isEqualTo(low(values, 2, second));
  }

  private static BigInteger low(long[] words, int at, int width) {
    return Words.unsigned(words, at, 3)
        .and(BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE));
  }
}

package io.tern.core.entry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BitsHashTest {

  @Test
  void slotsOfALargeFallbackHashApart() {
    Bits pool = Bits.of(7);

    long hashes =
        IntStream.range(0, 65_536)
            .mapToObj(slot -> new TableEntry.Key(5, List.of(pool, Bits.of(slot))).hashCode())
            .distinct()
            .count();

    assertThat(hashes).isGreaterThan(65_000);
  }

  @Test
  void slotsOfALargeFallbackSpreadOverTheBucketsOfAMap() {
    int buckets = 131_072;

    int fullest =
        IntStream.range(0, 65_536)
            .mapToObj(slot -> new TableEntry.Key(5, List.of(Bits.of(7), Bits.of(slot))).hashCode())
            .collect(
                Collectors.groupingBy(
                    hash -> (hash ^ (hash >>> 16)) & (buckets - 1), Collectors.counting()))
            .values()
            .stream()
            .mapToInt(Long::intValue)
            .max()
            .orElseThrow();

    // Eight is where HashMap gives a bucket up as a list.
    assertThat(fullest).isLessThanOrEqualTo(8);
  }

  @Test
  void equalValuesHashEqual() {
    assertThat(Bits.of(new byte[] {0, 1, 2})).hasSameHashCodeAs(Bits.of(258));
  }
}

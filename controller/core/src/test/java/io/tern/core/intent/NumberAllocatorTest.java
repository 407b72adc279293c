package io.tern.core.intent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NumberAllocatorTest {
  @Test
  void numbersRunAheadOfTheRevision() {
    assertThat(NumberAllocator.allocate(List.of(), 100, 0)).hasValue(1);
    assertThat(NumberAllocator.allocate(List.of(3), 100, 8)).hasValue(9);
    assertThat(NumberAllocator.allocate(List.of(20), 100, 8)).hasValue(21);
  }

  @Test
  void pastTheEndOfTheRangeTheSearchBeginsAtTheRevisionsPlace() {
    assertThat(NumberAllocator.allocate(List.of(5, 6), 10, 104)).hasValue(7);
    assertThat(NumberAllocator.allocate(List.of(10), 10, 9)).hasValue(1);
  }

  @Test
  void aFullRangeHasNone() {
    assertThat(NumberAllocator.allocate(IntStream.rangeClosed(1, 10).boxed().toList(), 10, 77))
        .isEmpty();
  }
}

package io.tern.core.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class FreeNumbersTest {
  private final FreeNumbers numbers = new FreeNumbers(2, 4);

  @Test
  void aWishIsGrantedUnlessAnotherOneWasThereBefore() {
    assertThat(numbers.take(2)).isEqualTo(3);
    assertThat(numbers.take(2)).isEqualTo(4);
    assertThat(numbers.take(3)).as("goes round").isEqualTo(2);
    assertThat(numbers.free()).isZero();
    assertThatThrownBy(() -> numbers.take(1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void wishesBeyondTheRangeGoRound() {
    assertThat(numbers.take(4)).isEqualTo(2);
    // (2^31 - 2) mod 3 is 0, whose place is taken.
    assertThat(numbers.take(Integer.MAX_VALUE)).isEqualTo(3);
  }

  @Test
  void whatIsGivenBackIsFreeAgain() {
    int first = numbers.take(1);
    numbers.take(1);
    numbers.giveBack(List.of(first));
    assertThat(numbers.free()).isEqualTo(2);
    assertThat(numbers.take(1)).isEqualTo(first);
  }
}

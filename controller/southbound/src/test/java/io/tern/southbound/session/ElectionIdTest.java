package io.tern.southbound.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ElectionIdTest {

  @Test
  void orderIsUnsigned() {
    assertThat(ElectionId.of(-1)).isGreaterThan(ElectionId.of(Long.MAX_VALUE));
    assertThat(new ElectionId(1, 0)).isGreaterThan(ElectionId.of(-1));
    assertThat(new ElectionId(-1, 0)).isGreaterThan(new ElectionId(1, 0));
  }

  @Test
  void textIsUnsigned() {
    assertThat(ElectionId.of(-1)).hasToString("18446744073709551615");
    assertThat(new ElectionId(3, 7)).hasToString("3:7");
  }

  @Test
  void zeroIsRefused() {
    assertThatThrownBy(() -> ElectionId.of(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("election ID is 0; devices take that for none at all");
  }
}

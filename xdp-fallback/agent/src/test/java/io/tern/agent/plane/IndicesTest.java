package io.tern.agent.plane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.embedded.engine.DataPlaneException;
import org.junit.jupiter.api.Test;

class IndicesTest {
  @Test
  void whatWasGivenBackIsUsedAgainWhenNothingElseIsLeft() {
    Indices indices = new Indices("rows", 1, 3);

    assertThat(indices.take()).isEqualTo(1);
    indices.giveBack(1);
    assertThat(indices.areUsedAgain()).isFalse();
    assertThat(indices.take()).isEqualTo(2);
    assertThat(indices.areUsedAgain()).isTrue();
    assertThat(indices.take()).isEqualTo(1);
    assertThatThrownBy(indices::take)
        .isInstanceOf(DataPlaneException.class)
        .hasMessageContaining("rows");
  }

  @Test
  void thoseThatAreSoughtAreUsedAgainBeforeTheOthers() {
    Indices indices = new Indices("backends", 0, 4, 2);

    assertThat(indices.take()).isZero();
    assertThat(indices.take()).isEqualTo(1);
    assertThat(indices.take()).isEqualTo(2);
    indices.giveBack(2);
    indices.giveBack(0);
    assertThat(indices.areUsedAgain()).isTrue();
    assertThat(indices.take()).isZero();
    assertThat(indices.take()).isEqualTo(3);
    assertThat(indices.take()).isEqualTo(2);
  }

  @Test
  void oneThatIsTakenAlreadyIsNotHandedOut() {
    Indices indices = new Indices("rows", 0, 2);
    indices.claim(0);

    assertThat(indices.take()).isEqualTo(1);
    assertThatThrownBy(() -> indices.claim(1)).isInstanceOf(IllegalStateException.class);
  }
}

package io.tern.app.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ListenAddressTest {
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:9550", "127.0.0.1:0", "0.0.0.0:65535"})
  void addressesAreReadAndWrittenAlike(String text) {
    assertThat(ListenAddress.text(new ListenAddress().convert(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[::1]:9550", "[0:0:0:0:0:0:0:1]:9550"})
  void ipv6IsInBrackets(String text) {
    assertThat(new ListenAddress().convert(text).getAddress().isLoopbackAddress()).isTrue();
    assertThat(ListenAddress.text(new ListenAddress().convert(text))).endsWith("]:9550");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "9550",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "::1:9550",
        "[::1]",
        "a b:1"
      })
  void anythingElseIsRefusedWithTheRightForm(String text) {
    assertThatThrownBy(() -> new ListenAddress().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("host:port or [v6]:port");
  }
}

package io.tern.app.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class HostAndPortTest {
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:9550", "127.0.0.1:0", "0.0.0.0:65535"})
  void addressesAreReadAndWrittenAlike(String text) {
    assertThat(HostAndPort.format(new HostAndPort().convert(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[::1]:9550", "[0:0:0:0:0:0:0:1]:9550"})
  void ipv6IsInBrackets(String text) {
    assertThat(new HostAndPort().convert(text).getAddress().isLoopbackAddress()).isTrue();
    assertThat(HostAndPort.format(new HostAndPort().convert(text))).isEqualTo("[::1]:9550");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "9550",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        ":9550",
        "[localhost]:9550",
        "::1:9550",
        "[::1]",
        "a b:1"
      })
  void anythingElseIsRefusedWithTheRightForm(String text) {
    assertThatThrownBy(() -> new HostAndPort().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("expected HOST:PORT, e.g. 127.0.0.1:9559 or [::1]:9559");
  }
}

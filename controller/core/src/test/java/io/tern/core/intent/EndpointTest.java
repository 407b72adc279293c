package io.tern.core.intent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EndpointTest {
  private static String written(String address) {
    return Endpoint.of(address, 443).addressText();
  }

  @Test
  void ipv6IsWrittenAsRfc5952Says() {
    assertThat(written("2001:DB8:0:0:0:0:0:1")).isEqualTo("2001:db8::1");
    assertThat(written("2001:0db8::0001")).isEqualTo("2001:db8::1");
    assertThat(written("2001:db8:0:1:1:1:1:1")).isEqualTo("2001:db8:0:1:1:1:1:1");
    assertThat(written("2001:0:0:1:0:0:0:1")).isEqualTo("2001:0:0:1::1");
    assertThat(written("2001:db8:0:0:1:0:0:1")).isEqualTo("2001:db8::1:0:0:1");
    assertThat(written("2001:db8:0:0:0:0:0:0")).isEqualTo("2001:db8::");
    assertThat(written("::1")).isEqualTo("::1");
    assertThat(written("1:2:3:4:5:6:7:8")).isEqualTo("1:2:3:4:5:6:7:8");
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Endpoint v6 = Endpoint.of("2001:db8:0:0:1::", 443);
    assertThat(Endpoint.of(v6.addressText(), 443)).isEqualTo(v6);
    assertThat(v6).hasToString("[2001:db8:0:0:1::]:443");
    assertThat(Endpoint.of("192.0.2.1", 443)).hasToString("192.0.2.1:443");
  }

  @Test
  void hostNamesAndHalfAddressesAreRefused() {
    for (String text :
        new String[] {
          "localhost",
          "1.2",
          "1.2.3.4.5",
          "2001:db8",
          "",
          "1.2.3.256",
          "1..2.3",
          "010.0.0.1",
          "1.2.3.4 ",
          ":::",
          ".:",
          "fe80::1%1",
          "0x7f.0.0.1"
        }) {
      assertThatThrownBy(() -> Endpoint.of(text, 443))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("\"" + text + "\" is no IPv4 or IPv6 address literal");
    }
  }

  @Test
  void addressesOfManyOrNoHostsAreRefused() {
    for (String text :
        new String[] {"0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255", "::", "ff02::1"}) {
      assertThatThrownBy(() -> Endpoint.of(text, 443))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("is no unicast address of one host");
    }
  }
}

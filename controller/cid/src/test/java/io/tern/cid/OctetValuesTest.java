package io.tern.cid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * ConnectionId, ServerId, Nonce and CidKey: their ranges, their texts, and what they keep secret.
 */
class OctetValuesTest {
  @Test
  void connectionIdHasZeroTo255Octets() {
    assertThat(ConnectionId.parse("")).isEqualTo(ConnectionId.EMPTY);
    assertThat(ConnectionId.of(new byte[255]).length()).isEqualTo(255);
    assertThatThrownBy(() -> ConnectionId.of(new byte[256]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("connection ID has 256 octets; it must have at most 255");
  }

  @Test
  void connectionIdOfQuicVersion1HasAtMost20Octets() {
    assertThat(ConnectionId.of(new byte[20]).fitsQuicV1()).isTrue();
    assertThat(ConnectionId.of(new byte[21]).fitsQuicV1()).isFalse();
  }

  @Test
  void connectionIdIsAPartOfAPacketAndNoAliasOfIt() {
    byte[] packet = {0x40, 0x07, (byte) 0xc4, 0x60};
    ConnectionId cid = ConnectionId.of(packet, 1, 2);
    packet[1] = 0;
    cid.toByteArray()[0] = 0;

    assertThat(cid).hasToString("07c4").isEqualTo(ConnectionId.parse("07C4"));
    assertThat(cid.octet(1)).isEqualTo(0xc4);
    assertThatThrownBy(() -> ConnectionId.of(packet, 3, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> cid.octet(2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void badHexadecimalIsRefusedWithThePlace() {
    assertThatThrownBy(() -> ConnectionId.parse("07c4x05e"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("connection ID '07c4x05e' is not hexadecimal at position 5");
    assertThatThrownBy(() -> Nonce.parse("4504c"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("nonce '4504c' has 5 hexadecimal digits; octets take two digits each");
    assertThatThrownBy(() -> ServerId.parse("zz"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("server ID 'zz' is not hexadecimal at position 1");
  }

  @Test
  void serverIdHas1To15Octets() {
    assertThatThrownBy(() -> ServerId.parse(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("server ID has 0 octets; it must have 1 to 15");
    assertThatThrownBy(() -> ServerId.of(new byte[16]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(ServerId.parse("c4605e").leftAligned())
        .startsWith(0xc4, 0x60, 0x5e)
        .hasSize(15)
        .endsWith(new byte[12]);
    assertThat(ServerId.parse("7f")).isLessThan(ServerId.parse("80"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8f95f09245765f80256934e50c6620", // 15 octets
        "8f95f09245765f80256934e50c66207f00", // 17 octets
        "8f95f09245765f80256934e50c66207", // odd
        "8f95f09245765f80256934e50c66207g", // not hexadecimal
      })
  void badKeyIsRefusedWithoutShowingIt(String hex) {
    assertThatThrownBy(() -> CidKey.parse(hex))
        .isInstanceOf(IllegalArgumentException.class)
        .hasNoCause()
        .hasMessage("key must be 32 hexadecimal digits");
  }

  @Test
  void keyIsNotPrinted() {
    String hex = "8f95f09245765f80256934e50c66207f";
    assertThat(CidKey.parse(hex)).hasToString("CidKey[redacted]").isEqualTo(CidKey.parse(hex));
    assertThatThrownBy(() -> CidKey.of(new byte[15]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("key has 15 octets; an AES-128 key has 16");
  }
}

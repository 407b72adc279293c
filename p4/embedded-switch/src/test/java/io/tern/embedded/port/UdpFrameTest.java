package io.tern.embedded.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UdpFrameTest {
  private static final UdpFrame V4 =
      new UdpFrame(
          0x020000000002L,
          0x020000000001L,
          new InetSocketAddress("198.51.100.7", 40000),
          new InetSocketAddress("192.0.2.10", 443),
          new byte[] {1, 2, 3});
  private static final UdpFrame V6 =
      new UdpFrame(
          0x020000000002L,
          0x020000000001L,
          new InetSocketAddress("2001:db8::7", 40000),
          new InetSocketAddress("2001:db8::10", 443),
          new byte[] {1, 2, 3, 4});

  /** The octets that scapy 2.6 makes of the same fields. */
  @Test
  void aFrameHasTheOctetsThatAnotherImplementationMakes() {
    assertThat(HexFormat.of().formatHex(V4.encode()))
        .isEqualTo(
            "02000000000202000000000108004500001f0000400040114e89c6336407c000020a9c4001bb000b7195"
                + "010203");
    assertThat(HexFormat.of().formatHex(V6.encode()))
        .isEqualTo(
            "02000000000202000000000186dd60000000000c114020010db800000000000000000000000720010db8"
                + "0000000000000000000000109c4001bb000c024c01020304");
  }

  @Test
  void whatIsEncodedIsDecoded() {
    for (UdpFrame frame : new UdpFrame[] {V4, V6}) {
      byte[] octets = frame.encode();
      assertThat(UdpFrame.decode(octets, 0, octets.length))
          .usingRecursiveComparison()
          .isEqualTo(frame);
    }
  }

  @Test
  void ethernetPaddingIsNoPayload() {
    byte[] padded = Arrays.copyOf(V4.encode(), 60);
    assertThat(UdpFrame.decode(padded, 0, 60).payload()).containsExactly(1, 2, 3);
  }

  @ParameterizedTest
  @CsvSource({"v4", "v6"})
  void aFrameCutAnywhereIsNoDatagram(String family) {
    byte[] octets = (family.equals("v4") ? V4 : V6).encode();
    for (int length = 0; length < octets.length; length++) {
      assertThat(UdpFrame.decode(octets, 0, length)).as("first %d octets", length).isNull();
    }
  }

  @Test
  void aFragmentIsNoDatagram() {
    byte[] octets = V4.encode();
    octets[20] = 0x20;
    assertThat(UdpFrame.decode(octets, 0, octets.length)).isNull();
  }

  @Test
  void familiesDoNotMix() {
    assertThatThrownBy(() -> new UdpFrame(1, 2, V4.source(), V6.destination(), new byte[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("different address families");
  }
}

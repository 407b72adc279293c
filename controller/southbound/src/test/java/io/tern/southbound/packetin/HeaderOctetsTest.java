package io.tern.southbound.packetin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each row: a name, the headers, and behind them the payload, which must not be counted. */
class HeaderOctetsTest {
  private static final String MACS = "0200000000010200000000c1";
  private static final String IPV4_UDP =
      "4500003c000000004011" + "0000" + "c6336401" + "c0000201" + "c00001bb" + "00280000";

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "short QUIC header, 0800" + IPV4_UDP + "41, 8899aabbccddeeff",
    "long QUIC header, 0800" + IPV4_UDP + "c0000000010411223344020a0b, 8899aabbccddeeff",
    "long header whose CIDs have no octets, 0800" + IPV4_UDP + "c0000000010000, 8899",
    "VLAN, 8100000a0800" + IPV4_UDP + "41, 8899",
    "QinQ, 88a8000a8100000b0800" + IPV4_UDP + "41, 8899",
    "a third VLAN tag is not understood, 88a8000a8100000b8100, 000108004500",
    "IPv4 with options, 0800460000400000000040110000c6336401c000020101010100c00001bb0028000041, 88",
    "later fragment, 08004500003c000000b940110000c6336401c0000201, 8899aabb",
    "TCP is not shown, 08004500003c0000000040060000c6336401c0000201, 01bb8899",
    "ICMP, 08004500003c0000000040010000c6336401c00002010800000000000000, 8899",
    "IPv6 with hop-by-hop options, 86dd6000000000180040"
        + "20010db800000000000000000000000120010db8000000000000000000000002"
        + "1100000000000000"
        + "c00001bb00100000"
        + "41, 8899",
    "ARP, 080600010800060400010200000000c1c0000201000000000000c0000202, 0000000000",
    "unknown EtherType, 88cc, 02070400"
  })
  void payloadIsNotCounted(String name, String headers, String payload) {
    byte[] frame = HexFormat.of().parseHex(MACS + headers + payload);
    int expected = (MACS + headers).length() / 2;
    // A hop-by-hop header names itself as the first one.
    if (name.startsWith("IPv6")) {
      frame[MACS.length() / 2 + 2 + 6] = 0;
    }
    assertThat(HeaderOctets.of(ByteString.copyFrom(frame))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"0800" + IPV4_UDP + "c00000000114112233", "86dd6000", "0800", "81000001"})
  void aFrameThatEndsInItsHeadersHasNothingElse(String headers) {
    byte[] frame = HexFormat.of().parseHex(MACS + headers);
    for (int length = 0; length <= frame.length; length++) {
      assertThat(HeaderOctets.of(ByteString.copyFrom(frame, 0, length))).isEqualTo(length);
    }
  }
}

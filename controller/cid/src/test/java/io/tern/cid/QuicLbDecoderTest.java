package io.tern.cid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuicLbDecoderTest {
  private static final CidKey KEY = CidKey.parse("8f95f09245765f80256934e50c66207f");

  private static final QuicLbConfig OLD =
      new QuicLbConfig(0, CidAlgorithm.PLAINTEXT, 3, 4, Optional.empty(), false);
  private static final QuicLbConfig NEW =
      new QuicLbConfig(5, CidAlgorithm.SINGLE_PASS, 3, 13, Optional.of(KEY), false);

  private final QuicLbDecoder decoder = new QuicLbDecoder(List.of(OLD, NEW));

  @Test
  void codepointTellsTheConfiguration() {
    Decoded.Routable old = routable(OLD, "c4605e");
    Decoded.Routable young = routable(NEW, "00aa11");

    assertThat(decoder.decode(encode(OLD, old))).isEqualTo(old);
    assertThat(decoder.decode(encode(NEW, young))).isEqualTo(young);
  }

  @Test
  void codepointWithoutConfigurationIsUnroutable() {
    for (String cid : List.of("20c4605e4504cc4f", "c0c4605e4504cc4f", "e0c4605e4504cc4f", "ff")) {
      assertThat(decoder.decode(ConnectionId.parse(cid)))
          .as(cid)
          .isEqualTo(new Decoded.Unroutable(Decoded.Reason.UNKNOWN_CODEPOINT));
    }
  }

  @Test
  void lengthIsJudgedByTheConfigurationOfTheCodepoint() {
    ConnectionId eightOctets = ConnectionId.parse("00c4605e4504cc4f");
    ConnectionId sameWithOtherCodepoint = ConnectionId.parse("a0c4605e4504cc4f");

    assertThat(decoder.decode(eightOctets)).isInstanceOf(Decoded.Routable.class);
    assertThat(decoder.decode(sameWithOtherCodepoint))
        .isEqualTo(new Decoded.Unroutable(Decoded.Reason.TOO_SHORT));
    assertThat(decoder.decode(ConnectionId.EMPTY))
        .isEqualTo(new Decoded.Unroutable(Decoded.Reason.TOO_SHORT));
  }

  @Test
  void shortHeaderLearnsItsCidLengthFromTheFirstOctet() {
    assertThat(decoder.cidLength(0x1f)).hasValue(8);
    assertThat(decoder.cidLength(0xa0)).hasValue(17);
    assertThat(decoder.cidLength(0x20)).isEmpty();
    assertThat(decoder.cidLength(0xe0)).isEmpty();
  }

  @Test
  void sevenConfigurationsStandSideBySide() {
    QuicLbDecoder full = new QuicLbDecoder(IntStream.rangeClosed(0, 6).mapToObj(this::at).toList());

    for (int codepoint = 0; codepoint <= 6; codepoint++) {
      assertThat(full.codec(codepoint).orElseThrow().config()).isEqualTo(at(codepoint));
    }
    assertThat(full.codec(7)).isEmpty();
  }

  @Test
  void withoutConfigurationEverythingIsUnroutable() {
    assertThat(new QuicLbDecoder(List.of()).decode(ConnectionId.parse("00c4605e4504cc4f")))
        .isEqualTo(new Decoded.Unroutable(Decoded.Reason.UNKNOWN_CODEPOINT));
  }

  @Test
  void twoConfigurationsWithOneCodepointAreRefused() {
    assertThatThrownBy(() -> new QuicLbDecoder(List.of(at(3), NEW, at(3))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two configurations have codepoint 3");
  }

  private QuicLbConfig at(int codepoint) {
    return new QuicLbConfig(codepoint, CidAlgorithm.PLAINTEXT, 3, 4, Optional.empty(), false);
  }

  private static Decoded.Routable routable(QuicLbConfig config, String serverId) {
    return new Decoded.Routable(
        config.codepoint(), ServerId.parse(serverId), Nonce.of(new byte[config.nonceLength()]));
  }

  private static ConnectionId encode(QuicLbConfig config, Decoded.Routable content) {
    return new QuicLbCodec(config).encode(content.serverId(), content.nonce());
  }
}

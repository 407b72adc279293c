package io.tern.southbound.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tern.p4.contract.TernPipeline;
import org.junit.jupiter.api.Test;

class PipelineConfigTest {
  private static final ByteString JSON = ByteString.copyFromUtf8("{}");

  private static PipelineConfig parse(String p4Info) throws InvalidProtocolBufferException {
    return PipelineConfig.parse(p4Info, JSON);
  }

  @Test
  void cookieIsTheHeadOfTheHash() throws InvalidProtocolBufferException {
    // SHA-256 of the two octets "{}": P4Info is empty.
    assertThat(parse("").cookie()).isEqualTo(0x44136fa355b3678aL);
  }

  @Test
  void cookieFollowsBothParts() throws InvalidProtocolBufferException {
    long cookie = parse("pkg_info { name: \"a\" }").cookie();

    assertThat(parse("pkg_info { name: \"a\" }").cookie()).isEqualTo(cookie);
    assertThat(parse("pkg_info { name: \"b\" }").cookie()).isNotEqualTo(cookie);
    assertThat(
            PipelineConfig.parse("pkg_info { name: \"a\" }", ByteString.copyFromUtf8("{ }"))
                .cookie())
        .isNotEqualTo(cookie);
  }

  @Test
  void programOfTheContractHasTheCookieOfTheContract() {
    assertThat(PipelineConfig.ofContract().cookie()).isEqualTo(TernPipeline.cookie());
  }

  @Test
  void malformedTextNamesTheLine() {
    assertThatThrownBy(() -> parse("pkg_info {\n nam: 1 }"))
        .isInstanceOf(InvalidProtocolBufferException.class)
        .hasMessageContaining("2:2");
  }
}

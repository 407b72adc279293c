package io.tern.southbound.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.config.v1.PkgInfo;
import org.junit.jupiter.api.Test;

class PipelineConfigTest {
  private static final ByteString JSON = ByteString.copyFromUtf8("{}");

  private static P4Info p4Info(String name) {
    return P4Info.newBuilder().setPkgInfo(PkgInfo.newBuilder().setName(name)).build();
  }

  @Test
  void cookieIsTheHeadOfTheHash() {
    // SHA-256 of the two octets "{}": P4Info is empty.
    assertThat(PipelineConfig.of(P4Info.getDefaultInstance(), JSON).cookie())
        .isEqualTo(0x44136fa355b3678aL);
  }

  @Test
  void cookieFollowsBothParts() {
    long cookie = PipelineConfig.of(p4Info("a"), JSON).cookie();

    assertThat(PipelineConfig.of(p4Info("a"), JSON).cookie()).isEqualTo(cookie);
    assertThat(PipelineConfig.of(p4Info("b"), JSON).cookie()).isNotEqualTo(cookie);
    assertThat(PipelineConfig.of(p4Info("a"), ByteString.copyFromUtf8("{ }")).cookie())
        .isNotEqualTo(cookie);
  }

  @Test
  void textFormatIsRead() throws InvalidProtocolBufferException {
    assertThat(PipelineConfig.parse("pkg_info { name: \"a\" }", JSON).p4Info())
        .isEqualTo(p4Info("a"));
  }

  @Test
  void malformedTextNamesTheLine() {
    assertThatThrownBy(() -> PipelineConfig.parse("pkg_info {\n nam: 1 }", JSON))
        .isInstanceOf(InvalidProtocolBufferException.class)
        .hasMessageContaining("2:2");
  }
}

package io.tern.southbound.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tern.core.planner.DeviceCapabilities;
import io.tern.p4.contract.TernP4.Counters;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.p4.contract.TernPipeline;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PipelineConfigTest {
  private static final ByteString JSON = ByteString.copyFromUtf8("{}");

  /** Of the language: the default of most tables, which no entry can have. */
  private static final Set<Integer> NO_ACTION = Set.of(0x0144_5b37);

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
  void programOfTheContractCanDoWhatTheContractSays() {
    assertThat(PipelineConfig.ofContract().capabilities().without(NO_ACTION))
        .isEqualTo(DeviceCapabilities.ofContract());
  }

  @Test
  void capabilitiesHaveTheSizesOfTheProgram() throws InvalidProtocolBufferException {
    String smaller =
        TernPipeline.p4InfoText()
            .replaceAll("(?s)(name: \"TernIngress.migrated\".*?size: )65536", "$1256");

    assertThat(parse(smaller).capabilities().without(NO_ACTION))
        .isEqualTo(DeviceCapabilities.ofContract().withCounterSize(Counters.Migrated.ID, 256));
  }

  @Test
  void aProgramWithoutCountersHasNoCells() throws InvalidProtocolBufferException {
    DeviceCapabilities nothing = parse("").capabilities();

    assertThat(nothing.counterSize(Counters.Migrated.ID)).isZero();
    assertThat(nothing.tableSize(Tables.Fallback.ID)).isZero();
  }

  @Test
  void malformedTextNamesTheLine() {
    assertThatThrownBy(() -> parse("pkg_info {\n nam: 1 }"))
        .isInstanceOf(InvalidProtocolBufferException.class)
        .hasMessageContaining("2:2");
  }
}

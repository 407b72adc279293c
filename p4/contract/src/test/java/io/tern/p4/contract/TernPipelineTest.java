package io.tern.p4.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TernPipelineTest {

  @Test
  void shipsTheProgramAndItsP4Info() {
    assertThat(TernPipeline.p4InfoText()).contains("proto-message: p4.config.v1.P4Info");
    assertThat(new String(TernPipeline.bmv2Json(), StandardCharsets.UTF_8))
        .contains("\"program\" : \"src/tern.p4\"");
  }

  @Test
  void theCallerMayChangeWhatItGot() {
    byte[] json = TernPipeline.bmv2Json();
    json[0] = 0;

    assertThat(TernPipeline.bmv2Json()[0]).isEqualTo((byte) '{');
  }

  @Test
  void constantsAndArtefactsAreOfTheSameProgram() {
    assertThat(TernPipeline.p4InfoText())
        .contains("id: " + TernP4.Tables.VipV4.ID)
        .contains("name: \"" + TernP4.Tables.VipV4.NAME + "\"")
        .contains("id: " + TernP4.Actions.DecodePlaintext.ID);
    assertThat(new String(TernPipeline.bmv2Json(), StandardCharsets.UTF_8))
        .contains("\"" + TernP4.Tables.ServerId.NAME + "\"");
  }

  @Test
  void namesWhatAMessageIsAbout() {
    assertThat(TernP4.nameOf(TernP4.Tables.CidConfig.ID)).isEqualTo("cid_config");
    assertThat(TernP4.nameOf(TernP4.Actions.ForwardL2.ID)).isEqualTo("forward_l2");
    assertThat(TernP4.nameOf(0x02ffffff)).isEqualTo("0x2ffffff");
  }

  @Test
  void everyReasonIsFoundByItsIndex() {
    for (Reason reason : Reason.values()) {
      assertThat(Reason.ofIndex(reason.index())).isSameAs(reason);
    }
    assertThat(Reason.values()).hasSize(TernP4.Counters.Reason.SIZE);
  }
}

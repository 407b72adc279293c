package io.tern.benchmark.forwarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Actions;
import io.tern.p4.contract.TernP4.Counters;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.southbound.session.PipelineConfig;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Which cases a program has, before any switch runs. */
class MeasuredProgramTest {
  private static final List<String> OF_A_CLEAR_TEXT_PROGRAM =
      List.of(
          "clear-text CID",
          "clear-text CID, migrations counted",
          "Initial, by fallback",
          "not ours, by L2");

  private static List<String> names(PipelineConfig pipeline, String... wanted) throws Exception {
    return MeasuredProgram.cases("bundle edge", pipeline, List.of(wanted)).stream()
        .map(Workload.Case::name)
        .toList();
  }

  /** The contract's program without some tables and actions, or otherwise changed. */
  private static PipelineConfig program(Set<Integer> without, Consumer<P4Info.Builder> change)
      throws Exception {
    P4Info.Builder p4Info = PipelineConfig.ofContract().p4Info().toBuilder();
    for (int i = p4Info.getTablesCount() - 1; i >= 0; i--) {
      if (without.contains(p4Info.getTables(i).getPreamble().getId())) {
        p4Info.removeTables(i);
        continue;
      }
      var table = p4Info.getTablesBuilder(i);
      for (int j = table.getActionRefsCount() - 1; j >= 0; j--) {
        if (without.contains(table.getActionRefs(j).getId())) {
          table.removeActionRefs(j);
        }
      }
    }
    change.accept(p4Info);
    return PipelineConfig.parse(TextFormat.printer().printToString(p4Info), ByteString.EMPTY);
  }

  @Test
  void theDefaultProgramHasACaseOfEachAlgorithm() throws Exception {
    assertThat(names(PipelineConfig.ofContract()))
        .containsExactly(
            "clear-text CID",
            "single-pass CID",
            "four-pass CID",
            "clear-text CID, migrations counted",
            "Initial, by fallback",
            "not ours, by L2");
  }

  @Test
  void aProgramHasNoCaseOfWhatItDoesNotDecode() throws Exception {
    PipelineConfig clearText =
        program(Set.of(Actions.DecodeSinglePass.ID, Actions.DecodeFourPass.ID), p4Info -> {});

    assertThat(names(clearText)).isEqualTo(OF_A_CLEAR_TEXT_PROGRAM);
  }

  @Test
  void casesAreChosenByAPartOfTheirNames() throws Exception {
    assertThat(names(PipelineConfig.ofContract(), "four", "L2"))
        .containsExactly("four-pass CID", "not ours, by L2");
  }

  @Test
  void aProgramWithoutAWantedCaseSaysWhichItHas() throws Exception {
    PipelineConfig clearText =
        program(Set.of(Actions.DecodeSinglePass.ID, Actions.DecodeFourPass.ID), p4Info -> {});

    assertThatThrownBy(() -> names(clearText, "pass"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "bundle edge has no case whose name contains pass: expected one of "
                + String.join("; ", OF_A_CLEAR_TEXT_PROGRAM));
  }

  @Test
  void aProgramWithoutIpv4CannotDoWhatIsMeasured() throws Exception {
    PipelineConfig v6 = program(Set.of(Tables.VipV4.ID), p4Info -> {});

    assertThatThrownBy(() -> names(v6))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("bundle edge cannot do what is measured: vips/")
        .hasMessageContaining("has no IPv4 VIPs");
  }

  @Test
  void aProgramThatCannotCountMigrationsCannotDoWhatIsMeasured() throws Exception {
    PipelineConfig small =
        program(
            Set.of(),
            p4Info ->
                p4Info.getCountersBuilderList().stream()
                    .filter(counter -> counter.getPreamble().getId() == Counters.Migrated.ID)
                    .forEach(counter -> counter.setSize(1)));

    assertThatThrownBy(() -> names(small))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("bundle edge cannot do what is measured: pools/counted: ");
  }

  @Test
  void framesOfACaseAreAllOfOneSizeAndOneForEachBackend() throws Exception {
    for (Workload.Case c :
        MeasuredProgram.cases("default program", PipelineConfig.ofContract(), List.of())) {
      assertThat(c.frames())
          .as(c.name())
          .hasSize(64)
          .doesNotHaveDuplicates()
          .allSatisfy(frame -> assertThat(frame).hasSize(Frames.OCTETS));
      assertThat(c.reason())
          .isIn(Reason.ROUTED_BY_CID, Reason.FALLBACK_UNKNOWN_CODEPOINT, Reason.NOT_VIP);
    }
  }
}

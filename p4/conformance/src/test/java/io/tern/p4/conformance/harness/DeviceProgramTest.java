package io.tern.p4.conformance.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import io.tern.p4.conformance.fixture.DeviceEntry;
import io.tern.p4.conformance.fixture.Fixtures;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.contract.Reason;
import io.tern.p4.contract.TernP4.Tables;
import io.tern.p4.contract.TernPipeline;
import io.tern.proto.p4.config.v1.P4Info;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which rows are for a device whose program has less than the contract. */
class DeviceProgramTest {
  private static final Map<String, Row> ROWS =
      Fixtures.rows().stream().collect(Collectors.toMap(Row::description, Function.identity()));

  private static final DeviceProgram WHOLE = without();
  private static final DeviceProgram IPV4_ONLY =
      without("vip_v6", "return_path_v6", "echo_v6", "nat_v6", "replicate_nat_v6", "un_nat_v6");
  private static final DeviceProgram IPV6_ONLY =
      without("vip_v4", "return_path_v4", "echo_v4", "nat_v4", "replicate_nat_v4", "un_nat_v4");
  private static final DeviceProgram NO_NAT =
      without(
          "nat_v4",
          "nat_v6",
          "replicate_nat_v4",
          "replicate_nat_v6",
          "return_path_v4",
          "return_path_v6",
          "un_nat_v4",
          "un_nat_v6");
  private static final DeviceProgram NO_STATE =
      without("set_pool_stateful", "serving_backend", "still_serves");

  @Test
  void everyRowIsForTheWholeProgramAsItIs() {
    assertThat(ROWS.values())
        .allSatisfy(
            row -> {
              assertThat(WHOLE.missingFor(row)).isEmpty();
              assertThat(WHOLE.fitted(row)).isEqualTo(row);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // What the frames use is there: the other family's VIP is none of theirs.
        "long header of version 0x00000001 |",
        "SID of 4 octets, IPv4, short header |",
        "SID of 4 octets, IPv6, short header | vip_v6",
        "echo request |",
        "ICMPv6 echo request | echo_v6",
        // Cut before the address: still of a family that is not parsed.
        "IPv4, long header, frame cut after 15 octets |",
        "IPv6, long header, frame cut after 15 octets | vip_v6",
        "IPv6, long header, frame cut after 13 octets |",
        // What is quoted counts, too.
        "ICMP error quotes a short header |",
        "ICMPv6 error quotes a short header | vip_v6",
        // The address says that the VIP must be there for the row to show anything.
        "ICMPv6 error about TCP | vip_v6",
        "NAT to IPv6 | nat_v6",
        "IP-in-IPv6, inner IPv4 |",
        "IP-in-IPv6, inner IPv6 | vip_v6",
      })
  void aRowIsForOneFamilyIfItsFramesAre(String description, String missing) {
    Set<String> said = IPV4_ONLY.missingFor(row(description));

    if (missing == null) {
      assertThat(said).isEmpty();
    } else {
      assertThat(said).contains(missing);
    }
  }

  @Test
  void whatNoFrameUsesIsLeftOutAndNothingElse() {
    Row row = row("long header of version 0x00000001");

    Row fitted = IPV4_ONLY.fitted(row);

    Row.Step step = row.steps().get(0);
    Row.Step rest = fitted.steps().get(0);
    assertThat(rest.input()).isEqualTo(step.input());
    assertThat(rest.outputs()).isEqualTo(step.outputs());
    assertThat(rest.reason()).isEqualTo(step.reason());
    assertThat(rest.counts()).isEqualTo(step.counts());
    assertThat(rest.state().multicastGroups()).isEqualTo(step.state().multicastGroups());
    assertThat(rest.state().unknownMacsGroup()).isEqualTo(step.state().unknownMacsGroup());
    assertThat(step.state().entries()).containsAll(rest.state().entries());
    List<DeviceEntry> left =
        step.state().entries().stream().filter(e -> !rest.state().entries().contains(e)).toList();
    assertThat(left).singleElement().extracting(DeviceEntry::tableId).isEqualTo(Tables.VipV6.ID);
  }

  @Test
  void nothingThatARowCountsIsEverLeftOut() {
    for (DeviceProgram program : List.of(IPV4_ONLY, IPV6_ONLY, NO_NAT, NO_STATE)) {
      for (Row row : rowsFor(program)) {
        for (Row.Step step : program.fitted(row).steps()) {
          assertThat(step.state().entries()).as("%s", row).containsAll(step.counts().direct());
        }
      }
    }
  }

  @Test
  void eachFamilyAloneHasMoreThanAThousandRows() {
    assertThat(rowsFor(IPV4_ONLY)).hasSizeGreaterThan(1_000);
    assertThat(rowsFor(IPV6_ONLY)).hasSizeGreaterThan(1_000);
    // But for frames that are none of VIPs, no row is for both.
    Set<Row> both = Set.copyOf(rowsFor(IPV4_ONLY));
    assertThat(rowsFor(IPV6_ONLY).stream().filter(both::contains))
        .isNotEmpty()
        .allSatisfy(
            row ->
                assertThat(row.steps())
                    .extracting(Row.Step::reason)
                    .containsAnyOf(
                        Reason.NOT_VIP, Reason.MALFORMED, Reason.NEIGHBOUR, Reason.PACKET_OUT));
  }

  @Test
  void aReturnPathThatNoFrameTakesIsNotMissed() {
    assertThat(NO_NAT.missingFor(row("another address with the port of a backend"))).isEmpty();
    assertThat(NO_NAT.missingFor(row("another port of a backend behind NAT")))
        .contains("return_path_v4");
  }

  @Test
  void rowsAboutStateAreNotForAProgramWithout() {
    assertThat(
            ROWS.values().stream()
                .filter(row -> row.steps().stream().anyMatch(DeviceProgramTest::remembered)))
        .isNotEmpty()
        .allSatisfy(row -> assertThat(NO_STATE.missingFor(row)).contains("set_pool_stateful"));
  }

  @Test
  void rowsAboutStateAreNotForADeviceWhereTheyWouldShareCells() {
    P4Info.Builder small = contract().toBuilder();
    small.getRegistersBuilderList().forEach(register -> register.setSize(256));
    DeviceProgram program = new DeviceProgram(small.build());

    assertThat(program.missingFor(row("what is known needs no slot")))
        .containsExactly("registers of 65,536 cells");
    assertThat(program.missingFor(row("echo request"))).isEmpty();
  }

  private static boolean remembered(Row.Step step) {
    return step.reason() == Reason.KNOWN_DCID || step.reason() == Reason.KNOWN_TUPLE;
  }

  private static List<Row> rowsFor(DeviceProgram program) {
    return ROWS.values().stream().filter(row -> program.missingFor(row).isEmpty()).toList();
  }

  private static Row row(String description) {
    assertThat(ROWS).containsKey(description);
    return ROWS.get(description);
  }

  /** The contract without what has these names. */
  private static DeviceProgram without(String... names) {
    Set<String> left = Set.of(names);
    P4Info whole = contract();
    return new DeviceProgram(
        whole.toBuilder()
            .clearTables()
            .clearActions()
            .addAllTables(
                whole.getTablesList().stream()
                    .filter(table -> !left.contains(table.getPreamble().getAlias()))
                    .toList())
            .addAllActions(
                whole.getActionsList().stream()
                    .filter(action -> !left.contains(action.getPreamble().getAlias()))
                    .toList())
            .build());
  }

  private static P4Info contract() {
    try {
      return TextFormat.parse(TernPipeline.p4InfoText(), P4Info.class);
    } catch (TextFormat.ParseException e) {
      throw new AssertionError(e);
    }
  }
}

package io.tern.app.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.p4.conformance.fixture.Fixtures;
import io.tern.p4.conformance.fixture.Row;
import io.tern.p4.conformance.harness.Suite;
import io.tern.p4.conformance.harness.Suite.Verdict;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

class ConformanceCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int conformance(String... arguments) {
    CommandLine command = new CommandLine(new ConformanceCommand());
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }

  @Test
  void listsTheRowsWithoutADevice() {
    assertThat(conformance("--list")).isEqualTo(ExitCode.OK);
    assertThat(out.toString().lines())
        .containsExactlyElementsOf(Fixtures.rows().stream().map(Row::description).toList());
  }

  @Test
  void listsTheRowsThatTheFilterLeavesInAnyCase() {
    assertThat(conformance("--list", "--filter", "qinq")).isEqualTo(ExitCode.OK);
    assertThat(out.toString().lines()).isNotEmpty().allMatch(line -> line.contains("QinQ"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--filter xyzzy --list | --filter 'xyzzy': no row's description has this",
        "--port 1=veth1 | Missing required option: '--target=HOST:PORT'",
        "--target [::1]:1 | expected either --port, once for each port, or --bmv2-dataplane",
        "--target [::1]:1 --port 1=a --bmv2-dataplane [::1]:2 | expected either --port",
        "--target [::1]:1 --port veth1 | 'veth1' is no port; expected NUMBER=INTERFACE",
        "--target [::1]:1 --port 600=veth1 | '600=veth1': port 600, expected 0 to 510",
        "--target [::1]:1 --port 1=udp:x | expected NUMBER=udp:LOCAL,PEER",
        "--target [::1]:1 --port 1=a --port 1=b | --port: two ends for one port",
        "--target [::1]:1 --port 1=a --tls-cert c | --tls-cert and --tls-key belong together",
        "--target [::1]:1 --port 1=a --p4info f | --p4info and --device-config belong together",
      })
  void wrongUsageIsSaid(String arguments, String message) {
    assertThat(conformance(arguments.split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void anInterfaceThatIsNotThereIsNamed() {
    assertThat(conformance("--target", "127.0.0.1:1", "--port", "1=nosuchif0"))
        .isEqualTo(ExitCode.SOFTWARE);
    assertThat(err.toString())
        .isEqualToIgnoringNewLines("tern conformance: there is no network interface 'nosuchif0'\n");
  }

  @Test
  void aRowThatFailsIsShownWithItsDifferencesAndDecidesTheEnd() {
    SuiteReport report = new SuiteReport(new PrintWriter(out, true), false);
    List<Row> rows = Fixtures.rows();
    report.add(new Suite.Result(rows.get(0), Verdict.PASSED, List.of()));
    assertThat(report.isSuccess()).isTrue();

    report.add(new Suite.Result(rows.get(1), Verdict.FAILED, List.of("missing:    x")));
    report.add(new Suite.Result(rows.get(2), Verdict.NOT_APPLICABLE, List.of("wants y")));
    report.end(3);

    assertThat(report.isSuccess()).isFalse();
    assertThat(out.toString().lines())
        .containsExactly(
            "FAILED " + rows.get(1).description(),
            "         missing:    x",
            "tern conformance: 1 rows passed, 1 failed, 1 not applicable, 3 s",
            "  1 row not applicable: wants y");
  }

  @Test
  void aDeviceThatNoRowIsForHasNotPassed() {
    SuiteReport report = new SuiteReport(new PrintWriter(out, true), false);
    for (Row row : Fixtures.rows().subList(0, 2)) {
      report.add(new Suite.Result(row, Verdict.NOT_APPLICABLE, List.of("wants y")));
    }
    report.end(0);

    assertThat(report.isSuccess()).isFalse();
    assertThat(out.toString().lines())
        .containsExactly(
            "tern conformance: 0 rows passed, 0 failed, 2 not applicable, 0 s",
            "  2 rows not applicable: wants y",
            "tern conformance: no row passed: nothing has been shown of this device, so this is a failure");
  }

  @Test
  void aPortIsReadBack() {
    assertThat(LinkSpec.parse("3=veth3")).isEqualTo(new LinkSpec(3, "veth3"));
    assertThat(LinkSpec.parse("0=udp:[::1]:1,[::1]:2").port()).isZero();
    assertThatThrownBy(() -> LinkSpec.parse("=veth3")).hasMessageContaining("'=veth3' is no port");
  }
}

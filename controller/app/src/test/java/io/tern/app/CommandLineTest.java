package io.tern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** What {@code tern} prints and how it ends, for every command that ends by itself. */
class CommandLineTest {
  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int tern(String... arguments) {
    CommandLine command = Tern.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }

  @Test
  void helpListsTheCommandsOnStandardOutput() {
    assertThat(tern("--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("Usage: tern", "  serve ", "  switch ", "  compile ", "  cid ", "  demo ");
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "switch", "compile", "cid", "demo", "conformance"})
  void everyCommandHasHelp(String command) {
    assertThat(tern(command, "--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).startsWith("Usage: tern " + command);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void serveSaysWhatItsOptionsAreAndWhatTheyDefaultTo() {
    assertThat(tern("serve", "--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("--data=DIR", "--grpc=HOST:PORT", "127.0.0.1:9550", "--metrics=HOST:PORT")
        .contains("--tls-cert=FILE", "--tls-key=FILE", "--tls-client-ca=FILE")
        .contains("--device-ca=FILE", "--device-cert=FILE", "--device-key=FILE")
        .contains("--allow-unauthenticated", "--bundle=DIR");
  }

  @Test
  void theVersionIsPrinted() {
    assertThat(tern("--version")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).matches("tern \\d+\\.\\d+\\.\\d+\\S*\\R");
  }

  @Test
  void noCommandIsWrongUsage() {
    assertThat(tern()).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).isEqualTo(wrong("Which command?", "tern"));
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void anUnknownCommandIsWrongUsageAndTheRightOneIsSuggested() {
    assertThat(tern("swich")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("tern: Unmatched argument at index 0: 'swich'", "switch");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "serve | Missing required option: '--data=DIR'",
        "serve --data d extra | Unmatched argument at index 3: 'extra'",
        "serve --data d --nope | Unknown option: '--nope'",
        "serve --data d --grpc 9550 | Invalid value for option '--grpc': '9550': the port is missing",
        "serve --data d --grpc 127.0.0.1:65536"
            + " | Invalid value for option '--grpc': '127.0.0.1:65536': a port is 0 to 65535",
        "serve --data d --metrics ::1:80"
            + " | Invalid value for option '--metrics': '::1:80': an IPv6 address stands in"
            + " brackets",
        "serve --data d --tls-cert c | Error: Missing required argument(s): --tls-key=FILE",
        "serve --data d --tls-client-ca c"
            + " | Error: Missing required argument(s): --tls-cert=FILE, --tls-key=FILE",
        "switch --cpu-port x | Invalid value for option '--cpu-port': 'x' is not an int",
      })
  void badOptionsAreToldInTwoLines(String line, String message) {
    String[] arguments = line.split(" ", -1);
    assertThat(tern(arguments)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).startsWith("tern: " + message);
    assertThat(err.toString())
        .endsWith("\"tern " + arguments[0] + " --help\" for what there is.\n");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void otherHostsAreNotServedWithoutCertificatesUnlessThatIsSaid() {
    assertThat(tern("serve", "--data", directory.toString(), "--grpc", "0.0.0.0:0"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .startsWith("tern: 0.0.0.0:0 can be reached by other hosts")
        .contains("client certificates");
  }

  @Test
  void aDataDirectoryThatIsAFileIsAFailure() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    assertThat(tern("serve", "--data", file.toString(), "--grpc", "127.0.0.1:0"))
        .isEqualTo(ExitCode.SOFTWARE);
    assertThat(err.toString()).startsWith("tern: the data directory " + file + " is a file");
  }

  @Test
  void aCertificateThatCannotBeReadIsAFailure() {
    assertThat(
            tern(
                "serve",
                "--data",
                directory.toString(),
                "--grpc",
                "127.0.0.1:0",
                "--tls-cert",
                "/no/cert",
                "--tls-key",
                "/no/key"))
        .isEqualTo(ExitCode.SOFTWARE);
    assertThat(err.toString()).startsWith("tern: TLS: cannot read certificate /no/cert");
  }

  private static String wrong(String message, String command) {
    return "tern: %s%nRun \"%s --help\" for what there is.%n".formatted(message, command);
  }
}

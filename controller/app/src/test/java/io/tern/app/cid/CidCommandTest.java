package io.tern.app.cid;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CidCommandTest {
  private static final String KEY = "8f95f09245765f80256934e50c66207f";

  private record Result(int status, String out, String err) {}

  private static Result tern(String arguments) {
    return tern(arguments, InputStream.nullInputStream());
  }

  private static Result tern(String arguments, String standardInput) {
    return tern(
        arguments, new ByteArrayInputStream(standardInput.getBytes(StandardCharsets.UTF_8)));
  }

  private static Result tern(String arguments, InputStream standardInput) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        new CommandLine(new CidCommand(standardInput))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments.strip().split(" +", -1));
    return new Result(status, out.toString(), err.toString());
  }

  @Test
  void encodesClearText() {
    assertThat(
            tern(
                "encode --codepoint 0 --sid-length 3 --nonce-length 4 --self-encode-length"
                    + " --sid c4605e --nonce 4504cc4f"))
        .isEqualTo(new Result(0, "07c4605e4504cc4f\n", ""));
  }

  @Test
  void encodesInFourPassesOrOneByTheSumOfTheLengths() {
    assertThat(
            tern(
                "encode --codepoint 0 --sid-length 3 --nonce-length 4 --self-encode-length --key "
                    + KEY
                    + " --sid ed793a --nonce ee080dbf"))
        .isEqualTo(new Result(0, "0720b1d07b359d3c\n", ""));
    assertThat(
            tern(
                "encode --codepoint 2 --sid-length 8 --nonce-length 8 --self-encode-length --key "
                    + KEY
                    + " --sid ed793a51d49b8f5f --nonce ee080dbf48c0d1e5"))
        .isEqualTo(new Result(0, "504dd2d05a7b0de9b2b9907afb5ecf8cc3\n", ""));
  }

  @Test
  void lowBitsAreRandomOrGiven() {
    String command =
        "encode --codepoint 6 --sid-length 3 --nonce-length 4 --sid c4605e --nonce 4504cc4f";

    assertThat(tern(command).out()).matches("[cd][0-9a-f]c4605e4504cc4f\n");
    assertThat(tern(command + " --first-octet-bits 31").out()).isEqualTo("dfc4605e4504cc4f\n");
    assertThat(tern(command + " --first-octet-bits 0").out()).isEqualTo("c0c4605e4504cc4f\n");
  }

  @Test
  void decodesToJsonInFixedOrder() {
    assertThat(tern("decode --sid-length 3 --nonce-length 4 07c4605e4504cc4f"))
        .isEqualTo(
            new Result(
                0, "{\"codepoint\":0,\"serverId\":\"c4605e\",\"nonce\":\"4504cc4f\"}\n", ""));
  }

  @Test
  void decodesWithAKeyAndTakesTheCodepointFromTheCid() {
    assertThat(
            tern(
                "decode --sid-length 9 --nonce-length 9 --key "
                    + KEY
                    + " 725779c9cc86beb3a3a4a3ca96fce4bfe0cdbc"))
        .isEqualTo(
            new Result(
                0,
                "{\"codepoint\":3,\"serverId\":\"ed793a51d49b8f5fab\","
                    + "\"nonce\":\"ee080dbf48c0d1e55d\"}\n",
                ""));
  }

  @Test
  void keyComesFromAFile(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("key");
    Files.writeString(file, KEY + "\n");

    assertThat(
            tern("decode --sid-length 3 --nonce-length 4 --key-file " + file + " 0720b1d07b359d3c"))
        .isEqualTo(
            new Result(
                0, "{\"codepoint\":0,\"serverId\":\"ed793a\",\"nonce\":\"ee080dbf\"}\n", ""));
  }

  @Test
  void batchEncodesTheGoodLinesAndNumbersTheBadOnes() {
    Result result =
        tern(
            "encode --codepoint 0 --sid-length 3 --nonce-length 4 --self-encode-length --batch",
            "c4605e 4504cc4f\nc4605e\n\r\nc4605 4504cc4f\n  c4605e\t4504cc50  \r\nc4605e 45\n00 1 2");

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.out()).isEqualTo("07c4605e4504cc4f\n07c4605e4504cc50\n");
    assertThat(result.err().lines())
        .containsExactly(
            "tern cid encode: line 2: 'c4605e' has 1 words; it must be 'SID NONCE'",
            "tern cid encode: line 4: server ID 'c4605' has 5 hexadecimal digits; octets take two"
                + " digits each",
            "tern cid encode: line 6: nonce has 1 octets; the configuration has 4",
            "tern cid encode: line 7: '00 1 2' has 3 words; it must be 'SID NONCE'");
  }

  @Test
  void batchDecodesTheGoodLinesAndNumbersTheBadOnes() {
    Result result =
        tern(
            "decode --sid-length 3 --nonce-length 4 --batch",
            "07c4605e4504cc4f\nxx\nffc4605e4504cc4f\n07c4605e4504cc\n27c4605e4504cc50");

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.out())
        .isEqualTo(
            """
            {"codepoint":0,"serverId":"c4605e","nonce":"4504cc4f"}
            {"codepoint":1,"serverId":"c4605e","nonce":"4504cc50"}
            """);
    assertThat(result.err().lines())
        .containsExactly(
            "tern cid decode: line 2: connection ID 'xx' is not hexadecimal at position 1",
            "tern cid decode: line 3: connection ID 'ffc4605e4504cc4f' is unroutable: its codepoint"
                + " 7 is reserved for CIDs without a configuration",
            "tern cid decode: line 4: connection ID '07c4605e4504cc' is unroutable: it has 7"
                + " octets; CIDs of these lengths have 8 (1 + 3 + 4)");
  }

  @Test
  void goodBatchSucceeds() {
    assertThat(
            tern("decode --sid-length 3 --nonce-length 4 --batch", "07c4605e4504cc4f\n\n").status())
        .isZero();
    assertThat(tern("decode --sid-length 3 --nonce-length 4 --batch", ""))
        .isEqualTo(new Result(0, "", ""));
  }

  @Test
  void overlongLineIsABadLineAndNotTheEnd() {
    Result result =
        tern(
            "decode --sid-length 3 --nonce-length 4 --batch",
            "07".repeat(100_000) + "\n07c4605e4504cc4f\n");

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.out()).contains("c4605e");
    assertThat(result.err())
        .isEqualTo("tern cid decode: line 1: line is longer than 1024 characters\n");
  }

  @Test
  void standardInputThatBreaksIsReported() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("pipe is gone");
          }

          @Override
          public int read(byte[] octets, int offset, int length) throws IOException {
            return read();
          }
        };

    assertThat(tern("decode --sid-length 3 --nonce-length 4 --batch", broken))
        .isEqualTo(
            new Result(
                1,
                "",
                "tern cid decode: standard input cannot be read behind line 0: pipe is gone\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "encode --codepoint 0 --sid-length 3 --nonce-length 4 --sid c4605 --nonce 4504cc4f",
        "encode --codepoint 0 --sid-length 3 --nonce-length 4 --sid c460 --nonce 4504cc4f",
        "decode --sid-length 3 --nonce-length 4 e7c4605e4504cc4f",
        "decode --sid-length 3 --nonce-length 4 07",
      })
  void badDataIsStatus1AndOneLine(String arguments) {
    Result result = tern(arguments);

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).singleElement().asString().startsWith("tern cid ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "encode --codepoint 7 --sid-length 3 --nonce-length 4 --sid c4605e --nonce 4504cc4f"
            + " -> 7 is reserved for unroutable CIDs",
        "encode --codepoint 0 --sid-length 16 --nonce-length 4 --sid c4605e --nonce 4504cc4f"
            + " -> server ID length is 16; it must be 1 to 15 octets",
        "encode --codepoint 0 --sid-length 10 --nonce-length 10 --batch"
            + " -> the sum must be at most 19",
        "encode --codepoint 0 --sid-length 3 --nonce-length 4 --sid c4605e"
            + " -> --nonce is missing",
        "encode --codepoint 0 --sid-length 3 --nonce-length 4 --sid c4605e --batch"
            + " -> leave out --sid, --nonce",
        "encode --codepoint 0 --sid-length 3 --nonce-length 4 --batch --first-octet-bits 32"
            + " -> five bits hold 0 to 31",
        "encode --codepoint 0 --sid-length 3 --nonce-length 4 --batch --first-octet-bits 1"
            + " --self-encode-length -> give one of them",
        "decode --sid-length 3 07c4605e4504cc4f -> '--nonce-length=OCTETS'",
        "decode --sid-length 3 --nonce-length 4 -> the CID is missing",
        "decode --sid-length 3 --nonce-length 4 --batch 07 -> leave out the CID",
        "decode --sid-length 3 --nonce-length 4 --key-file /nowhere/key 07"
            + " -> --key-file cannot be read",
        "encode -> Missing required options",
        "--batch -> Unknown option: '--batch'",
      })
  void wrongUsageIsStatus2WithTheRule(String scenario) {
    String[] parts = scenario.split(" -> ", 2);

    Result result = tern(parts[0]);

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains(parts[1]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8f95f09245765f80256934e50c6620",
        "8f95f09245765f80256934e50c66207x",
      })
  void badKeyIsRefusedWithoutShowingIt(String key, @TempDir Path directory) throws IOException {
    Path file = directory.resolve("key");
    Files.writeString(file, key);
    for (String option : new String[] {"--key " + key, "--key-file " + file}) {
      Result result = tern("decode --sid-length 3 --nonce-length 4 " + option + " 07");

      assertThat(result.status()).isEqualTo(2);
      assertThat(result.err())
          .contains("key must be 32 hexadecimal digits")
          .doesNotContain("8f95f0");
    }
  }

  @Test
  void keyAndKeyFileExcludeEachOther() {
    Result result =
        tern(
            "decode --sid-length 3 --nonce-length 4 --key "
                + KEY
                + " --key-file k 07c4605e4504cc4f");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("mutually exclusive").doesNotContain(KEY);
  }

  @Test
  void withoutSubcommandItAsks() {
    StringWriter err = new StringWriter();
    int status = new CommandLine(new CidCommand()).setErr(new PrintWriter(err)).execute();

    assertThat(status).isEqualTo(2);
    assertThat(err.toString()).startsWith("Which command: encode or decode?");
  }
}

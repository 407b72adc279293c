package io.tern.benchmark.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tern.libbpf.Libbpf;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The benchmark in the kernel, very briefly: its figures mean nothing here. */
class XdpCommandIT {
  private final StringWriter out = new StringWriter();

  @BeforeAll
  static void requireRoot() throws IOException {
    boolean root = Files.getOwner(Path.of("/proc/self")).getName().equals("root");
    if (!root) {
      System.out.println("NOT RUN: the XDP benchmark, because it needs root");
    }
    assumeTrue(root, "BPF needs root");
  }

  private JsonNode run(String... arguments) throws IOException {
    int status =
        new CommandLine(new XdpCommand()).setOut(new PrintWriter(out, true)).execute(arguments);
    assertThat(status).as(out.toString()).isZero();
    String[] lines = out.toString().strip().split("\n", -1);
    return new ObjectMapper().readTree(lines[lines.length - 1]);
  }

  @Test
  void lastLineHasTheFloorTheCasesAndWhatWentOverTheWire() throws IOException {
    JsonNode json =
        run("--rounds=1", "--repeat=100", "--live-rounds=1", "--live-frames=512", "--json");

    assertThat(json.get("floor_ns").asDouble()).isPositive();
    assertThat(json.get("cases").size()).isEqualTo(XdpCase.all().size());
    json.get("cases").forEach(what -> assertThat(what.get("ns").isNumber()).isTrue());
    JsonNode live = json.get("live");
    if (live.has("not_run")) {
      assertThat(out.toString()).contains("NOT RUN: packets/s over veth, because: ");
      return;
    }
    assertThat(live.size()).isEqualTo(XdpCase.live().size());
    live.forEach(
        what -> {
          assertThat(what.get("pps").asDouble()).isPositive();
          assertThat(what.get("sent").asLong()).isEqualTo(512);
          assertThat(what.get("lost").asLong()).isBetween(0L, 511L);
        });
    assertThat(Libbpf.interfaceIndex("tb" + ProcessHandle.current().pid() + "s")).isZero();
  }

  @Test
  void withoutRoundsOverTheWireThereAreNoInterfaces() throws IOException {
    JsonNode json =
        run("--rounds=1", "--repeat=100", "--live-rounds=0", "--case=not_ours", "--json");

    assertThat(json.has("live")).isFalse();
    assertThat(json.get("cases").size()).isEqualTo(2);
  }

  @Test
  void casesAreFoundByTheWordsOfTheTable() throws IOException {
    JsonNode json =
        run("--rounds=1", "--repeat=100", "--live-rounds=0", "--case=clear text, L2", "--json");

    assertThat(json.get("cases").size()).isEqualTo(2);
  }

  @Test
  void aCaseThatIsNoneIsRefusedAndTheNamesAreListed() {
    StringWriter err = new StringWriter();
    int status =
        new CommandLine(new XdpCommand())
            .setErr(new PrintWriter(err, true))
            .execute("--case=nothing");

    assertThat(status).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--case=nothing", XdpCase.all().get(0).name());
  }
}

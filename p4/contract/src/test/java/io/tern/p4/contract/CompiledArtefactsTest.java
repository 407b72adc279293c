package io.tern.p4.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What p4/compiled has is what p4c makes of p4/src. */
class CompiledArtefactsTest {
  private static final Path P4 = Path.of("..").toAbsolutePath().normalize();
  private static final Path COMPILED = P4.resolve("compiled");
  private static final List<String> ARTEFACTS = List.of("tern.json", "tern.p4info.txtpb");
  private static final Pattern MANIFEST_HEAD =
      Pattern.compile("# Written by p4/compile with p4c-bm2-ss (\\S+)");
  private static final Pattern MANIFEST_LINE = Pattern.compile("([0-9a-f]{64})  (\\S+)");

  @Test
  void manifestTiesTheArtefactsToTheirSources() throws Exception {
    Map<String, String> expected = new TreeMap<>();
    for (String line : manifest().subList(1, manifest().size())) {
      Matcher entry = MANIFEST_LINE.matcher(line);
      assertThat(entry.matches()).as("manifest line '%s'", line).isTrue();
      expected.put(entry.group(2), entry.group(1));
    }

    Map<String, String> actual = new TreeMap<>();
    for (String file : sourcesAndArtefacts()) {
      actual.put(file, sha256(P4.resolve(file)));
    }

    assertThat(actual)
        .as("p4/src or p4/compiled changed without the other: run p4/compile and commit")
        .isEqualTo(expected);
  }

  @Test
  void compilerMakesTheCommittedArtefacts(@TempDir Path fresh) throws Exception {
    Matcher head = MANIFEST_HEAD.matcher(manifest().get(0));
    assertThat(head.matches()).as("first line of the manifest").isTrue();
    String wanted = head.group(1);
    String installed = installedCompiler();
    if (!installed.equals(wanted)) {
      System.out.println(
          "p4c: NOT compared: the artefacts are of p4c-bm2-ss "
              + wanted
              + ", on PATH is "
              + installed
              + "; only the manifest was checked");
    }
    assumeTrue(installed.equals(wanted), "p4c-bm2-ss " + wanted + " is not on PATH");

    run(P4.resolve("compile").toString(), fresh.toString());

    for (String artefact : ARTEFACTS) {
      assertThat(fresh.resolve(artefact)).hasSameBinaryContentAs(COMPILED.resolve(artefact));
    }
    System.out.println(
        "p4c: compared: p4c-bm2-ss "
            + installed
            + " makes the committed artefacts, octet for octet");
  }

  private static List<String> manifest() throws IOException {
    return Files.readAllLines(COMPILED.resolve("manifest.sha256"));
  }

  private static Set<String> sourcesAndArtefacts() throws IOException {
    Set<String> files = new TreeSet<>(Set.of("p4c.options"));
    try (Stream<Path> sources = Files.list(P4.resolve("src"))) {
      sources.forEach(source -> files.add("src/" + source.getFileName()));
    }
    ARTEFACTS.forEach(artefact -> files.add("compiled/" + artefact));
    return files;
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private static String installedCompiler() throws Exception {
    try {
      Matcher version = Pattern.compile("Version (\\S+)").matcher(run("p4c-bm2-ss", "--version"));
      return version.find() ? version.group(1) : "of an unknown version";
    } catch (IOException e) {
      return "none";
    }
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("%s ended", command[0]).isTrue();
    assertThat(process.exitValue()).as("%s: %s", command[0], output).isZero();
    return output;
  }
}

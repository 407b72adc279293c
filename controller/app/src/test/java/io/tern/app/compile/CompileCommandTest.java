package io.tern.app.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.tern.p4.contract.TernPipeline;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/**
 * {@code tern compile} with a compiler that is a script: what it is asked, and what becomes of what
 * it does. What p4c itself makes of profiles is {@link ProfilesIT}'s.
 */
class CompileCommandTest {
  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int compile(String... arguments) {
    return new CommandLine(new CompileCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              command.getErr().print(e.getMessage());
              return ExitCode.SOFTWARE;
            })
        .execute(arguments);
  }

  /** A compiler that knows its version, and compiles by these lines of shell. */
  private String compiler(String... lines) throws Exception {
    Path script = directory.resolve("p4c");
    Files.writeString(
        script,
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'Version 1.2.3 (SHA: none)'; exit; fi\n"
            + String.join("\n", lines)
            + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script.toString();
  }

  /** A compiler that has the contract's artefacts at hand, and notes its arguments. */
  private String goodCompiler() throws Exception {
    Path artefacts = Files.createDirectories(directory.resolve("artefacts"));
    Files.write(artefacts.resolve("tern.json"), TernPipeline.bmv2Json());
    Files.writeString(artefacts.resolve("tern.p4info.txtpb"), TernPipeline.p4InfoText());
    return compiler("cp " + artefacts + "/* .", "echo \"$@\" >" + directory.resolve("arguments"));
  }

  private Path bundle() {
    return directory.resolve("bundle");
  }

  @Test
  void aBundleHasProgramP4InfoProfileSourcesAndTheirHashes() throws Exception {
    int exit =
        compile("--p4c", goodCompiler(), "--output", bundle().toString(), "--no-state", "--stats");

    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    assertThat(out.toString())
        .startsWith("tern compile: profile custom by p4c-bm2-ss 1.2.3: " + bundle())
        .containsPattern(
            "program [\\d,]+ octets, p4c [\\d.]+ s, \\d+ tables, \\d+ actions, \\d+ registers");
    assertThat(Files.readString(directory.resolve("arguments")))
        .startsWith("--std p4-16 ")
        .endsWith("--p4runtime-files tern.p4info.txtpb -o tern.json src/profile-custom.p4\n");
    assertThat(Files.readString(bundle().resolve("src/profile-custom.p4")))
        .contains("#define WITH_STATE 0\n");
    assertThat(Files.readString(bundle().resolve("profile.properties")))
        .contains("state = false\n");
    Bundle read = Bundle.read(bundle());
    assertThat(read.name()).isEqualTo("custom");
    assertThat(read.manifest().compilerVersion()).isEqualTo("1.2.3");
    assertThat(read.manifest().hashes())
        .containsKeys("tern.json", "tern.p4info.txtpb", "profile.properties", "src/tern.p4");
    try (Stream<Path> all = Files.walk(bundle())) {
      assertThat(all.filter(Files::isRegularFile).map(bundle()::relativize).map(Path::toString))
          .as("the manifest lists every file but itself")
          .hasSize(read.manifest().hashes().size() + 1);
    }
  }

  @Test
  void theDefaultProfileIsTheProgramItself() throws Exception {
    assertThat(compile("--p4c", goodCompiler(), "--output", bundle().toString())).isZero();

    assertThat(Files.readString(directory.resolve("arguments"))).endsWith(" src/tern.p4\n");
    assertThat(bundle().resolve("src")).isDirectoryNotContaining("glob:**profile*");
  }

  @Test
  void anOlderBundleIsReplaced() throws Exception {
    String good = goodCompiler();
    compile("--p4c", good, "--output", bundle().toString(), "--no-state");
    assertThat(compile("--p4c", good, "--output", bundle().toString(), "--profile", "core"))
        .isZero();
    assertThat(Bundle.read(bundle()).name()).isEqualTo("core");
    assertThat(bundle().resolve("src")).isDirectoryNotContaining("glob:**profile-custom*");
    assertNothingIsLeftOver();
  }

  @Test
  void anEmptyDirectoryIsFilled() throws Exception {
    Files.createDirectory(bundle());

    assertThat(compile("--p4c", goodCompiler(), "--output", bundle().toString())).isZero();

    assertThat(Bundle.read(bundle()).name()).isEqualTo("default");
  }

  @Test
  void aLinkToABundleStaysALink() throws Exception {
    String good = goodCompiler();
    compile("--p4c", good, "--output", bundle().toString(), "--no-state");
    Path current = Files.createSymbolicLink(directory.resolve("current"), bundle());

    assertThat(compile("--p4c", good, "--output", current.toString(), "--profile", "core"))
        .isZero();

    assertThat(current).isSymbolicLink();
    assertThat(Bundle.read(bundle()).name()).isEqualTo("core");
  }

  @Test
  void aDirectoryOfSomethingElseIsNotWrittenOver() throws Exception {
    Path home = Files.createDirectories(directory.resolve("home"));
    Files.writeString(home.resolve("letter"), "dear");

    assertRefused(home, home + " is neither empty nor a bundle: it is not written over");

    assertThat(home.resolve("letter")).hasContent("dear");
  }

  @Test
  void aDirectoryWithAManifestOfSomethingElseIsNotWrittenOver() throws Exception {
    Path artefacts = Files.createDirectories(directory.resolve("compiled"));
    Files.writeString(artefacts.resolve("tern.json"), "{}");
    Files.writeString(
        artefacts.resolve("manifest.sha256"), "# Written by p4/compile with p4c-bm2-ss 1.2.3\n");

    assertRefused(
        artefacts,
        artefacts
            + " is no bundle that tern compile wrote (manifest.sha256, line 1: expected '# Written"
            + " by tern compile with p4c-bm2-ss VERSION'): it is not written over");

    assertThat(artefacts.resolve("tern.json")).hasContent("{}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"notes.txt", "src/mine.p4", "src/.mine.p4.swp"})
  void aBundleWithAFileOfSomebodyElsesIsNotWrittenOver(String file) throws Exception {
    compile("--p4c", goodCompiler(), "--output", bundle().toString());
    Files.writeString(bundle().resolve(file), "mine");

    assertRefused(
        bundle(),
        bundle()
            + ": "
            + file
            + " is not of the bundle that is there: it is not written over; move it away, or"
            + " give --output another directory");

    assertThat(bundle().resolve(file)).hasContent("mine");
    assertThat(Bundle.read(bundle()).name()).isEqualTo("default");
  }

  @Test
  void aBundleWithAFolderOfSomebodyElsesIsNotWrittenOver() throws Exception {
    compile("--p4c", goodCompiler(), "--output", bundle().toString());
    Files.createDirectory(bundle().resolve("notes"));

    assertRefused(bundle(), bundle() + ": notes is not of the bundle that is there");

    assertThat(bundle().resolve("notes")).isDirectory();
  }

  @Test
  void aBundleInWhichAFileWasChangedIsNotWrittenOver() throws Exception {
    compile("--p4c", goodCompiler(), "--output", bundle().toString());
    Path changed = bundle().resolve("src/tern.p4");
    Files.writeString(changed, "// mine");

    assertRefused(bundle(), bundle() + ": src/tern.p4 was changed since tern compile wrote it");

    assertThat(changed).hasContent("// mine");
  }

  @Test
  void whatComesIntoTheBundleWhileTheNextOneIsCompiledIsNotLost() throws Exception {
    compile("--p4c", goodCompiler(), "--output", bundle().toString(), "--profile", "core");
    Path note = bundle().resolve("note");
    String slow = compiler("cp " + directory.resolve("artefacts") + "/* .", "echo mine >" + note);

    assertThat(compile("--p4c", slow, "--output", bundle().toString()))
        .isEqualTo(ExitCode.SOFTWARE);

    assertThat(err.toString()).startsWith(bundle() + ": note is not of the bundle that is there");
    assertThat(note).hasContent("mine");
    assertThat(Bundle.read(bundle()).name()).isEqualTo("core");
    assertNothingIsLeftOver();
  }

  @Test
  void aFileAndALinkToNothingAreNoDirectories() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "dear");
    assertRefused(file, file + " is no directory");
    assertThat(file).hasContent("dear");

    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("nothing"));
    assertRefused(link, link + " is no directory");
    assertThat(link).isSymbolicLink();
  }

  private void assertRefused(Path output, String message) throws Exception {
    err.getBuffer().setLength(0);
    String exploding = compiler("exit 9");

    assertThat(compile("--p4c", exploding, "--output", output.toString()))
        .isEqualTo(ExitCode.SOFTWARE);

    assertThat(err.toString()).as("it is found before the compiler runs").startsWith(message);
    assertNothingIsLeftOver();
  }

  @Test
  void whatTheCompilerSaidIsShownWhenItFails() throws Exception {
    String failing = compiler("echo 'src/vip.p4(1): error: no such thing' >&2", "exit 3");

    assertThat(compile("--p4c", failing, "--output", bundle().toString()))
        .isEqualTo(ExitCode.SOFTWARE);

    assertThat(err.toString())
        .startsWith(failing + " --std p4-16 ")
        .endsWith(" ended with 3:\nsrc/vip.p4(1): error: no such thing");
    assertThat(bundle()).doesNotExist();
    assertNothingIsLeftOver();
  }

  @Test
  void aCompilerThatDoesNotEndIsEndedWithItsChildren() throws Exception {
    Path child = directory.resolve("child");
    String endless = compiler("tail -f /dev/null &", "echo $! >" + child, "wait");

    assertThat(compile("--p4c", endless, "--timeout", "1", "--output", bundle().toString()))
        .isEqualTo(ExitCode.SOFTWARE);

    assertThat(err.toString()).endsWith(" did not end within 1 s (--timeout)");
    ProcessHandle.of(Long.parseLong(Files.readString(child).strip()))
        .ifPresent(handle -> handle.onExit().orTimeout(60, TimeUnit.SECONDS).join());
    assertNothingIsLeftOver();
  }

  @Test
  void aCompilerThatWritesNothingIsNotBelieved() throws Exception {
    assertThat(compile("--p4c", compiler("exit 0"), "--output", bundle().toString()))
        .isEqualTo(ExitCode.SOFTWARE);

    assertThat(err.toString()).endsWith(" succeeded and did not write tern.json");
  }

  @Test
  void aMissingCompilerIsExplained() {
    assertThat(compile("--p4c", "/nowhere/p4c-bm2-ss")).isEqualTo(ExitCode.SOFTWARE);

    assertThat(err.toString())
        .startsWith("/nowhere/p4c-bm2-ss cannot be run (")
        .contains("https://github.com/p4lang/p4c", "--p4c names it")
        .contains("Nothing else in Tern needs it");
  }

  @Test
  void aRelativePathToTheCompilerIsOneOfTheCurrentDirectory() throws Exception {
    Path good = Path.of(goodCompiler());
    Path relative = Path.of("").toAbsolutePath().relativize(good.toAbsolutePath());

    int exit = compile("--p4c", relative.toString(), "--output", bundle().toString());

    assertThat(err.toString()).isEmpty();
    assertThat(exit).isZero();
    assertThat(Bundle.read(bundle()).manifest().compilerVersion()).isEqualTo("1.2.3");
  }

  @Test
  void aRelativePathWithoutACompilerIsNamedAsItWasLookedFor() {
    assertThat(compile("--p4c", "nowhere/p4c-bm2-ss")).isEqualTo(ExitCode.SOFTWARE);

    assertThat(err.toString())
        .startsWith(Path.of("nowhere/p4c-bm2-ss").toAbsolutePath() + " cannot be run (");
  }

  @Test
  void anotherProgramIsNoCompiler() {
    assertThat(compile("--p4c", "false")).isEqualTo(ExitCode.SOFTWARE);

    assertThat(err.toString())
        .startsWith("false --version ended with 1 and names no version: this is no p4c");
  }

  @Test
  void theProfilesThatThereAreAreListed() {
    assertThat(compile("--list-profiles")).isZero();

    assertThat(out.toString())
        .contains(
            "default      ipv4, ipv6; plaintext, single-pass, four-pass; l2, ipip, gue, nat; state true\n")
        .contains("\nl2-dsr       ipv4, ipv6; plaintext, single-pass, four-pass; l2; state true\n");
  }

  @Test
  void whatCannotBeCompiledIsWrongUsage() {
    assertThat(compile("--profile", "l2-drs")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains(
            "--profile 'l2-drs': no such file, and no profile that Tern knows: expected one of default, clear-text, ipv4-only, ipv6-only, l2-dsr, no-state, core");

    assertThat(compile("--size", "vip=many")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("size of vip: 'many': expected a whole number");

    assertThat(compile("--timeout", "0")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--timeout 0: expected at least 1 second");
  }

  private void assertNothingIsLeftOver() throws Exception {
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".tern-compile"));
    }
  }
}

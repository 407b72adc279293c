package io.tern.app.compile;

import static java.util.Objects.requireNonNull;

import io.tern.p4.contract.TernSources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The BMv2 back end of p4c, as a process that is given a limited time. Immutable. */
final class P4Compiler {
  /** What a bundle calls the program. */
  static final String PROGRAM = "tern.json";

  /** What a bundle calls the P4Info. */
  static final String P4INFO = "tern.p4info.txtpb";

  /** The name that is looked for on PATH. */
  static final String COMMAND = "p4c-bm2-ss";

  private static final Duration VERSION_TIMEOUT = Duration.ofSeconds(30);
  private static final Pattern VERSION = Pattern.compile("Version (\\S+)");
  // A program that does not compile can say so thousands of times.
  private static final int MAX_SAID = 16_000;

  private final String command;
  private final Duration timeout;
  private final String version;

  private P4Compiler(String command, Duration timeout, String version) {
    this.command = command;
    this.timeout = timeout;
    this.version = version;
  }

  /**
   * Looks for p4c.
   *
   * @param command its name on PATH, or its path; a relative path is one of the current directory
   * @param timeout for one program
   * @throws CompilerException if there is none; says what it is and where to get it
   * @throws IOException if a temporary file cannot be written
   * @throws InterruptedException if the thread is interrupted while p4c runs; p4c is ended
   */
  static P4Compiler find(String command, Duration timeout)
      throws CompilerException, IOException, InterruptedException {
    requireNonNull(timeout, "timeout");
    String executable = executable(requireNonNull(command, "command"));
    Path said = Files.createTempFile("tern-p4c", ".txt");
    try {
      Process process = start(List.of(executable, "--version"), Path.of("").toAbsolutePath(), said);
      await(process, VERSION_TIMEOUT, executable + " --version");
      Matcher version = VERSION.matcher(read(said));
      if (process.exitValue() != 0 || !version.find()) {
        throw new CompilerException(
            executable
                + " --version ended with "
                + process.exitValue()
                + " and names no version: this"
                + " is no p4c. It said:\n"
                + read(said));
      }
      return new P4Compiler(executable, timeout, version.group(1));
    } finally {
      Files.deleteIfExists(said);
    }
  }

  /** p4c works in other directories than this one, where a relative path would lead elsewhere. */
  private static String executable(String command) {
    return command.contains("/") ? Path.of(command).toAbsolutePath().toString() : command;
  }

  /**
   * A program that compiled.
   *
   * @param taken by p4c
   * @param warnings the first line of each
   */
  record Compilation(Duration taken, List<String> warnings) {
    Compilation {
      requireNonNull(taken, "taken");
      warnings = List.copyOf(warnings);
    }
  }

  /** As p4c names it. */
  String version() {
    return version;
  }

  /**
   * Compiles a program to {@link #PROGRAM} and {@link #P4INFO}.
   *
   * @param directory where p4c works, reads and writes
   * @param source the top-level file, relative to it: the program names its sources like this
   * @return how long p4c took, and its warnings
   * @throws CompilerException if p4c fails, with what it said, or takes too long
   * @throws IOException if p4c cannot be started
   * @throws InterruptedException if the thread is interrupted while p4c runs; p4c is ended
   */
  Compilation compile(Path directory, String source)
      throws CompilerException, IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    arguments.add(command);
    arguments.addAll(TernSources.compilerOptions());
    arguments.addAll(List.of("--p4runtime-files", P4INFO, "-o", PROGRAM, source));
    Path said = directory.resolve("p4c.log");
    long begin = System.nanoTime();
    Process process = start(arguments, directory, said);
    await(process, timeout, String.join(" ", arguments));
    Duration taken = Duration.ofNanos(System.nanoTime() - begin);
    if (process.exitValue() != 0) {
      throw new CompilerException(
          String.join(" ", arguments) + " ended with " + process.exitValue() + ":\n" + read(said));
    }
    for (String output : List.of(PROGRAM, P4INFO)) {
      if (!Files.isRegularFile(directory.resolve(output))) {
        throw new CompilerException(command + " succeeded and did not write " + output);
      }
    }
    List<String> warnings = read(said).lines().filter(line -> line.contains("warning:")).toList();
    Files.delete(said);
    return new Compilation(taken, warnings);
  }

  private static Process start(List<String> arguments, Path directory, Path said)
      throws CompilerException, IOException {
    ProcessBuilder builder =
        new ProcessBuilder(arguments)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(said.toFile());
    // Messages in one language: they are shown, and the version is read.
    builder.environment().put("LC_ALL", "C");
    try {
      return builder.start();
    } catch (IOException e) {
      throw new CompilerException(missing(arguments.get(0), e));
    }
  }

  private static String missing(String command, IOException e) {
    return command
        + " cannot be run ("
        + e.getMessage()
        + ").\n"
        + "It is the BMv2 back end of the P4 compiler: https://github.com/p4lang/p4c (README,"
        + " \"Installing packaged versions of p4c\" or \"Installing p4c from source\"); --p4c names"
        + " it where it is not on PATH.\n"
        + "Nothing else in Tern needs it: the default profile's program is built in, and"
        + " \"tern serve\" uses that.";
  }

  private static void await(Process process, Duration timeout, String what)
      throws CompilerException, InterruptedException {
    try {
      if (process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      end(process);
      throw e;
    }
    end(process);
    throw new CompilerException(
        what + " did not end within " + timeout.toSeconds() + " s (--timeout)");
  }

  /** With the preprocessor that p4c started. */
  private static void end(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  private static String read(Path said) throws IOException {
    try (var in = Files.newInputStream(said)) {
      String text = new String(in.readNBytes(MAX_SAID), StandardCharsets.UTF_8).stripTrailing();
      return Files.size(said) > MAX_SAID ? text + "\n[...]" : text;
    }
  }
}

package io.tern.app.demo;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that talks in lines of JSON over its standard input and output; what it says on
 * standard error goes to a log. Not thread-safe, but for {@link #close}.
 */
final class ChildProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final String name;
  private final Path log;
  private final Process process;
  private final BufferedWriter in;
  private final BufferedReader out;

  private ChildProcess(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
    this.in =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Starts it.
   *
   * @param name for errors
   */
  static ChildProcess start(String name, Path log, List<String> command) throws IOException {
    requireNonNull(name, "name");
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return new ChildProcess(name, log, process);
  }

  /** Writes one line. */
  void write(Object value) throws IOException {
    try {
      in.write(JSON.writeValueAsString(value));
      in.newLine();
      in.flush();
    } catch (IOException e) {
      throw new IOException(name + " has ended; its log: " + log, e);
    }
  }

  /**
   * Its next line; waits for it.
   *
   * @throws IOException if it ends without one
   */
  <T> T read(Class<T> type) throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new IOException(name + " has ended too early; its log: " + log);
    }
    return JSON.readValue(line, type);
  }

  /** Asks it to end by closing its standard input, and kills it after three seconds. */
  @Override
  public void close() {
    try {
      in.close();
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

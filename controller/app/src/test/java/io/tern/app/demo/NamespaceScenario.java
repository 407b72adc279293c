package io.tern.app.demo;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process in {@link PrivateNamespaces} that plays one scenario and says how it went. */
final class NamespaceScenario {
  private static final Logger logger = LoggerFactory.getLogger(NamespaceScenario.class);

  private final Path directory;
  private final Class<?> main;

  /**
   * @param directory of the test; gets the logs
   * @param main reads its task from {@link ParentProcess} and writes its result there
   */
  NamespaceScenario(Path directory, Class<?> main) {
    this.directory = directory;
    this.main = main;
  }

  /**
   * Skips the test, visibly, where there can be no such process.
   *
   * @param what does not run then
   */
  static void assumePossible(String what) throws IOException, InterruptedException {
    List<String> obstacles =
        PrivateNamespaces.obstacles(PrivateNamespaces.tools(), PrivateNamespaces.Pins.PRIVATE);
    if (!obstacles.isEmpty()) {
      System.out.println("NOT RUN: " + what + "; it would need " + obstacles);
    }
    assumeTrue(obstacles.isEmpty(), () -> "not run; it would need " + obstacles);
  }

  /**
   * The scenario's result.
   *
   * @throws IOException with all logs, if it has none
   */
  JsonNode run(Object task) throws IOException {
    List<String> command =
        PrivateNamespaces.inside(
            ChildJvm.command(directory, List.of("-Xmx256m"), main.getName()),
            PrivateNamespaces.Pins.PRIVATE);
    try (ChildProcess scenario =
        ChildProcess.start(main.getSimpleName(), directory.resolve("scenario.log"), command)) {
      scenario.write(task);
      return scenario.read(JsonNode.class);
    } catch (IOException e) {
      throw new IOException(logs(), e);
    }
  }

  /** What it does with its task, in its own process. */
  interface Play<T> {
    Object resultOf(T task) throws Exception;
  }

  /** The {@code main} of a scenario: the other end of {@link #run}. Ends the process. */
  static <T> void play(Class<T> type, Play<T> play) {
    int status = 1;
    try {
      ParentProcess parent = new ParentProcess(System.in, System.out);
      T task = requireNonNull(parent.read(type), "no task");
      parent.haltAtEnd();
      parent.write(play.resultOf(task));
      status = 0;
    } catch (Exception e) {
      logger.error("the scenario cannot go on", e);
    }
    Runtime.getRuntime().halt(status);
  }

  /** What all processes of the scenario said, to explain a failure. */
  String logs() {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).sorted().toList()) {
        text.append(file).append(": ").append(Files.readString(file)).append('\n');
      }
    } catch (IOException e) {
      text.append(e);
    }
    return text.toString();
  }
}

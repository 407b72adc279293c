package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A QUIC server of two processes is restarted under load: the new processes take new connections,
 * the old ones keep theirs until they end. {@code -Dtern.restarts=100} for many. Wants root, and
 * says so where it is not.
 */
class RollingRestartIT {
  private static final int RESTARTS = Integer.getInteger("tern.restarts", 3);
  private static final int WORKERS = 2;
  private static final int CLIENTS = 16;

  @TempDir private Path directory;

  @BeforeEach
  void needsRoot() throws Exception {
    List<String> obstacles =
        PrivateNamespaces.obstacles(PrivateNamespaces.tools(), PrivateNamespaces.Pins.PRIVATE);
    if (!obstacles.isEmpty()) {
      System.out.println("NOT RUN: the rolling restart; it would need " + obstacles);
    }
    assumeTrue(obstacles.isEmpty(), () -> "not run; it would need " + obstacles);
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void noConnectionIsLost() throws Exception {
    JsonNode result = run(RESTARTS, true);

    System.out.println("rolling restart, " + RESTARTS + " restarts: " + result);
    assertThat(result.get("lost")).as(logs()).isEmpty();
    assertThat(result.get("connections").asInt()).isGreaterThan(CLIENTS);
    assertThat(result.get("rebindings").asInt()).isEqualTo(result.get("connections").asInt());
    assertThat(result.get("served").asInt())
        .isGreaterThanOrEqualTo(result.get("connections").asInt());
    assertThat(result.get("byCid").asLong()).isGreaterThan(result.get("byHash").asLong());
    assertThat(result.get("noneAccepts").asLong()).isZero();
  }

  /** The same with the kernel's choice: what the test above would see if nobody steered. */
  @Test
  void withoutSteeringConnectionsAreLost() throws Exception {
    JsonNode result = run(1, false);

    assertThat(result.get("lost")).isNotEmpty();
  }

  private JsonNode run(int restarts, boolean steering) throws IOException {
    List<String> command =
        PrivateNamespaces.inside(
            ChildJvm.command(directory, List.of("-Xmx192m"), RollingRestart.class.getName()),
            PrivateNamespaces.Pins.PRIVATE);
    try (ChildProcess scenario =
        ChildProcess.start("the restarts", directory.resolve("scenario.log"), command)) {
      scenario.write(
          new RollingRestart.Task(restarts, WORKERS, CLIENTS, steering, directory.toString()));
      return scenario.read(JsonNode.class);
    } catch (IOException e) {
      throw new IOException(logs(), e);
    }
  }

  private String logs() {
    StringBuilder text = new StringBuilder();
    for (String log : List.of("scenario.log", "workers.log")) {
      try {
        text.append(log).append(": ").append(Files.readString(directory.resolve(log)));
      } catch (IOException e) {
        text.append(log).append(": ").append(e);
      }
    }
    return text.toString();
  }
}

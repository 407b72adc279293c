package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
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
    NamespaceScenario.assumePossible("the rolling restart");
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void noConnectionIsLost() throws Exception {
    JsonNode result = run(RESTARTS, true);

    System.out.println("rolling restart, " + RESTARTS + " restarts: " + result);
    assertThat(result.get("lost")).as(scenario().logs()).isEmpty();
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
    return scenario()
        .run(new RollingRestart.Task(restarts, WORKERS, CLIENTS, steering, directory.toString()));
  }

  private NamespaceScenario scenario() {
    return new NamespaceScenario(directory, RollingRestart.class);
  }
}

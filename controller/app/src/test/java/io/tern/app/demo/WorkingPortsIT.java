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
 * A QUIC server whose two processes have a port each is restarted under load behind NAT: the new
 * processes get other ports and take new connections, the old ones keep theirs until they end (see
 * {@link WorkingPorts}). {@code -Dtern.restarts=100} for many. Wants root, and says so where it is
 * not.
 */
class WorkingPortsIT {
  private static final int RESTARTS = Integer.getInteger("tern.restarts", 3);
  private static final int WORKERS = 2;
  private static final int CLIENTS = 16;

  @TempDir private Path directory;

  @BeforeEach
  void needsRoot() throws Exception {
    NamespaceScenario.assumePossible("the rolling restart behind NAT");
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void noConnectionIsLost() throws Exception {
    JsonNode result = run(RESTARTS, true, 15_000);

    System.out.println("working ports, " + RESTARTS + " restarts: " + result);
    int connections = result.at("/clients/connections").asInt();
    assertThat(result.at("/clients/lost")).as("%s", result).isEmpty();
    assertThat(connections).isGreaterThan(CLIENTS);
    assertThat(result.at("/clients/rebindings").asInt()).isEqualTo(connections);
    assertThat(result.get("served").asInt()).isGreaterThanOrEqualTo(connections);
    assertThat(result.get("backendsLeft").asInt()).isZero();
    JsonNode packets = result.get("byReason");
    assertThat(packets.get("routed_by_cid").asLong())
        .as("%s", result)
        .isGreaterThan(
            packets.get("fallback_unknown_codepoint").asLong()
                + packets.get("fallback_unknown_server").asLong());
    assertThat(packets.get("return_path").asLong()).as("%s", result).isPositive();
    assertThat(packets.get("dangling_backend").asLong()).as("%s", result).isZero();
  }

  /** The same with old backends that are deleted instead of drained: what draining is for. */
  @Test
  void withoutDrainingConnectionsAreLost() throws Exception {
    JsonNode result = run(1, false, 4_000);

    assertThat(result.at("/clients/lost")).isNotEmpty();
  }

  private JsonNode run(int restarts, boolean draining, long stallAfterMillis) throws IOException {
    return new NamespaceScenario(directory, WorkingPorts.class)
        .run(
            new WorkingPorts.Task(
                restarts, WORKERS, CLIENTS, draining, stallAfterMillis, directory.toString()));
  }
}

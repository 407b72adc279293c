package io.tern.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tern.app.demo.FabricFailure.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody spoils the switch in front of real servers in the middle of transfers, and the servers'
 * XDP keeps the connections alive, those that migrate afterwards among them (see {@link
 * FabricFailure}). Wants root, and says so where it is not; BMv2 is one of the switches where it is
 * on PATH.
 */
class FabricFailureIT {
  private static final int CLIENTS = 20;

  @TempDir private Path directory;

  @BeforeEach
  void needsRoot() throws Exception {
    NamespaceScenario.assumePossible("a spoilt fabric");
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void noConnectionDiesWithTheSwitchWhereTheServersSteer() throws Exception {
    List<Model> models = models();

    JsonNode result = run(models);

    System.out.println("spoilt fabric, " + models + ": " + result);
    for (Model model : models) {
      JsonNode steps = result.at("/steps/" + model);
      assertThat(steps.size()).isEqualTo(7);
      steps
          .properties()
          .forEach(
              step ->
                  assertThat(step.getValue().at("/clients/alive").asInt())
                      .as(
                          "%s, %s: %s; %s",
                          model, step.getKey(), step.getValue(), scenario().logs())
                      .isEqualTo(CLIENTS));
      for (String migrated :
          List.of("right, migrated", "hashes", "exchanged", "repaired", "and migrated")) {
        assertThat(steps.at("/" + migrated + "/clients/moved").asInt())
            .as("%s, %s", model, migrated)
            .isEqualTo(CLIENTS);
      }
      // While the switch is right there is nothing to do for the servers.
      assertThat(steps.at("/right, migrated/steered").asLong()).as("%s", steps).isZero();
      assertThat(steps.at("/hashes/steered").asLong()).as("%s", steps).isPositive();
      // Two chunks of two packets and more from each client, none of them to its server.
      assertThat(steps.at("/exchanged/steered").asLong())
          .as("%s", steps)
          .isGreaterThan(4 * CLIENTS);
      assertThat(steps.at("/and migrated/steered").asLong()).as("%s", steps).isZero();
    }

    JsonNode without = result.at("/withoutXdp");
    assertThat(without.at("/right, migrated/clients/alive").asInt())
        .as("the switch alone: %s", without)
        .isEqualTo(CLIENTS);
    assertThat(without.at("/hashes/clients/alive").asInt())
        .as("who came to another server: %s", without)
        .isLessThan(CLIENTS);
    assertThat(without.at("/exchanged/clients/alive").asInt()).as("%s", without).isZero();
  }

  private static List<Model> models() throws Exception {
    List<Model> models = new ArrayList<>(List.of(Model.EMBEDDED));
    List<String> missing =
        PrivateNamespaces.obstacles(
            List.of(new PrivateNamespaces.Tool(Bmv2Process.PROGRAM, "BMv2")),
            PrivateNamespaces.Pins.PRIVATE);
    if (missing.isEmpty()) {
      models.add(Model.BMV2);
    } else {
      System.out.println("NOT RUN: a spoilt fabric of BMv2; it would need " + missing);
    }
    return models;
  }

  private JsonNode run(List<Model> models) throws IOException {
    return scenario().run(new FabricFailure.Task(models, CLIENTS, 17, directory.toString()));
  }

  private NamespaceScenario scenario() {
    return new NamespaceScenario(directory, FabricFailure.class);
  }
}

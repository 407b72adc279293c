package io.tern.agent.neighbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tern.agent.TestAgents;
import io.tern.agent.TestInterfaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NetworkWatcherIT {
  private static final Duration NEVER = Duration.ofDays(1);

  @BeforeAll
  static void requireRoot() throws IOException {
    TestAgents.requireRoot(NetworkWatcherIT.class);
  }

  @Test
  void aNetworkThatNeverRestsIsLookedAtAllTheSame() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    AtomicBoolean restless = new AtomicBoolean(true);
    try (TestInterfaces interfaces = new TestInterfaces(1);
        NetworkWatcher watcher = new NetworkWatcher(looks::incrementAndGet, () -> {}, NEVER)) {
      Path alias = Path.of("/sys/class/net", interfaces.name(0), "ifalias");
      Thread changing =
          new Thread(
              () -> {
                for (int i = 0; restless.get(); i++) {
                  change(alias, i);
                }
              });
      changing.start();
      try {
        await().atMost(Duration.ofSeconds(30)).until(() -> looks.get() >= 3);
        assertThat(changing.isAlive()).as("it changes without a pause").isTrue();
      } finally {
        restless.set(false);
        changing.join();
      }
      assertThat(watcher).isNotNull();
    }
  }

  @Test
  void aLookThatFailsIsNotTheLast() throws IOException {
    AtomicInteger looks = new AtomicInteger();
    Runnable failing =
        () -> {
          if (looks.incrementAndGet() == 1) {
            throw new IllegalStateException("the first look fails, as the test wants");
          }
        };
    try (TestInterfaces interfaces = new TestInterfaces(1);
        NetworkWatcher watcher = new NetworkWatcher(failing, () -> {}, NEVER)) {
      Path alias = Path.of("/sys/class/net", interfaces.name(0), "ifalias");
      AtomicInteger number = new AtomicInteger();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                change(alias, number.incrementAndGet());
                return looks.get() >= 2;
              });
      assertThat(watcher).isNotNull();
    }
  }

  private static void change(Path alias, int number) {
    try {
      Files.writeString(alias, "change " + number);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.tern.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.tern.core.intent.IntentStore;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that writes is killed, without notice, in the middle of it. */
class StoreKillIT {
  private static final int ROUNDS = 3;
  private static final int ACKNOWLEDGED_BEFORE_THE_KILL = 40;

  @TempDir Path directory;

  /** Adds pools for ever, and prints the revision of each once the store has accepted it. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws Exception {
      try (IntentStore store = SqliteIntentStore.open(Path.of(arguments[0]))) {
        for (int i = store.current().pools().size() + 1; i < 65_536; i++) {
          System.out.println(store.update(Intents.addPool("p" + i, i)).revision());
        }
      }
    }
  }

  @Test
  void everyAcknowledgedRevisionIsThereAfterKillMinusNine() throws Exception {
    Path file = directory.resolve("intent.db");
    for (int round = 0; round < ROUNDS; round++) {
      long acknowledged = writeUntilKilled(file);
      try (IntentStore store = SqliteIntentStore.open(file)) {
        assertThat(store.current().revision()).isGreaterThanOrEqualTo(acknowledged);
        // One pool with each revision: none is missing, none is there twice.
        assertThat(store.current().pools()).hasSize((int) store.current().revision());
      }
    }
  }

  private static long writeUntilKilled(Path file) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long last = 0;
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII))) {
      for (int i = 0; i < ACKNOWLEDGED_BEFORE_THE_KILL; ) {
        String line = output.readLine();
        assertThat(line).as("output of the writer").isNotNull();
        if (line.matches("\\d+")) { // The rest is its log.
          last = Long.parseLong(line);
          i++;
        }
      }
      // By its handle: Process.destroyForcibly() would close the pipe, and what it still holds
      // counts.
      assertThat(process.toHandle().destroyForcibly()).isTrue();
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.matches("\\d+")) {
          last = Long.parseLong(line);
        }
      }
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    return last;
  }
}

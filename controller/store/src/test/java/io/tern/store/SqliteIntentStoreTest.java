package io.tern.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.IntentStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteIntentStoreTest extends IntentStoreContract {
  @TempDir Path directory;

  @Override
  IntentStore open() throws Exception {
    return SqliteIntentStore.open(directory.resolve("contract.db"));
  }

  @Test
  void everyKindOfResourceComesBackAsItWas() throws Exception {
    Path file = directory.resolve("intent.db");
    Intent written;
    try (IntentStore store = SqliteIntentStore.open(file)) {
      written = store.update(intent -> Intents.everyKind());
    }
    try (IntentStore store = SqliteIntentStore.open(file)) {
      assertThat(store.current()).isEqualTo(written);
      assertThat(store.update(intent -> Intents.everyKind())).isEqualTo(written);
    }
  }

  @Test
  void deletedResourcesStayDeleted() throws Exception {
    Path file = directory.resolve("intent.db");
    try (IntentStore store = SqliteIntentStore.open(file)) {
      store.update(Intents.addPool("a", 1));
      store.update(Intents.addPool("b", 2));
      store.update(intent -> Intents.withoutPool(intent, "a"));
    }
    try (IntentStore store = SqliteIntentStore.open(file)) {
      assertThat(store.current().revision()).isEqualTo(3);
      assertThat(store.current().pools()).containsOnlyKeys("b");
    }
  }

  @Test
  void whatWasAcceptedSurvivesTheEndOfTheProcessAtAnyMoment() throws Exception {
    Path file = directory.resolve("intent.db");
    List<Intent> accepted = new ArrayList<>();
    try (IntentStore store = SqliteIntentStore.open(file)) {
      accepted.add(store.update(intent -> Intents.everyKind()));
      for (int i = 2; i <= 20; i++) {
        accepted.add(store.update(Intents.addPool("p" + i, i)));
        Path image = crashImage(file, "crash-" + i);
        try (IntentStore restored = SqliteIntentStore.open(image)) {
          assertThat(restored.current()).isEqualTo(accepted.get(accepted.size() - 1));
        }
      }
    }
  }

  @Test
  void electionIdsGrowOverCrashes() throws Exception {
    Path file = directory.resolve("intent.db");
    long last = 0;
    for (int run = 0; run < 3; run++) {
      try (IntentStore store = SqliteIntentStore.open(file)) {
        long first = store.nextElectionId();
        assertThat(first).isGreaterThan(last);
        last = store.nextElectionId();
        assertThat(last).isGreaterThan(first);
        file = crashImage(file, "crash-" + run);
      }
    }
  }

  @Test
  void aRevisionWritesOnlyTheRowsThatItChanges() throws Exception {
    Path file = directory.resolve("intent.db");
    try (IntentStore store = SqliteIntentStore.open(file)) {
      store.update(Intents.addPool("a", 1));
      store.update(Intents.addPool("b", 2));
      store.update(Intents.addPool("a", 3));
    }
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery("SELECT name, revision FROM resources ORDER BY name")) {
      while (found.next()) {
        rows.add(found.getString(1) + "@" + found.getLong(2));
      }
    }
    assertThat(rows).containsExactly("pools/a@3", "pools/b@2");
  }

  @Test
  void onlyTheOwnerCanReadTheFilesBecauseTheyHoldKeys() throws Exception {
    Path file = directory.resolve("intent.db");
    try (IntentStore store = SqliteIntentStore.open(file)) {
      store.update(intent -> Intents.everyKind());
      Set<String> modes = new TreeSet<>();
      try (var files = Files.newDirectoryStream(directory, "intent.db*")) {
        for (Path path : files) {
          modes.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        }
      }
      assertThat(modes).containsExactly("rw-------");
    }
  }

  @Test
  void aFileThatOthersCouldReadIsClosedToThem() throws Exception {
    Path file = directory.resolve("intent.db");
    SqliteIntentStore.open(file).close();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    SqliteIntentStore.open(file).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void aDeletedKeyIsGoneFromTheFile() throws Exception {
    Path file = directory.resolve("intent.db");
    try (IntentStore store = SqliteIntentStore.open(file)) {
      store.update(intent -> Intents.everyKind());
    }
    assertThat(content(file)).contains(Intents.SECRET);
    try (IntentStore store = SqliteIntentStore.open(file)) {
      store.update(intent -> Intent.EMPTY);
    }
    assertThat(content(file)).doesNotContain(Intents.SECRET);
  }

  @Test
  void aFullDiskRefusesTheChangeAndLosesNothing() throws Exception {
    Path file = directory.resolve("intent.db");
    Intent last = Intent.EMPTY;
    try (IntentStore store = SqliteIntentStore.openLimited(file, 12)) {
      IntentException refusal = null;
      for (int i = 1; i < 1_000 && refusal == null; i++) {
        try {
          last = store.update(Intents.addPool("pool-" + i, i));
        } catch (IntentException e) {
          refusal = e;
        }
      }
      assertThat(refusal).isNotNull();
      assertThat(refusal.kind()).isEqualTo(IntentException.Kind.UNAVAILABLE);
      assertThat(refusal).hasMessageContaining("SQLITE_FULL").hasMessageContaining(file.toString());
      assertThat(store.current()).isSameAs(last);

      // Room again: the same store goes on.
      last = store.update(intent -> Intents.withoutPool(intent, "pool-1"));
      last = store.update(Intents.addPool("pool-1", 1));
    }
    try (IntentStore store = SqliteIntentStore.open(file)) {
      assertThat(store.current()).isEqualTo(last);
    }
  }

  @Test
  void noMessageOfAFailureShowsAKey() throws Exception {
    Path file = directory.resolve("intent.db");
    try (IntentStore store = SqliteIntentStore.openLimited(file, 5)) {
      assertThatThrownBy(() -> store.update(intent -> tooMuchFor(5)))
          .isInstanceOf(IntentException.class)
          .satisfies(
              e -> {
                for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                  assertThat(cause.toString()).doesNotContain(Intents.SECRET);
                }
              });
    }
  }

  private static Intent tooMuchFor(int pages) {
    Intent intent = Intents.everyKind();
    for (int i = 0; i < pages * 4096 / 50; i++) {
      intent = Intents.withPool(intent, Intents.pool("more-" + i, 100 + i));
    }
    return intent;
  }

  /** What another process would find if this one were killed now. */
  private Path crashImage(Path file, String name) throws Exception {
    Path image = directory.resolve(name + ".db");
    Files.copy(file, image);
    Files.copy(
        file.resolveSibling(file.getFileName() + "-wal"), directory.resolve(name + ".db-wal"));
    return image;
  }

  private static String content(Path file) throws Exception {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }
}

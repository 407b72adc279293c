package io.tern.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tern.core.intent.IntentStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that a store must not open, and must not change. */
class SqliteRefusalTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void writeAStore() throws Exception {
    file = directory.resolve("intent.db");
    try (IntentStore store = SqliteIntentStore.open(file)) {
      store.update(intent -> Intents.everyKind());
    }
  }

  @Test
  void aSecondControllerIsToldThatTheFileIsInUse() throws Exception {
    try (IntentStore first = SqliteIntentStore.open(file)) {
      assertThat(refusal().kind()).isEqualTo(StoreException.Kind.LOCKED);
      assertThat(refusal())
          .hasMessageContaining(file.toString())
          .hasMessageContaining("another controller");
      // The attempt took nothing from the first one.
      assertThat(first.update(Intents.addPool("more", 3)).revision()).isEqualTo(2);
    }
    SqliteIntentStore.open(file).close();
  }

  @Test
  void aDamagedHeader() throws Exception {
    byte[] damaged = Files.readAllBytes(file);
    damaged[3] ^= 0x55;
    refusedUnchanged(damaged, StoreException.Kind.CORRUPT);
  }

  @Test
  void damagedPages() throws Exception {
    byte[] damaged = Files.readAllBytes(file);
    byte[] noise = new byte[damaged.length - 4096];
    new Random(1).nextBytes(noise);
    System.arraycopy(noise, 0, damaged, 4096, noise.length);
    refusedUnchanged(damaged, StoreException.Kind.CORRUPT);
  }

  @Test
  void aTruncatedFile() throws Exception {
    byte[] whole = Files.readAllBytes(file);
    refusedUnchanged(java.util.Arrays.copyOf(whole, 4096 + 100), StoreException.Kind.CORRUPT);
  }

  @Test
  void aFileThatIsNoDatabase() throws Exception {
    refusedUnchanged(
        "intent: none\n".repeat(100).getBytes(StandardCharsets.US_ASCII),
        StoreException.Kind.CORRUPT);
  }

  @Test
  void aLogWhoseDatabaseIsGone() throws Exception {
    Files.copy(file, directory.resolve("intent.db-wal"));
    Files.delete(file);
    assertThat(refusal().kind()).isEqualTo(StoreException.Kind.CORRUPT);
    assertThat(directory.resolve("intent.db-wal")).exists();
    assertThat(file).doesNotExist();
  }

  @Test
  void theDatabaseOfAnotherApplication() throws Exception {
    Path other = directory.resolve("other.db");
    sql(other, "CREATE TABLE bookmarks (url TEXT)");
    byte[] before = Files.readAllBytes(other);
    assertThatThrownBy(() -> SqliteIntentStore.open(other))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.NOT_A_STORE))
        .hasMessageContaining("another application");
    assertThat(Files.readAllBytes(other)).isEqualTo(before);
  }

  @Test
  void aStoreOfANewerTern() throws Exception {
    sql(file, "INSERT INTO migrations VALUES (99, '2030-01-01T00:00:00Z')");
    assertThat(refusal().kind()).isEqualTo(StoreException.Kind.NEWER_SCHEMA);
    assertThat(refusal()).hasMessageContaining("99");
  }

  @Test
  void aResourceThatIsNoJsonIsNamedAndNotShown() throws Exception {
    sql(
        file,
        "UPDATE resources SET document = replace(document, '\"sidSpace\"', 'oops')"
            + " WHERE name = 'pools/web/cidConfigs/6'");
    StoreException refusal = refusal();
    assertThat(refusal.kind()).isEqualTo(StoreException.Kind.CORRUPT);
    assertThat(refusal)
        .hasMessageContaining("pools/web/cidConfigs/6")
        .hasMessageContaining("not JSON")
        .hasMessageNotContaining(Intents.SECRET);
  }

  @Test
  void aResourceThatLacksAFieldSaysWhichOne() throws Exception {
    sql(
        file,
        "UPDATE resources SET document = json_remove(document, '$.weight')"
            + " WHERE name = 'pools/web/backends/b-1'");
    assertThat(refusal())
        .hasMessageContaining("pools/web/backends/b-1")
        .hasMessageContaining("\"weight\" is missing");
  }

  @Test
  void aKeyOfTheWrongLengthIsNotShown() throws Exception {
    sql(
        file,
        "UPDATE resources SET document = replace(document, '"
            + Intents.SECRET
            + "', '"
            + Intents.SECRET
            + "00')");
    assertThat(refusal())
        .hasMessageContaining("pools/web/cidConfigs/6")
        .hasMessageNotContaining(Intents.SECRET);
  }

  @Test
  void aResourceWhosePoolIsGone() throws Exception {
    sql(file, "DELETE FROM resources WHERE name = 'pools/dns'");
    assertThat(refusal()).hasMessageContaining("refers to pools/dns");
  }

  @Test
  void aRowUnderTheNameOfAnother() throws Exception {
    sql(file, "UPDATE resources SET name = 'pools/other' WHERE name = 'pools/dns'");
    assertThat(refusal()).hasMessageContaining("pools/other").hasMessageContaining("pools/dns");
  }

  @Test
  void aResourceOfAnUnknownKindIsNotSilentlyLost() throws Exception {
    sql(file, "INSERT INTO resources VALUES ('tunnel', 'tunnels/t', 1, '{}')");
    assertThat(refusal()).hasMessageContaining("unknown kind");
  }

  @Test
  void aMissingDirectory() {
    file = directory.resolve("nowhere/intent.db");
    assertThat(refusal().kind()).isEqualTo(StoreException.Kind.INPUT_OUTPUT);
    assertThat(refusal()).hasMessageContaining("directory does not exist");
  }

  @Test
  void aDirectoryInPlaceOfTheFile() {
    file = directory;
    assertThat(refusal()).hasMessageContaining("is a directory");
  }

  @Test
  void aPathThatTheDriverWouldReadDifferently() {
    file = directory.resolve("intent.db?mode=memory");
    assertThat(refusal()).hasMessageContaining("must not contain");
  }

  private void refusedUnchanged(byte[] content, StoreException.Kind kind) throws Exception {
    Files.write(file, content);
    assertThat(refusal().kind()).isEqualTo(kind);
    assertThat(refusal()).hasMessageContaining(file.toString());
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
  }

  private StoreException refusal() {
    StoreException refusal =
        catchThrowableOfType(StoreException.class, () -> SqliteIntentStore.open(file).close());
    assertThat(refusal).as("refusal of %s", file).isNotNull();
    return refusal;
  }

  private static void sql(Path file, String sql) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isGreaterThanOrEqualTo(0);
    }
  }
}

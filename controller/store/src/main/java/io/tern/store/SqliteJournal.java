package io.tern.store;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.Intent;
import io.tern.store.StoreException.Kind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Journal in a SQLite file: one row for each resource, and only the rows that a revision changes
 * are written. The connection holds SQLite's exclusive lock from open to close. Nothing here opens
 * the file by other means: POSIX drops a process's locks on a file when any descriptor of it is
 * closed.
 */
final class SqliteJournal implements Journal {
  private static final Logger log = LoggerFactory.getLogger(SqliteJournal.class);

  /** So that a controller that starts while its predecessor ends gets the file. */
  private static final int LOCK_TIMEOUT_MILLIS = 2_000;

  private final Path file;
  private final Connection connection;
  private final Intent restored;
  private boolean unsure; // A commit failed and what the file holds could not be read back.

  private SqliteJournal(Path file, Connection connection, Intent restored) {
    this.file = requireNonNull(file, "file");
    this.connection = requireNonNull(connection, "connection");
    this.restored = requireNonNull(restored, "restored");
  }

  static SqliteJournal open(Path file) throws StoreException {
    StoreFile.prepare(file);
    Connection connection = connect(file);
    try {
      Intent restored = restore(file, connection);
      log.info(
          "intent store {} is open at revision {} (schema version {})",
          file,
          restored.revision(),
          SchemaMigrations.NEWEST);
      return new SqliteJournal(file, connection, restored);
    } catch (SQLException e) {
      closeQuietly(connection);
      throw explain(file, e);
    } catch (StoreException | RuntimeException e) {
      closeQuietly(connection);
      throw e;
    }
  }

  private static Connection connect(Path file) throws StoreException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(LOCK_TIMEOUT_MILLIS);
    try {
      return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
    } catch (SQLException e) {
      throw explain(file, e);
    }
  }

  private static Intent restore(Path file, Connection connection)
      throws SQLException, StoreException {
    // Before anything is read, so that the first read takes the lock for good.
    pragma(connection, "locking_mode = EXCLUSIVE");
    int version = checkIdentity(file, connection);
    checkPages(file, connection);
    StoreFile.restrict(file); // Before there is a log, which takes the mode over.
    String mode = pragma(connection, "journal_mode = WAL");
    if (!mode.equals("wal")) {
      throw new StoreException(
          Kind.INPUT_OUTPUT,
          file + ": SQLite cannot keep a write-ahead log here (journal mode is " + mode + ")");
    }
    pragma(connection, "synchronous = FULL");
    pragma(connection, "secure_delete = ON"); // What is deleted may be a key.
    execute(connection, "BEGIN EXCLUSIVE");
    SchemaMigrations.migrate(connection, version, Clock.systemUTC());
    execute(connection, "COMMIT");
    return SqliteRows.read(file, connection);
  }

  /** Returns the schema version; 0 if the file is empty. */
  private static int checkIdentity(Path file, Connection connection)
      throws SQLException, StoreException {
    int applicationId = Integer.parseInt(pragma(connection, "application_id"));
    if (applicationId != SchemaMigrations.APPLICATION_ID && !isEmpty(connection)) {
      throw new StoreException(
          Kind.NOT_A_STORE,
          file + " is an SQLite database of another application; name a file that Tern can have");
    }
    int version = SchemaMigrations.version(connection);
    if (version > SchemaMigrations.NEWEST) {
      throw new StoreException(
          Kind.NEWER_SCHEMA,
          file
              + " has schema version "
              + version
              + "; this Tern knows up to "
              + SchemaMigrations.NEWEST
              + ": start the newer one");
    }
    return version;
  }

  private static boolean isEmpty(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet objects = statement.executeQuery("SELECT count(*) FROM sqlite_master")) {
      objects.next();
      return objects.getInt(1) == 0;
    }
  }

  private static void checkPages(Path file, Connection connection)
      throws SQLException, StoreException {
    String problem = pragma(connection, "quick_check(1)");
    if (!problem.equals("ok")) {
      throw new StoreException(
          Kind.CORRUPT, file + " is damaged (" + problem + "); restore it from a copy");
    }
  }

  @Override
  public Intent restored() {
    return restored;
  }

  @Override
  public void append(long revision, IntentDelta delta) throws JournalException {
    checkSure();
    try {
      execute(connection, "BEGIN IMMEDIATE");
      SqliteRows.write(connection, revision, delta);
      execute(connection, "COMMIT");
    } catch (SQLException e) {
      if (!isDurable(revision)) {
        throw new JournalException(describe(e), e);
      }
      log.warn("{}: revision {} is durable in spite of an error", file, revision, e);
    }
  }

  @Override
  public long nextElectionId() throws JournalException {
    checkSure();
    // One statement is one transaction.
    try (Statement statement = connection.createStatement();
        ResultSet value =
            statement.executeQuery(
                "UPDATE counters SET value = value + 1 WHERE name = 'election_id'"
                    + " RETURNING value")) {
      if (!value.next()) {
        throw new JournalException("the store has no election ID", null);
      }
      return value.getLong(1);
    } catch (SQLException e) {
      throw new JournalException(describe(e), e);
    }
  }

  /**
   * Whether a commit that reported an error has happened. If even that cannot be found out, the
   * journal refuses everything from then on: memory must not disagree with the file.
   */
  private boolean isDurable(long revision) {
    try {
      execute(connection, "ROLLBACK");
    } catch (SQLException e) {
      // SQLite has rolled back by itself after most errors: then there is no transaction to end.
      log.debug("{}: nothing to roll back", file, e);
    }
    try {
      return SqliteRows.revision(connection) >= revision;
    } catch (SQLException e) {
      log.error("{}: cannot read the revision back", file, e);
      unsure = true;
      return false;
    }
  }

  private void checkSure() throws JournalException {
    if (unsure) {
      throw new JournalException(
          "a write to " + file + " failed and its outcome is unknown; restart the controller",
          null);
    }
  }

  private String describe(SQLException e) {
    return "cannot write " + file + " (" + code(e) + ")";
  }

  @Override
  public void close() {
    closeQuietly(connection);
  }

  void limitPages(int maxPages) throws StoreException {
    try {
      pragma(connection, "max_page_count = " + maxPages);
    } catch (SQLException e) {
      throw explain(file, e);
    }
  }

  private static StoreException explain(Path file, SQLException e) {
    SQLiteErrorCode code = code(e);
    return switch (code) {
      case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_BUSY_RECOVERY, SQLITE_BUSY_SNAPSHOT ->
          new StoreException(
              Kind.LOCKED,
              file + " is in use by another controller; one process has it at a time",
              e);
      case SQLITE_NOTADB ->
          new StoreException(
              Kind.CORRUPT,
              file + " is no SQLite database, or its header is damaged; nothing was written",
              e);
      case SQLITE_CORRUPT, SQLITE_CORRUPT_VTAB, SQLITE_CORRUPT_INDEX, SQLITE_CORRUPT_SEQUENCE ->
          new StoreException(Kind.CORRUPT, file + " is damaged; restore it from a copy", e);
      default ->
          new StoreException(Kind.INPUT_OUTPUT, "cannot open " + file + " (" + code + ")", e);
    };
  }

  private static SQLiteErrorCode code(SQLException e) {
    return e instanceof SQLiteException sqlite
        ? sqlite.getResultCode()
        : SQLiteErrorCode.getErrorCode(e.getErrorCode());
  }

  private static String pragma(Connection connection, String pragma) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!statement.execute("PRAGMA " + pragma)) {
        return "";
      }
      try (ResultSet value = statement.getResultSet()) {
        return value.next() ? value.getString(1) : "";
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.execute();
    }
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      log.warn("closing the intent store failed; what it accepted is durable", e);
    }
  }
}

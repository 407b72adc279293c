package io.tern.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;

/**
 * The versions of the schema. Version n is reached by running steps 1 to n; a step that was
 * released is never changed, the next change is a step of its own.
 */
final class SchemaMigrations {
  /** "Tern" in ASCII: marks the file as ours (SQLite's application_id). */
  static final int APPLICATION_ID = 0x5465_726e;

  private static final List<List<String>> STEPS =
      List.of(
          List.of(
              "PRAGMA application_id = " + APPLICATION_ID,
              "CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)",
              // revision: of the intent; election_id: the last one given out.
              "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
              "INSERT INTO counters VALUES ('revision', 0), ('election_id', 0)",
              // revision: of the intent when the resource last changed.
              "CREATE TABLE resources (kind TEXT NOT NULL, name TEXT NOT NULL,"
                  + " revision INTEGER NOT NULL, document TEXT NOT NULL,"
                  + " PRIMARY KEY (kind, name)) WITHOUT ROWID"));

  static final int NEWEST = STEPS.size();

  private SchemaMigrations() {}

  /** Version of a store of ours; 0 for an empty database. */
  static int version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet table =
          statement.executeQuery("SELECT 1 FROM sqlite_master WHERE name = 'migrations'")) {
        if (!table.next()) {
          return 0;
        }
      }
      try (ResultSet version =
          statement.executeQuery("SELECT coalesce(max(version), 0) FROM migrations")) {
        version.next();
        return version.getInt(1);
      }
    }
  }

  /** Runs what is missing; the caller holds the transaction. */
  static void migrate(Connection connection, int from, Clock clock) throws SQLException {
    for (int version = from + 1; version <= NEWEST; version++) {
      try (Statement statement = connection.createStatement()) {
        for (String sql : STEPS.get(version - 1)) {
          statement.execute(sql);
        }
      }
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO migrations VALUES (?, ?)")) {
        insert.setInt(1, version);
        insert.setString(2, clock.instant().toString());
        insert.executeUpdate();
      }
    }
  }
}

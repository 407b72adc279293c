package io.tern.store;

import io.tern.core.intent.Backend;
import io.tern.core.intent.CidConfig;
import io.tern.core.intent.Intent;
import io.tern.core.intent.Vip;
import io.tern.store.StoreException.Kind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DateTimeException;
import java.util.SortedMap;
import java.util.TreeMap;

/** The rows of the newest schema: an intent from them, a revision into them. */
final class SqliteRows {
  private SqliteRows() {}

  static long revision(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet value =
            statement.executeQuery("SELECT value FROM counters WHERE name = 'revision'")) {
      if (!value.next()) {
        throw new SQLException("the counter of revisions is missing");
      }
      return value.getLong(1);
    }
  }

  /** Writes what changed; the caller holds the transaction. */
  static void write(Connection connection, long revision, IntentDelta delta) throws SQLException {
    try (PreparedStatement put =
            connection.prepareStatement(
                "INSERT INTO resources VALUES (?, ?, ?, ?) ON CONFLICT (kind, name)"
                    + " DO UPDATE SET revision = excluded.revision, document = excluded.document");
        PreparedStatement delete =
            connection.prepareStatement("DELETE FROM resources WHERE kind = ? AND name = ?");
        PreparedStatement count =
            connection.prepareStatement("UPDATE counters SET value = ? WHERE name = 'revision'")) {
      for (IntentDelta.Change<?, ?> change : delta.changes()) {
        PreparedStatement statement = change.value().isPresent() ? put : delete;
        statement.setString(1, change.codec().kind());
        statement.setString(2, change.name());
        if (change.value().isPresent()) {
          statement.setLong(3, revision);
          statement.setString(4, change.document().orElseThrow());
        }
        statement.executeUpdate();
      }
      count.setLong(1, revision);
      count.executeUpdate();
    }
  }

  /**
   * The stored intent.
   *
   * @throws StoreException CORRUPT if a row cannot be understood or refers to what is not there
   */
  static Intent read(Path file, Connection connection) throws SQLException, StoreException {
    Intent intent =
        new Intent(
            revision(connection),
            readAll(file, connection, ResourceCodecs.POOLS),
            readAll(file, connection, ResourceCodecs.CID_CONFIGS),
            readAll(file, connection, ResourceCodecs.BACKENDS),
            readAll(file, connection, ResourceCodecs.VIPS),
            readAll(file, connection, ResourceCodecs.DEVICES));
    checkComplete(file, connection, intent);
    checkReferences(file, intent);
    return intent;
  }

  private static <K extends Comparable<K>, V> SortedMap<K, V> readAll(
      Path file, Connection connection, ResourceCodec<K, V> codec)
      throws SQLException, StoreException {
    SortedMap<K, V> found = new TreeMap<>();
    try (PreparedStatement select =
        connection.prepareStatement("SELECT name, document FROM resources WHERE kind = ?")) {
      select.setString(1, codec.kind());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          String name = rows.getString(1);
          V value = parse(file, codec, name, rows.getString(2));
          K key = codec.key(value);
          if (!codec.name(key).equals(name)) {
            throw corrupt(file, name, "it says that it is " + codec.name(key));
          }
          found.put(key, value);
        }
      }
    }
    return found;
  }

  private static <V> V parse(Path file, ResourceCodec<?, V> codec, String name, String document)
      throws StoreException {
    try {
      return codec.fromJson(document);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw corrupt(file, name, e.getMessage());
    }
  }

  /** Rows of kinds that nobody read would be lost silently. */
  private static void checkComplete(Path file, Connection connection, Intent intent)
      throws SQLException, StoreException {
    int known = 0;
    for (ResourceCodec<?, ?> codec : ResourceCodecs.ALL) {
      known += codec.select(intent).size();
    }
    try (Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM resources")) {
      count.next();
      if (count.getInt(1) != known) {
        throw new StoreException(
            Kind.CORRUPT,
            file + " holds " + (count.getInt(1) - known) + " resources of unknown kinds");
      }
    }
  }

  private static void checkReferences(Path file, Intent intent) throws StoreException {
    for (CidConfig config : intent.cidConfigs().values()) {
      checkPool(file, intent, ResourceCodecs.CID_CONFIGS, config, config.poolId());
    }
    for (Backend backend : intent.backends().values()) {
      checkPool(file, intent, ResourceCodecs.BACKENDS, backend, backend.poolId());
    }
    for (Vip vip : intent.vips().values()) {
      checkPool(file, intent, ResourceCodecs.VIPS, vip, vip.poolId());
    }
  }

  private static <K extends Comparable<K>, V> void checkPool(
      Path file, Intent intent, ResourceCodec<K, V> codec, V value, String pool)
      throws StoreException {
    if (!intent.pools().containsKey(pool)) {
      throw corrupt(
          file,
          codec.name(codec.key(value)),
          "it refers to " + ResourceCodecs.POOLS.name(pool) + ", which is not there");
    }
  }

  private static StoreException corrupt(Path file, String name, String problem) {
    return new StoreException(
        Kind.CORRUPT, file + ": resource " + name + " is damaged: " + problem);
  }
}

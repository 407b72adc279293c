package io.tern.store;

import java.nio.file.Path;

/**
 * Durable intent store in one SQLite file. Thread-safe.
 *
 * <ul>
 *   <li>What {@link #update} returned is on disk (write-ahead log, synced with every commit): it
 *       survives the end of the process at any moment, and of the machine as far as its disk keeps
 *       what it has synced.
 *   <li>One process has the file at a time; another one gets {@link StoreException.Kind#LOCKED}.
 *   <li>A file that is damaged, foreign or newer is refused and left as it is.
 *   <li>A revision that could not be written changes neither memory nor file, and the store goes
 *       on.
 *   <li>The file holds CID keys: only its owner can read it (mode 0600), and deleted rows are
 *       overwritten.
 * </ul>
 */
public final class SqliteIntentStore extends JournaledIntentStore {
  private SqliteIntentStore(SqliteJournal journal) {
    super(journal);
  }

  /**
   * Opens a store, or creates it with an empty intent if there is no such file. The directory must
   * exist.
   *
   * @throws StoreException if that is not possible, see its kinds
   */
  public static SqliteIntentStore open(Path file) throws StoreException {
    return new SqliteIntentStore(SqliteJournal.open(file));
  }

  /** With a limit of 4,096-octet pages, as a full disk would set it. */
  static SqliteIntentStore openLimited(Path file, int maxPages) throws StoreException {
    SqliteJournal journal = SqliteJournal.open(file);
    journal.limitPages(maxPages);
    return new SqliteIntentStore(journal);
  }
}

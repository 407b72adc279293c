package io.tern.store;

import io.tern.core.intent.Intent;

/**
 * Intent store that forgets everything when the process ends: for tests and trials. Thread-safe;
 * the guarantees of {@link SqliteIntentStore} but for durability.
 */
public final class InMemoryIntentStore extends JournaledIntentStore {
  /** An empty store. */
  public InMemoryIntentStore() {
    this(Intent.EMPTY);
  }

  /** A store that starts with an intent. */
  public InMemoryIntentStore(Intent initial) {
    super(new NoJournal(initial));
  }

  private static final class NoJournal implements Journal {
    private final Intent restored;
    private long electionId;

    NoJournal(Intent restored) {
      this.restored = restored;
    }

    @Override
    public Intent restored() {
      return restored;
    }

    @Override
    public void append(long revision, IntentDelta delta) {}

    @Override
    public long nextElectionId() {
      return ++electionId;
    }

    @Override
    public void close() {}
  }
}

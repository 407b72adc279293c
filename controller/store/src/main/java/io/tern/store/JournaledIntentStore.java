package io.tern.store;

import static java.util.Objects.requireNonNull;

import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.IntentStore;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The common part of the stores: one writer at a time, a snapshot in memory for readers, listeners
 * on a thread of their own. Thread-safe; {@link #current()} never waits.
 */
abstract class JournaledIntentStore implements IntentStore {
  private static final Logger log = LoggerFactory.getLogger(JournaledIntentStore.class);

  private final ReentrantLock writer = new ReentrantLock();
  private final Journal journal; // Used under writer.
  private final ListenerDispatcher dispatcher = new ListenerDispatcher();
  private volatile Intent current; // Written under writer.
  private boolean closed; // Under writer.

  JournaledIntentStore(Journal journal) {
    this.journal = requireNonNull(journal, "journal");
    this.current = journal.restored();
  }

  @Override
  public final Intent current() {
    return current;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Listeners are told after this returned or while it returns; never while a writer waits for
   * them.
   */
  @Override
  public final Intent update(Change change) throws IntentException {
    requireNonNull(change, "change");
    lock();
    try {
      Intent before = current;
      Intent wanted = requireNonNull(change.apply(before), "result of the change");
      IntentDelta delta = IntentDelta.between(before, wanted);
      if (delta.isEmpty()) {
        return before;
      }
      Intent after =
          new Intent(
              before.revision() + 1,
              wanted.pools(),
              wanted.cidConfigs(),
              wanted.backends(),
              wanted.vips(),
              wanted.devices());
      try {
        journal.append(after.revision(), delta);
      } catch (Journal.JournalException e) {
        throw unavailable("revision " + after.revision() + " was not accepted", e);
      }
      current = after;
      dispatcher.publish(after);
      return after;
    } finally {
      writer.unlock();
    }
  }

  @Override
  public final Subscription subscribe(Listener listener) {
    writer.lock();
    try {
      // Under the lock, so that no revision comes between the snapshot and what is published next.
      return dispatcher.add(listener, current);
    } finally {
      writer.unlock();
    }
  }

  @Override
  public final long nextElectionId() throws IntentException {
    lock();
    try {
      return journal.nextElectionId();
    } catch (Journal.JournalException e) {
      throw unavailable("no election ID was given out", e);
    } finally {
      writer.unlock();
    }
  }

  /** Lets the writer at work finish, delivers what is queued, gives up the file. Idempotent. */
  @Override
  public final void close() {
    writer.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      journal.close();
    } finally {
      writer.unlock();
    }
    dispatcher.close();
  }

  private void lock() throws IntentException {
    if (writer.isHeldByCurrentThread()) {
      throw new IllegalStateException("a change must be pure: it must not call its store");
    }
    writer.lock();
    if (closed) {
      writer.unlock();
      throw new IntentException(IntentException.Kind.UNAVAILABLE, "", "the intent store is closed");
    }
  }

  private static IntentException unavailable(String consequence, Journal.JournalException cause) {
    log.error("intent store: {}", consequence, cause);
    IntentException exception =
        new IntentException(
            IntentException.Kind.UNAVAILABLE, "", consequence + ": " + cause.getMessage());
    exception.initCause(cause);
    return exception;
  }
}

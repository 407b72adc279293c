package io.tern.store;

import io.tern.core.intent.Intent;

/**
 * Where a {@link JournaledIntentStore} keeps its intent. Not thread-safe: the store calls it under
 * its writer's lock.
 */
interface Journal extends AutoCloseable {

  /** A write that did not happen. */
  final class JournalException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param message for the caller of the store: what failed; no secrets
     */
    JournalException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The intent that it held when it was opened. */
  Intent restored();

  /**
   * Makes a revision durable, all of it or nothing.
   *
   * @throws JournalException if nothing of it was written
   */
  void append(long revision, IntentDelta delta) throws JournalException;

  /**
   * One more than ever before, durable.
   *
   * @throws JournalException if it could not be made durable
   */
  long nextElectionId() throws JournalException;

  @Override
  void close();
}

package io.tern.core.intent;

/**
 * Holds the intent durably. Thread-safe.
 *
 * <p>Implementations live outside this module (embedded database, etcd). Revisions grow by one with
 * each change; every listener sees every revision in order.
 */
public interface IntentStore extends AutoCloseable {

  /** A pure change: from the current intent to the next, or an exception that says why not. */
  @FunctionalInterface
  interface Change {
    /**
     * Returns the changed intent; its revision is ignored. May be called more than once.
     *
     * @throws IntentException if the change is not possible; the intent then stays as it is
     */
    Intent apply(Intent current) throws IntentException;
  }

  /** Told of each new intent. */
  @FunctionalInterface
  interface Listener {
    /** Called in revision order, never by two threads at once; must not block. */
    void onIntent(Intent intent);
  }

  /** Ends a subscription; idempotent. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /** The newest intent that is durable. */
  Intent current();

  /**
   * Applies a change and returns once the result is durable.
   *
   * @return the new intent, or the current one if the change changed nothing
   * @throws IntentException what {@code change} threw, or UNAVAILABLE if the store cannot write
   */
  Intent update(Change change) throws IntentException;

  /** Calls {@code listener} with the current intent and then with each new one. */
  Subscription subscribe(Listener listener);

  /**
   * An election ID larger than every one that this store gave before, durable before it is
   * returned: a stale controller is fenced by it.
   */
  long nextElectionId() throws IntentException;

  @Override
  void close();
}

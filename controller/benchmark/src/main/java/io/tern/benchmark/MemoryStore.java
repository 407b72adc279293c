package io.tern.benchmark;

import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.IntentStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An intent store that forgets: what is measured is not the disk. Thread-safe. */
public final class MemoryStore implements IntentStore {
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private Intent current = Intent.EMPTY;
  private long electionId;

  @Override
  public synchronized Intent current() {
    return current;
  }

  @Override
  public synchronized Intent update(Change change) throws IntentException {
    Intent next = change.apply(current).withRevision(current.revision());
    if (!next.equals(current)) {
      current = next.withRevision(current.revision() + 1);
      listeners.forEach(listener -> listener.onIntent(current));
    }
    return current;
  }

  @Override
  public synchronized Subscription subscribe(Listener listener) {
    listener.onIntent(current);
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public synchronized long nextElectionId() {
    return ++electionId;
  }

  @Override
  public void close() {}
}

package io.tern.southbound.testing;

import io.tern.core.intent.Intent;
import io.tern.core.intent.IntentException;
import io.tern.core.intent.IntentStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An intent store on the thread of the test. */
public final class ScriptedStore implements IntentStore {
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private Intent current = Intent.EMPTY;
  private boolean broken;
  private long electionId;

  /** Refuses updates until {@link #repair}. */
  public void breakDown() {
    broken = true;
  }

  public void repair() {
    broken = false;
  }

  /** As {@link #update}, for changes that a test knows to be legal. */
  public long apply(Change change) {
    try {
      return update(change).revision();
    } catch (IntentException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  @Override
  public Intent current() {
    return current;
  }

  @Override
  public Intent update(Change change) throws IntentException {
    if (broken) {
      throw new IntentException(IntentException.Kind.UNAVAILABLE, "", "disk is gone");
    }
    Intent next = change.apply(current).withRevision(current.revision());
    if (!next.equals(current)) {
      current = next.withRevision(current.revision() + 1);
      listeners.forEach(listener -> listener.onIntent(current));
    }
    return current;
  }

  @Override
  public Subscription subscribe(Listener listener) {
    listener.onIntent(current);
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public long nextElectionId() {
    return ++electionId;
  }

  @Override
  public void close() {}
}

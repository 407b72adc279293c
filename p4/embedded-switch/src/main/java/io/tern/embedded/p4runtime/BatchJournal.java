package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane.EntryHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * What the updates of a batch did to entries, so that those that the data plane could not put in
 * force in the end can be taken back. Not thread-safe.
 */
final class BatchJournal {

  /**
   * One change.
   *
   * @param update its index in the batch
   * @param before null if the entry is new
   * @param after null if the entry was deleted
   */
  private record Change(int update, TableState table, InstalledEntry before, InstalledEntry after) {

    boolean isOf(EntryHandle handle) {
      return (after != null && after.handle == handle)
          || (before != null && before.handle == handle);
    }
  }

  private final List<Change> changes = new ArrayList<>();
  private boolean open;
  private int update;

  void begin() {
    open = true;
  }

  /** What is noted from now on is this update's. */
  void next(int update) {
    this.update = update;
  }

  void note(TableState table, InstalledEntry before, InstalledEntry after) {
    if (open) {
      changes.add(new Change(update, table, before, after));
    }
  }

  /** Takes the last change of an entry back and returns the index of its update. */
  int takeBack(EntryHandle handle) {
    for (int i = changes.size() - 1; i >= 0; i--) {
      Change change = changes.get(i);
      if (change.isOf(handle)) {
        if (change.before() != null) {
          change.table().entries.put(change.before());
        } else {
          change.table().entries.remove(change.after().octets, change.after().hash);
        }
        changes.remove(i);
        return change.update();
      }
    }
    throw new IllegalStateException("the data plane failed to change an entry that nobody changed");
  }

  void end() {
    open = false;
    changes.clear();
  }
}

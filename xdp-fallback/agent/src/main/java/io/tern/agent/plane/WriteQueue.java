package io.tern.agent.plane;

import io.tern.embedded.engine.DataPlane.FailedChange;
import io.tern.embedded.engine.DataPlaneException;
import io.tern.libbpf.BpfException;
import io.tern.libbpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Elements on their way to maps, by one system call for many. They go there in this order, whatever
 * the order in which they came, and so no packet meets half of a change:
 *
 * <ol>
 *   <li>backends that are new, or get another way;
 *   <li>server IDs and slots, which name backends;
 *   <li>memos are told ({@link #changed});
 *   <li>backends that nothing names any more, or whose entry is gone; then the agent's own map
 *       forgets them.
 * </ol>
 *
 * <p>What cannot wait for that order comes after {@link #flush}. Not thread-safe.
 */
final class WriteQueue {
  /** For elements that a kernel cannot refuse: of arrays, and deletions. */
  static final BiConsumer<Object, DataPlaneException> FAULT =
      (owner, reason) -> {
        throw reason;
      };

  private static final int ROOM = 4096;

  private final Shared shared;
  private final List<Stage> early = new ArrayList<>();
  private final List<Stage> late = new ArrayList<>();
  private final List<FailedChange> failures = new ArrayList<>();
  private Runnable before = () -> {};
  private Runnable afterwards = () -> {};
  private boolean changed;
  private boolean flushing;

  WriteQueue(Shared shared) {
    this.shared = shared;
  }

  /** Elements of one map: all written, or all deleted. */
  final class Stage {
    private final Table table;
    private final BiConsumer<Object, DataPlaneException> failed;
    private final Object[] owners = new Object[ROOM];
    private ByteBuffer keys;
    private ByteBuffer values;
    private boolean deletes;
    private int count;

    private Stage(Table table, BiConsumer<Object, DataPlaneException> failed) {
      this.table = table;
      this.failed = failed;
    }

    boolean isEmpty() {
      return count == 0;
    }

    /** Writes the element that the table's key and value are. */
    void write(Object owner) {
      add(owner, false);
    }

    /** Deletes the element that the table's key is, if it is there. */
    void remove(Object owner) {
      add(owner, true);
    }

    private void add(Object owner, boolean delete) {
      if (!table.isBound()) {
        return;
      }
      if (count == ROOM || (count > 0 && delete != deletes)) {
        makeRoom();
      }
      if (keys == null) {
        keys = direct(table.key());
      }
      deletes = delete;
      append(table.key(), keys);
      if (!delete) {
        if (values == null) {
          values = direct(table.value());
        }
        append(table.value(), values);
      }
      owners[count++] = owner;
    }

    /** Whatever is done meanwhile, the table's key and value stay what they are. */
    private void makeRoom() {
      if (flushing) {
        send();
        return;
      }
      byte[] key = new byte[table.key().capacity()];
      byte[] value = new byte[table.value().capacity()];
      table.key().get(0, key);
      table.value().get(0, value);
      flush();
      table.key().put(0, key);
      table.value().put(0, value);
    }

    private void append(ByteBuffer element, ByteBuffer to) {
      to.put(count * element.capacity(), element, 0, element.capacity());
    }

    private void send() {
      int all = count;
      try {
        for (int next = 0; next < all; ) {
          seek(next);
          try {
            if (deletes) {
              table.map().deleteBatch(keys, all - next);
            } else {
              table.map().updateBatch(keys, values, all - next);
            }
            next = all;
          } catch (BpfException e) {
            next += Math.min(e.completed(), all - next - 1);
            sendOne(next++);
          }
        }
      } finally {
        Arrays.fill(owners, 0, all, null);
        count = 0;
      }
    }

    /** The one that a batch ended at: alone, it says what is wrong. */
    private void sendOne(int element) {
      seek(element);
      try {
        if (deletes) {
          table.map().delete(keys);
        } else {
          table.map().update(keys, values, BpfMap.Mode.ANY);
        }
      } catch (BpfException e) {
        failed.accept(owners[element], refusal(e));
      }
    }

    private DataPlaneException refusal(BpfException e) {
      try {
        return table.explained(e);
      } catch (BpfException other) {
        return Refusal.full("the kernel did not take it: %s", other.getMessage());
      }
    }

    private void seek(int element) {
      keys.position(element * table.key().capacity());
      if (!deletes) {
        values.position(element * table.value().capacity());
      }
    }
  }

  private static ByteBuffer direct(ByteBuffer element) {
    return ByteBuffer.allocateDirect(ROOM * element.capacity()).order(ByteOrder.nativeOrder());
  }

  /**
   * A map whose elements go out before memos are told, after those of the stages that were made
   * before.
   *
   * @param failed is told of an element that the kernel does not take, takes the change back and
   *     calls {@link #fail} if it was the controller's
   */
  Stage early(Table table, BiConsumer<Object, DataPlaneException> failed) {
    Stage stage = new Stage(table, failed);
    early.add(stage);
    return stage;
  }

  /**
   * The same for elements that go out at the end, and whose failure would be the kernel's fault.
   */
  Stage late(Table table) {
    Stage stage = new Stage(table, FAULT);
    late.add(stage);
    return stage;
  }

  /**
   * Has something done with each flush.
   *
   * @param before in front of everything
   * @param afterwards when memos were told; may queue more
   */
  void onFlush(Runnable before, Runnable afterwards) {
    this.before = before;
    this.afterwards = afterwards;
  }

  /** CPUs have to look again at what they have memos of. */
  void changed() {
    changed = true;
  }

  /** Notes a change that the kernel did not take and that was taken back. */
  void fail(FailedChange change) {
    failures.add(change);
  }

  /** Whether nothing waits but elements of one stage. */
  boolean hasOnly(Stage stage) {
    for (Stage other : early) {
      if (other != stage && !other.isEmpty()) {
        return false;
      }
    }
    return hasNoLate();
  }

  /** Whether nothing waits that goes out at the end. */
  boolean hasNoLate() {
    for (Stage stage : late) {
      if (!stage.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Returns when everything is in the maps. */
  void flush() {
    if (flushing) {
      return;
    }
    flushing = true;
    try {
      do {
        before.run();
        early.forEach(Stage::send);
        tell();
        afterwards.run();
        late.forEach(Stage::send);
        tell();
      } while (!hasOnly(null));
    } finally {
      flushing = false;
    }
  }

  private void tell() {
    if (changed) {
      changed = false;
      shared.changed();
    }
  }

  /** The changes that failed since the last call, in their order. */
  List<FailedChange> takeFailures() {
    if (failures.isEmpty()) {
      return List.of();
    }
    List<FailedChange> taken = List.copyOf(failures);
    failures.clear();
    return taken;
  }
}

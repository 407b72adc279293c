package io.tern.store;

import io.tern.core.intent.Intent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What distinguishes two intents, resource by resource.
 *
 * @param changes in the order of kinds and names
 */
record IntentDelta(List<Change<?, ?>> changes) {

  /**
   * One resource that is new, different or gone.
   *
   * @param value what it is now; empty if it is gone
   */
  record Change<K extends Comparable<K>, V>(ResourceCodec<K, V> codec, K key, Optional<V> value) {
    /** Resource name, "pools/web". */
    String name() {
      return codec.name(key);
    }

    /** What it is now as JSON; empty if it is gone. */
    Optional<String> document() {
      return value.map(codec::toJson);
    }
  }

  IntentDelta {
    changes = List.copyOf(changes);
  }

  /** What makes {@code after} of {@code before}; revisions are not compared. */
  static IntentDelta between(Intent before, Intent after) {
    List<Change<?, ?>> changes = new ArrayList<>();
    for (ResourceCodec<?, ?> codec : ResourceCodecs.ALL) {
      compare(codec, before, after, changes);
    }
    return new IntentDelta(changes);
  }

  boolean isEmpty() {
    return changes.isEmpty();
  }

  private static <K extends Comparable<K>, V> void compare(
      ResourceCodec<K, V> codec, Intent before, Intent after, List<Change<?, ?>> changes) {
    SortedMap<K, V> old = codec.select(before);
    SortedMap<K, V> now = codec.select(after);
    for (Map.Entry<K, V> entry : now.entrySet()) {
      // Resources that a change leaves alone are the same objects: equals() is cheap for them.
      if (!entry.getValue().equals(old.get(entry.getKey()))) {
        changes.add(new Change<>(codec, entry.getKey(), Optional.of(entry.getValue())));
      }
    }
    for (K key : old.keySet()) {
      if (!now.containsKey(key)) {
        changes.add(new Change<>(codec, key, Optional.empty()));
      }
    }
  }
}

package io.tern.embedded.p4runtime;

import io.tern.embedded.engine.DataPlane.KeyMatch;
import java.util.List;

/**
 * What identifies an entry in its table (section 9.1).
 *
 * @param match one element per key field, in the order of the key
 */
record EntryKey(List<KeyMatch> match, int priority) {
  EntryKey {
    match = List.copyOf(match);
  }
}

package io.tern.core.planner;

import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import java.util.Optional;

/** One write to a device. What is replaced or removed comes along, so that it can be explained. */
public sealed interface Operation {
  /** A table entry that the device does not have. */
  record InsertEntry(TableEntry entry) implements Operation {}

  /** Another action for a key that the device has. */
  record ModifyEntry(TableEntry before, TableEntry after) implements Operation {}

  /** A table entry that should not be there. */
  record DeleteEntry(TableEntry entry) implements Operation {}

  /** Another default action for a table; {@code before} is empty if it is not known. */
  record SetDefaultAction(int tableId, Optional<TableEntry.Action> before, TableEntry.Action after)
      implements Operation {}

  /** A multicast group that the device does not have. */
  record InsertGroup(MulticastGroup group) implements Operation {}

  /** Other replicas for a multicast group that the device has. */
  record ModifyGroup(MulticastGroup before, MulticastGroup after) implements Operation {}

  /** A multicast group that should not be there. */
  record DeleteGroup(MulticastGroup group) implements Operation {}

  /** A clone session that the device does not have. */
  record InsertCloneSession(CloneSession session) implements Operation {}

  /** Another form of a clone session that the device has. */
  record ModifyCloneSession(CloneSession before, CloneSession after) implements Operation {}

  /** A clone session that should not be there. */
  record DeleteCloneSession(CloneSession session) implements Operation {}
}

package io.tern.core.planner;

import io.tern.core.entry.TableEntry;
import io.tern.p4.contract.TernP4;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The entries of a plan in the making, and the room that is left in each table. */
final class Room {
  private final DeviceCapabilities capabilities;
  private final List<TableEntry> entries = new ArrayList<>();
  private final Map<Integer, Integer> used = new HashMap<>();

  Room(DeviceCapabilities capabilities) {
    this.capabilities = capabilities;
  }

  /**
   * Takes all of {@code wanted}, or nothing.
   *
   * @return empty if they were taken; otherwise which table is too small, and by how much
   */
  Optional<String> take(Collection<TableEntry> wanted) {
    Map<Integer, Integer> more = countByTable(wanted);
    for (Map.Entry<Integer, Integer> table : more.entrySet()) {
      int size = capabilities.tableSize(table.getKey());
      int free = size - used.getOrDefault(table.getKey(), 0);
      if (table.getValue() > free) {
        return Optional.of(
            "table "
                + TernP4.nameOf(table.getKey())
                + " has room for "
                + free
                + " more entries of "
                + size
                + ", "
                + table.getValue()
                + " are needed");
      }
    }
    more.forEach((table, count) -> used.merge(table, count, Integer::sum));
    entries.addAll(wanted);
    return Optional.empty();
  }

  /** Run by run: entries of one table come one after the other, and a fallback has many. */
  private static Map<Integer, Integer> countByTable(Collection<TableEntry> entries) {
    Map<Integer, Integer> counts = new TreeMap<>();
    int tableId = 0;
    int run = 0;
    for (TableEntry entry : entries) {
      if (run > 0 && entry.key().tableId() != tableId) {
        counts.merge(tableId, run, Integer::sum);
        run = 0;
      }
      tableId = entry.key().tableId();
      run++;
    }
    if (run > 0) {
      counts.merge(tableId, run, Integer::sum);
    }
    return counts;
  }

  List<TableEntry> entries() {
    return entries;
  }
}

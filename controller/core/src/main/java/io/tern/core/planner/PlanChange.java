package io.tern.core.planner;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How much a {@link Difference} would write: the answer to a dry run. Immutable.
 *
 * @param tables by the table's name in the P4 program; only tables with changes
 * @param slotsMoved fallback slots that would get another backend: the part of the new connections
 *     (and of those with unroutable CIDs) that would go elsewhere is this number over the slots
 * @param other multicast groups, clone sessions and default actions that would be written
 */
public record PlanChange(SortedMap<String, TableChange> tables, int slotsMoved, int other) {
  /** Entries of one table. */
  public record TableChange(int inserts, int modifies, int deletes) {
    TableChange plus(int moreInserts, int moreModifies, int moreDeletes) {
      return new TableChange(inserts + moreInserts, modifies + moreModifies, deletes + moreDeletes);
    }
  }

  public PlanChange {
    tables = Collections.unmodifiableSortedMap(new TreeMap<>(tables));
  }

  /** True if nothing would be written. */
  public boolean isEmpty() {
    return tables.isEmpty() && other == 0;
  }

  /** One line: "backend +1 ~0 -0, fallback +0 ~21845 -0; 21845 slots move". */
  @Override
  public String toString() {
    if (isEmpty()) {
      return "nothing to write";
    }
    StringBuilder line = new StringBuilder();
    tables.forEach(
        (table, change) ->
            line.append(line.isEmpty() ? "" : ", ")
                .append(table)
                .append(" +")
                .append(change.inserts())
                .append(" ~")
                .append(change.modifies())
                .append(" -")
                .append(change.deletes()));
    if (other > 0) {
      line.append(line.isEmpty() ? "" : ", ").append("groups and defaults ~").append(other);
    }
    return line.append("; ").append(slotsMoved).append(" slots move").toString();
  }
}

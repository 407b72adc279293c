package io.tern.core.planner;

import io.tern.core.entry.Bits;
import io.tern.core.entry.TableEntry;
import io.tern.core.entry.TableEntry.Action;
import io.tern.core.intent.Backend;
import io.tern.core.intent.Pool;
import io.tern.core.maglev.MaglevTable;
import io.tern.core.maglev.MaglevTable.Member;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fallback entries of pools, kept while they are in use. Thread-safe.
 *
 * <p>Most plans repeat the last one's pools, and devices that reach the same backends share the
 * entries themselves: they are immutable. What was used last goes last, and the sum of slots is
 * bounded (one list may exceed the bound: it is needed now).
 */
final class FallbackCache {
  private record Question(int pool, int slots, List<Owner> owners) {}

  private record Owner(Member member, int backend) {}

  private final long maxSlots;
  private final LinkedHashMap<Question, List<TableEntry>> answers =
      new LinkedHashMap<>(16, 0.75f, true);
  private long slots;

  FallbackCache(long maxSlots) {
    this.maxSlots = maxSlots;
  }

  /** The entries of a pool that has these backends; none if none of them takes the fallback. */
  List<TableEntry> entries(Pool pool, Collection<Backend> backends) {
    List<Owner> owners =
        backends.stream()
            .filter(Backend::takesFallback)
            .map(b -> new Owner(new Member(b.poolId() + "/" + b.id(), b.weight()), b.number()))
            .sorted(Comparator.comparing(owner -> owner.member().name()))
            .toList();
    Question question = new Question(pool.number(), pool.fallbackSlots(), owners);
    synchronized (answers) {
      List<TableEntry> known = answers.get(question);
      if (known != null) {
        return known;
      }
    }
    // Outside the lock: other devices' plans need not wait. Two threads may compute the same.
    List<TableEntry> computed = compute(question);
    synchronized (answers) {
      if (answers.put(question, computed) == null) {
        slots += computed.size();
      }
      var oldest = answers.entrySet().iterator();
      while (slots > maxSlots && answers.size() > 1) {
        Map.Entry<Question, List<TableEntry>> out = oldest.next();
        slots -= out.getValue().size();
        oldest.remove();
      }
    }
    return computed;
  }

  private static List<TableEntry> compute(Question question) {
    List<Owner> owners = question.owners();
    MaglevTable table =
        MaglevTable.of(question.slots(), owners.stream().map(Owner::member).toList());
    // The table sorts its members by name, and so are the owners: the indices agree.
    List<Action> actions =
        owners.stream().map(owner -> TernEntries.toFallbackBackend(owner.backend())).toList();
    Bits pool = Bits.of(question.pool());
    List<TableEntry> entries = new ArrayList<>(table.slots());
    for (int slot = 0; slot < table.slots(); slot++) {
      entries.add(TernEntries.fallback(pool, slot, actions.get(table.ownerIndex(slot))));
    }
    return List.copyOf(entries);
  }
}

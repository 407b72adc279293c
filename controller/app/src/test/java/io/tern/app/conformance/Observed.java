package io.tern.app.conformance;

import io.tern.core.entry.TableEntry;
import io.tern.core.oracle.Decision.Output;
import io.tern.p4.contract.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What became of some frames. Mutable while it is being gathered; no zeros in the maps. */
final class Observed {
  /** Packets and octets. */
  record Count(long packets, long octets) {
    static final Count ZERO = new Count(0, 0);

    Count plus(Count other) {
      return new Count(packets + other.packets, octets + other.octets);
    }

    Count minus(Count other) {
      return new Count(packets - other.packets, octets - other.octets);
    }
  }

  /** Cells of the reason counter. */
  final Map<Reason, Count> reasons = new EnumMap<>(Reason.class);

  /** Direct counters. */
  final Map<TableEntry.Key, Count> entries = new HashMap<>();

  /** By pool number: packets. */
  final Map<Integer, Long> migrated = new TreeMap<>();

  final List<Output> outputs = new ArrayList<>();

  /** With the header that the program puts in front for the controller. */
  final List<Output> copies = new ArrayList<>();

  /** What has been counted since {@code before}; without outputs. */
  Observed minus(Observed before) {
    Observed growth = new Observed();
    grown(reasons, before.reasons, growth.reasons);
    grown(entries, before.entries, growth.entries);
    migrated.forEach(
        (pool, packets) -> {
          long more = packets - before.migrated.getOrDefault(pool, 0L);
          if (more != 0) {
            growth.migrated.put(pool, more);
          }
        });
    return growth;
  }

  private static <K> void grown(Map<K, Count> now, Map<K, Count> before, Map<K, Count> growth) {
    now.forEach(
        (key, count) -> {
          Count more = count.minus(before.getOrDefault(key, Count.ZERO));
          if (!more.equals(Count.ZERO)) {
            growth.put(key, more);
          }
        });
  }

  /** For comparisons: targets may hand out the frames of several ports in any order. */
  List<String> sortedOutputs() {
    return sorted(outputs);
  }

  static List<String> sorted(List<Output> outputs) {
    return outputs.stream()
        .map(output -> output.port() + " " + output.frame())
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  @Override
  public String toString() {
    return "reasons "
        + reasons
        + "\n  outputs "
        + sortedOutputs()
        + "\n  copies "
        + sorted(copies)
        + "\n  migrated "
        + migrated
        + "\n  counters "
        + entries;
  }
}

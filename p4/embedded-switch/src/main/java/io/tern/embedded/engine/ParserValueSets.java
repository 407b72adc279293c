package io.tern.embedded.engine;

import io.tern.embedded.bmv2.ValueSet;
import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The members of the parser's value sets; empty until the control plane fills them. */
final class ParserValueSets {
  private final List<ValueSet> sets;
  private final AtomicReferenceArray<List<BigInteger>> members;

  ParserValueSets(List<ValueSet> sets) {
    this.sets = sets;
    this.members = new AtomicReferenceArray<>(sets.size());
    for (int i = 0; i < sets.size(); i++) {
      members.set(i, List.of());
    }
  }

  ValueSet named(String name) {
    return sets.stream().filter(s -> s.name().equals(name)).findFirst().orElse(null);
  }

  void set(int index, List<BigInteger> values) {
    members.set(index, List.copyOf(values));
  }

  /** The members as they are now; another list after each change. */
  List<BigInteger> get(int index) {
    return members.get(index);
  }
}

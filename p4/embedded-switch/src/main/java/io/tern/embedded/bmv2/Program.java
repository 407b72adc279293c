package io.tern.embedded.bmv2;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A whole program. Immutable; every reference in it resolves. */
public record Program(
    List<Header> headers,
    List<HeaderStack> stacks,
    StandardMetadata standardMetadata,
    Map<String, Integer> errors,
    List<FieldList> fieldLists,
    List<FieldList> digests,
    List<ValueSet> valueSets,
    Parser parser,
    Deparser deparser,
    List<Calculation> calculations,
    List<Checksum> checksums,
    List<CounterArray> counters,
    List<RegisterArray> registers,
    List<MeterArray> meters,
    List<Action> actions,
    List<Table> tables,
    Pipeline ingress,
    Pipeline egress) {
  public Program {
    headers = List.copyOf(headers);
    stacks = List.copyOf(stacks);
    errors = Map.copyOf(errors);
    fieldLists = List.copyOf(fieldLists);
    digests = List.copyOf(digests);
    valueSets = List.copyOf(valueSets);
    calculations = List.copyOf(calculations);
    checksums = List.copyOf(checksums);
    counters = List.copyOf(counters);
    registers = List.copyOf(registers);
    meters = List.copyOf(meters);
    actions = List.copyOf(actions);
    tables = List.copyOf(tables);
  }

  public Optional<Table> table(String name) {
    return tables.stream().filter(t -> t.name().equals(name)).findFirst();
  }
}

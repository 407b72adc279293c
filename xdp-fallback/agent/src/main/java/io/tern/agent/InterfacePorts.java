package io.tern.agent;

import io.tern.agent.plane.Ports;
import io.tern.libbpf.Libbpf;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** Ports as the options name them; looks for their interfaces when told to. Thread-safe. */
final class InterfacePorts implements Ports {
  private final Map<Integer, String> names;
  private volatile Map<Integer, Integer> indices = Map.of();

  InterfacePorts(Map<Integer, String> names) {
    this.names = Map.copyOf(names);
    refresh();
  }

  /** Looks again; true if an interface came, went or is another one. */
  boolean refresh() {
    Map<Integer, Integer> found = new HashMap<>();
    names.forEach(
        (port, name) -> {
          int index = Libbpf.interfaceIndex(name);
          if (index != 0) {
            found.put(port, index);
          }
        });
    boolean changed = !found.equals(indices);
    indices = Map.copyOf(found);
    return changed;
  }

  @Override
  public Set<Integer> numbers() {
    return new TreeSet<>(names.keySet());
  }

  @Override
  public OptionalInt interfaceOf(int port) {
    Integer index = indices.get(port);
    return index == null ? OptionalInt.empty() : OptionalInt.of(index);
  }

  @Override
  public OptionalInt portOf(int interfaceIndex) {
    return indices.entrySet().stream()
        .filter(entry -> entry.getValue() == interfaceIndex)
        .mapToInt(Map.Entry::getKey)
        .findFirst();
  }
}

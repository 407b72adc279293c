package io.tern.embedded.bmv2;

import java.util.List;

/** Emits the valid ones of {@code order}, after the {@code primitives} have run. */
public record Deparser(String name, List<Header> order, List<Primitive> primitives) {
  public Deparser {
    order = List.copyOf(order);
    primitives = List.copyOf(primitives);
  }
}

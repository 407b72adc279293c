package io.tern.embedded.bmv2;

import java.util.List;

/**
 * An action.
 *
 * @param id the {@code id} of the JSON; names need not be unique, ids are
 */
public record Action(int id, String name, List<Parameter> parameters, List<Primitive> primitives) {
  /** {@code width} in bits. */
  public record Parameter(String name, int width) {}

  public Action {
    parameters = List.copyOf(parameters);
    primitives = List.copyOf(primitives);
  }
}

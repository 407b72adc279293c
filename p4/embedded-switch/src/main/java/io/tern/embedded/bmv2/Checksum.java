package io.tern.embedded.bmv2;

import static java.util.Objects.requireNonNull;

/**
 * A checksum that is verified after parsing, updated before deparsing, or both.
 *
 * @param condition under which it is looked at at all
 */
public record Checksum(
    String name,
    FieldRef target,
    Calculation calculation,
    boolean verify,
    boolean update,
    Expression.Condition condition) {
  public Checksum {
    requireNonNull(condition, "condition");
  }
}

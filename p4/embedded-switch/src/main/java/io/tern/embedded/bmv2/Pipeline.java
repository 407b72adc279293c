package io.tern.embedded.bmv2;

import java.util.List;

/**
 * The ingress or egress control: an acyclic graph of nodes.
 *
 * @param first index of the first node, or {@link #END}
 */
public record Pipeline(String name, List<Node> nodes, int first) {
  /** No further node. */
  public static final int END = -1;

  /** A node. */
  public sealed interface Node {}

  public record Apply(Table table, Successors successors) implements Node {}

  public record Branch(String name, Expression.Condition condition, int whenTrue, int whenFalse)
      implements Node {}

  public record Call(String name, Action action, int next) implements Node {}

  /** What follows a table. */
  public sealed interface Successors {}

  public record ByResult(int hit, int miss) implements Successors {}

  /** {@code next} in the order of the table's actions. */
  public record ByAction(List<Integer> next, int withoutAction) implements Successors {
    public ByAction {
      next = List.copyOf(next);
    }
  }

  public Pipeline {
    nodes = List.copyOf(nodes);
  }
}

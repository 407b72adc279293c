package io.tern.embedded.engine;

import io.tern.embedded.bmv2.HeaderStack;
import io.tern.embedded.bmv2.Primitive;

/** Operations on whole header stacks, as P4-16 section 8.18 has them. */
final class StackOperations {
  private StackOperations() {}

  static Operation assign(Layout layout, Primitive.AssignStack assign) {
    int[] to = layout.bases(assign.target());
    int[] from = layout.bases(assign.source());
    int toNext = layout.next(assign.target());
    int fromNext = layout.next(assign.source());
    int size = layout.size(assign.target().type());
    return c -> {
      c.r[toNext] = c.r[fromNext];
      for (int i = 0; i < to.length; i++) {
        if (c.r[from[i]] == 0) {
          c.r[to[i]] = 0;
        } else {
          System.arraycopy(c.r, from[i], c.r, to[i], size);
        }
      }
    };
  }

  /** Moves all headers up; the first ones become invalid. */
  static Operation push(Layout layout, Primitive.Push push) {
    HeaderStack stack = push.stack();
    int[] bases = layout.bases(stack);
    int next = layout.next(stack);
    int size = layout.size(stack.type());
    int count = Math.min(push.count(), bases.length);
    return c -> {
      for (int i = bases.length - 1; i >= count; i--) {
        System.arraycopy(c.r, bases[i - count], c.r, bases[i], size);
      }
      for (int i = 0; i < count; i++) {
        WideMath.clear(c.r, bases[i], size);
      }
      c.r[next] = Math.min(bases.length, c.r[next] + count);
    };
  }

  /** Moves all headers down; the last ones become invalid. */
  static Operation pop(Layout layout, Primitive.Pop pop) {
    HeaderStack stack = pop.stack();
    int[] bases = layout.bases(stack);
    int next = layout.next(stack);
    int size = layout.size(stack.type());
    int count = Math.min(pop.count(), bases.length);
    return c -> {
      for (int i = 0; i + count < bases.length; i++) {
        System.arraycopy(c.r, bases[i + count], c.r, bases[i], size);
      }
      for (int i = bases.length - count; i < bases.length; i++) {
        WideMath.clear(c.r, bases[i], size);
      }
      c.r[next] = Math.max(0, c.r[next] - count);
    };
  }
}

package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Expression.HeaderInstance;
import io.tern.embedded.bmv2.Header;
import io.tern.embedded.bmv2.Primitive;
import io.tern.embedded.engine.LimbCompiler.Assignment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds runs of assignments in a sequence of primitives and makes one operation of each. What is
 * left, and runs that are too short to be worth a class of their own, is compiled one by one.
 */
final class StraightLines {
  /** Nodes of a run below which an operation for each assignment is as good. */
  private static final int MIN_NODES = 24;

  private final LimbCompiler limbs;
  private final Function<Primitive, Operation> single;

  /**
   * @param single compiles a primitive by itself
   */
  StraightLines(LimbCompiler limbs, Function<Primitive, Operation> single) {
    this.limbs = limbs;
    this.single = single;
  }

  /**
   * Operations by the index of their primitive. Where an operation does the work of the primitives
   * behind it, too, those are null, and {@link PacketContext#jump} says where it goes on.
   */
  Operation[] compile(List<Primitive> primitives) {
    Set<Integer> targets = new HashSet<>();
    for (Primitive primitive : primitives) {
      if (primitive instanceof Primitive.Jump jump) {
        targets.add(jump.target());
      } else if (primitive instanceof Primitive.JumpIfZero jump) {
        targets.add(jump.target());
      }
    }
    Operation[] operations = new Operation[primitives.size()];
    Set<Header> valid = new HashSet<>();
    int at = 0;
    while (at < operations.length) {
      if (targets.contains(at)) {
        valid.clear();
      }
      int end = run(primitives, at, targets, valid, operations);
      if (end > at) {
        at = end;
      } else {
        Primitive primitive = primitives.get(at);
        operations[at++] = single.apply(primitive);
        note(primitive, valid);
      }
    }
    return operations;
  }

  /** Which headers are surely valid after a primitive that was compiled by itself. */
  private static void note(Primitive primitive, Set<Header> valid) {
    if (primitive instanceof Primitive.AddHeader add
        && add.header() instanceof HeaderInstance instance) {
      valid.add(instance.header());
    } else if (!(primitive instanceof Primitive.Assign)) {
      valid.clear();
    }
  }

  /** Compiles the run that starts at {@code from} and returns its end; {@code from} if none. */
  private int run(
      List<Primitive> primitives,
      int from,
      Set<Integer> targets,
      Set<Header> valid,
      Operation[] operations) {
    StraightLineAssembler assembler = new StraightLineAssembler();
    int nodes = 0;
    int end = from;
    while (end < operations.length && (end == from || !targets.contains(end))) {
      Primitive primitive = primitives.get(end);
      if (primitive instanceof Primitive.Assign assign) {
        Assignment assignment = limbs.compile(assign);
        if (assignment == null || !assembler.append(assignment)) {
          break;
        }
        nodes += assignment.size() + 1;
      } else if (!isNoOp(primitive, valid)) {
        break;
      }
      end++;
    }
    if (nodes < MIN_NODES) {
      return from;
    }
    Operation line = assembler.assemble();
    int next = end;
    operations[from] =
        c -> {
          line.run(c);
          c.jump = next;
        };
    return end;
  }

  /** Whether the primitive makes a header valid that is. */
  private static boolean isNoOp(Primitive primitive, Set<Header> valid) {
    return primitive instanceof Primitive.AddHeader add
        && add.header() instanceof HeaderInstance instance
        && valid.contains(instance.header());
  }

  /** Without the places of primitives that others do the work of; for sequences without jumps. */
  static Operation[] dense(Operation[] operations) {
    List<Operation> dense = new ArrayList<>();
    for (Operation operation : operations) {
      if (operation != null) {
        dense.add(operation);
      }
    }
    return dense.toArray(Operation[]::new);
  }
}

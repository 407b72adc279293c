package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Expression.Arithmetic;
import io.tern.embedded.bmv2.Expression.Cast;
import io.tern.embedded.bmv2.Expression.CastKind;
import io.tern.embedded.bmv2.Expression.ChoiceValue;
import io.tern.embedded.bmv2.Expression.Complement;
import io.tern.embedded.bmv2.Expression.Constant;
import io.tern.embedded.bmv2.Expression.ElementField;
import io.tern.embedded.bmv2.Expression.FieldValue;
import io.tern.embedded.bmv2.Expression.Operator;
import io.tern.embedded.bmv2.Expression.Parameter;
import io.tern.embedded.bmv2.Expression.RegisterCell;
import io.tern.embedded.bmv2.Expression.Value;
import io.tern.embedded.bmv2.ValueRange;
import io.tern.embedded.engine.ExpressionCompiler.ScratchSize;

/** Compiles expressions of more than 64 bits: to a fixed number of words in two's complement. */
final class WideExpressions {
  private final ExpressionCompiler expressions;
  private final Layout layout;
  private final RegisterCells[] registers;
  private final int[] parameterSlots;
  private final ScratchSize scratch;

  WideExpressions(
      ExpressionCompiler expressions,
      Layout layout,
      RegisterCells[] registers,
      int[] parameterSlots,
      ScratchSize scratch) {
    this.expressions = expressions;
    this.layout = layout;
    this.registers = registers;
    this.parameterSlots = parameterSlots;
    this.scratch = scratch;
  }

  /**
   * The value modulo 2^(64 n).
   *
   * @param depth the target must lie below, if it is scratch
   */
  WideNode compile(Value value, int n, int depth) {
    return ExpressionCompiler.fitsWord(value.range())
        ? extend(value, n, depth)
        : compileWords(value, n, depth);
  }

  /** The same for a value that has parts of more than a word, though itself it may fit one. */
  WideNode compileWords(Value value, int n, int depth) {
    if (value instanceof Constant constant) {
      long[] words = Words.of(constant.value(), n);
      return (c, to, at) -> System.arraycopy(words, 0, to, at, n);
    }
    if (value instanceof FieldValue field) {
      int slot = layout.slot(field.field());
      return words(c -> slot, field.width(), field.signed(), n);
    }
    if (value instanceof ElementField element) {
      HeaderNode header = expressions.header(element.header(), depth);
      int relative = layout.relative(element.header().type(), element.field());
      return words(
          c -> {
            int base = header.base(c);
            return base == HeaderNode.NONE ? HeaderNode.NONE : base + relative;
          },
          element.width(),
          element.signed(),
          n);
    }
    if (value instanceof Parameter parameter) {
      int slot = parameterSlots[parameter.index()];
      int have = Math.min(n, Layout.limbs(parameter.width()));
      return (c, to, at) -> {
        System.arraycopy(c.args, slot, to, at, have);
        WideMath.clear(to, at + have, n - have);
      };
    }
    if (value instanceof RegisterCell cell) {
      return cell(cell, n, depth);
    }
    if (value instanceof Arithmetic arithmetic) {
      return arithmetic(arithmetic, n, depth);
    }
    if (value instanceof Complement complement) {
      WideNode operand = compile(complement.operand(), n, depth);
      return (c, to, at) -> {
        operand.eval(c, to, at);
        for (int i = 0; i < n; i++) {
          to[at + i] = ~to[at + i];
        }
      };
    }
    if (value instanceof Cast cast) {
      return cast.kind() == CastKind.TWOS_COMPLEMENT
          ? twosComplement(cast, n, depth)
          : saturate(cast, n, depth);
    }
    ChoiceValue choice = (ChoiceValue) value;
    ConditionNode condition = expressions.condition(choice.condition(), depth);
    WideNode whenTrue = compile(choice.whenTrue(), n, depth);
    WideNode whenFalse = compile(choice.whenFalse(), n, depth);
    return (c, to, at) -> {
      if (condition.test(c)) {
        whenTrue.eval(c, to, at);
      } else {
        whenFalse.eval(c, to, at);
      }
    };
  }

  /** One word, extended as its range says. */
  private WideNode extend(Value value, int n, int depth) {
    LongNode low = expressions.low(value, depth);
    boolean signed = value.range().isNegative();
    return (c, to, at) -> {
      long word = low.eval(c);
      to[at] = word;
      WideMath.fill(to, at + 1, n - 1, signed ? word >> 63 : 0);
    };
  }

  /** The words of a field, zero if there is none. */
  private static WideNode words(HeaderNode slot, int width, boolean signed, int n) {
    int have = Math.min(n, Layout.limbs(width));
    return (c, to, at) -> {
      int from = slot.base(c);
      if (from == HeaderNode.NONE) {
        WideMath.clear(to, at, n);
        return;
      }
      System.arraycopy(c.r, from, to, at, have);
      WideMath.clear(to, at + have, n - have);
      if (signed) {
        WideMath.signExtend(to, at, n, width);
      }
    };
  }

  private WideNode cell(RegisterCell cell, int n, int depth) {
    RegisterCells cells = registers[cell.register().index()];
    LongNode index = expressions.low(cell.index(), depth);
    int have = Math.min(n, cells.limbs);
    return (c, to, at) -> {
      long i = index.eval(c);
      for (int limb = 0; limb < have; limb++) {
        to[at + limb] = cells.word(i, limb);
      }
      WideMath.clear(to, at + have, n - have);
    };
  }

  private WideNode arithmetic(Arithmetic a, int n, int depth) {
    return switch (a.operator()) {
      case ADD, SUBTRACT, AND, OR, XOR -> combine(a, n, depth);
      case MULTIPLY -> multiply(a, n, depth);
      case SHIFT_LEFT -> {
        WideNode left = compile(a.left(), n, depth);
        LongNode count = expressions.low(a.right(), depth);
        yield (c, to, at) -> {
          left.eval(c, to, at);
          WideMath.shiftLeft(to, at, n, count.eval(c));
        };
      }
      case SHIFT_RIGHT -> shiftRight(a, n, depth);
      case DIVIDE, MODULO -> divide(a, n, depth);
    };
  }

  private WideNode combine(Arithmetic a, int n, int depth) {
    WideNode left = compile(a.left(), n, depth);
    WideNode right = compile(a.right(), n, scratch.reserve(depth, n));
    return switch (a.operator()) {
      case ADD ->
          (c, to, at) -> {
            left.eval(c, to, at);
            right.eval(c, c.scratch, depth);
            WideMath.add(to, at, c.scratch, depth, n);
          };
      case SUBTRACT ->
          (c, to, at) -> {
            left.eval(c, to, at);
            right.eval(c, c.scratch, depth);
            WideMath.subtract(to, at, c.scratch, depth, n);
          };
      case AND ->
          (c, to, at) -> {
            left.eval(c, to, at);
            right.eval(c, c.scratch, depth);
            for (int i = 0; i < n; i++) {
              to[at + i] &= c.scratch[depth + i];
            }
          };
      case OR ->
          (c, to, at) -> {
            left.eval(c, to, at);
            right.eval(c, c.scratch, depth);
            for (int i = 0; i < n; i++) {
              to[at + i] |= c.scratch[depth + i];
            }
          };
      default ->
          (c, to, at) -> {
            left.eval(c, to, at);
            right.eval(c, c.scratch, depth);
            for (int i = 0; i < n; i++) {
              to[at + i] ^= c.scratch[depth + i];
            }
          };
    };
  }

  private WideNode multiply(Arithmetic a, int n, int depth) {
    int second = scratch.reserve(depth, n);
    int inner = scratch.reserve(second, n);
    WideNode left = compile(a.left(), n, inner);
    WideNode right = compile(a.right(), n, inner);
    return (c, to, at) -> {
      left.eval(c, c.scratch, depth);
      right.eval(c, c.scratch, second);
      WideMath.multiply(to, at, c.scratch, depth, c.scratch, second, n);
    };
  }

  private WideNode shiftRight(Arithmetic a, int n, int depth) {
    int exact = Math.max(n, ExpressionCompiler.exactLimbs(a.left().range()));
    int inner = scratch.reserve(depth, exact);
    WideNode left = compile(a.left(), exact, inner);
    LongNode count = expressions.low(a.right(), inner);
    return (c, to, at) -> {
      left.eval(c, c.scratch, depth);
      WideMath.shiftRight(c.scratch, depth, exact, count.eval(c));
      System.arraycopy(c.scratch, depth, to, at, n);
    };
  }

  private WideNode divide(Arithmetic a, int n, int depth) {
    ValueRange left = a.left().range();
    ValueRange right = a.right().range();
    int exact =
        Math.max(
            n, Math.max(ExpressionCompiler.exactLimbs(left), ExpressionCompiler.exactLimbs(right)));
    int divisor = scratch.reserve(depth, exact);
    int quotient = scratch.reserve(divisor, exact);
    int inner = scratch.reserve(quotient, exact);
    WideNode l = compile(a.left(), exact, inner);
    WideNode r = compile(a.right(), exact, inner);
    int result = a.operator() == Operator.DIVIDE ? quotient : depth;
    return (c, to, at) -> {
      l.eval(c, c.scratch, depth);
      r.eval(c, c.scratch, divisor);
      WideMath.divide(c.scratch, depth, c.scratch, divisor, c.scratch, quotient, exact);
      System.arraycopy(c.scratch, result, to, at, n);
    };
  }

  private WideNode twosComplement(Cast cast, int n, int depth) {
    int have = Math.min(n, Layout.limbs(cast.width()));
    WideNode operand = compile(cast.operand(), have, depth);
    return (c, to, at) -> {
      operand.eval(c, to, at);
      WideMath.clear(to, at + have, n - have);
      WideMath.signExtend(to, at, n, cast.width());
    };
  }

  private WideNode saturate(Cast cast, int n, int depth) {
    int exact =
        Math.max(
            n,
            Math.max(
                ExpressionCompiler.exactLimbs(cast.operand().range()),
                ExpressionCompiler.exactLimbs(cast.range())));
    long[] low = Words.of(cast.range().low(), exact);
    long[] high = Words.of(cast.range().high(), exact);
    WideNode operand = compile(cast.operand(), exact, scratch.reserve(depth, exact));
    return (c, to, at) -> {
      operand.eval(c, c.scratch, depth);
      if (WideMath.compareSigned(c.scratch, depth, low, 0, exact) < 0) {
        System.arraycopy(low, 0, to, at, n);
      } else if (WideMath.compareSigned(c.scratch, depth, high, 0, exact) > 0) {
        System.arraycopy(high, 0, to, at, n);
      } else {
        System.arraycopy(c.scratch, depth, to, at, n);
      }
    };
  }
}

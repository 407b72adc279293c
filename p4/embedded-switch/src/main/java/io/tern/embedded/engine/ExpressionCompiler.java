package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Expression;
import io.tern.embedded.bmv2.Expression.Arithmetic;
import io.tern.embedded.bmv2.Expression.Cast;
import io.tern.embedded.bmv2.Expression.CastKind;
import io.tern.embedded.bmv2.Expression.ChoiceValue;
import io.tern.embedded.bmv2.Expression.Complement;
import io.tern.embedded.bmv2.Expression.ConditionValue;
import io.tern.embedded.bmv2.Expression.Constant;
import io.tern.embedded.bmv2.Expression.ElementField;
import io.tern.embedded.bmv2.Expression.FieldValue;
import io.tern.embedded.bmv2.Expression.HeaderInstance;
import io.tern.embedded.bmv2.Expression.HeaderValue;
import io.tern.embedded.bmv2.Expression.Parameter;
import io.tern.embedded.bmv2.Expression.RegisterCell;
import io.tern.embedded.bmv2.Expression.StackElement;
import io.tern.embedded.bmv2.Expression.StackLast;
import io.tern.embedded.bmv2.Expression.StackSize;
import io.tern.embedded.bmv2.Expression.Value;
import io.tern.embedded.bmv2.FieldRef;
import io.tern.embedded.bmv2.ValueRange;

/**
 * Compiles integer expressions for machine words.
 *
 * <p>BMv2 computes with integers of unlimited size. Sums, products, left shifts and bitwise
 * operators need only the low words of their operands to give the low words of the result, so they
 * are computed modulo 2^64 whatever the size. Where the exact value matters (comparisons, right
 * shifts, divisions, saturation), the {@link ValueRange} of the operand says whether one word holds
 * it; if not, {@link WideExpressions} takes as many as are needed.
 *
 * <p>{@code depth} is the first word of {@link PacketContext#scratch} that a node may use.
 */
final class ExpressionCompiler {
  private final Layout layout;
  private final RegisterCells[] registers;
  private final int[] parameterSlots;
  private final ScratchSize scratch;
  private final WideExpressions wide;
  private final ConditionCompiler conditions;

  /** How much scratch the deepest expression of the program needs. */
  static final class ScratchSize {
    private int words;

    int reserve(int depth, int n) {
      words = Math.max(words, depth + n);
      return depth + n;
    }

    int words() {
      return words;
    }
  }

  /**
   * @param parameterSlots where the action's parameters are in {@link PacketContext#args}
   */
  ExpressionCompiler(
      Layout layout, RegisterCells[] registers, int[] parameterSlots, ScratchSize scratch) {
    this.layout = layout;
    this.registers = registers;
    this.parameterSlots = parameterSlots;
    this.scratch = scratch;
    this.wide = new WideExpressions(this, layout, registers, parameterSlots, scratch);
    this.conditions = new ConditionCompiler(this, layout, scratch);
  }

  /** The same for the inside of an action. */
  ExpressionCompiler within(int[] slots) {
    return new ExpressionCompiler(layout, registers, slots, scratch);
  }

  LimbCompiler limbs() {
    return new LimbCompiler(layout, parameterSlots);
  }

  WideExpressions wide() {
    return wide;
  }

  ConditionNode condition(Expression.Condition condition) {
    return conditions.compile(condition, 0);
  }

  ConditionNode condition(Expression.Condition condition, int depth) {
    return conditions.compile(condition, depth);
  }

  LongNode low(Value value) {
    return low(value, 0);
  }

  /** Words for the exact value in two's complement. */
  static int exactLimbs(ValueRange range) {
    return Layout.limbs(range.bits());
  }

  static boolean fitsWord(ValueRange range) {
    return range.fitsSignedLong() || range.fitsUnsignedLong();
  }

  /** The value modulo 2^64. */
  LongNode low(Value value, int depth) {
    if (value instanceof Constant constant) {
      long k = constant.value().longValue();
      return c -> k;
    }
    if (value instanceof FieldValue field) {
      return field(field.field());
    }
    if (value instanceof ElementField element) {
      return element(element, depth);
    }
    if (value instanceof Parameter parameter) {
      int slot = parameterSlots[parameter.index()];
      return c -> c.args[slot];
    }
    if (value instanceof RegisterCell cell) {
      RegisterCells cells = registers[cell.register().index()];
      LongNode index = low(cell.index(), depth);
      return c -> cells.word(index.eval(c), 0);
    }
    if (value instanceof Arithmetic arithmetic) {
      return arithmetic(arithmetic, depth);
    }
    if (value instanceof Complement complement) {
      LongNode operand = low(complement.operand(), depth);
      return c -> ~operand.eval(c);
    }
    if (value instanceof Cast cast) {
      return cast(cast, depth);
    }
    if (value instanceof ChoiceValue choice) {
      ConditionNode condition = condition(choice.condition(), depth);
      LongNode whenTrue = low(choice.whenTrue(), depth);
      LongNode whenFalse = low(choice.whenFalse(), depth);
      return c -> condition.test(c) ? whenTrue.eval(c) : whenFalse.eval(c);
    }
    if (value instanceof ConditionValue condition) {
      ConditionNode test = condition(condition.condition(), depth);
      return c -> test.test(c) ? 1 : 0;
    }
    int next = layout.next(((StackSize) value).stack());
    return c -> c.r[next];
  }

  private LongNode field(FieldRef field) {
    int slot = layout.slot(field);
    if (field.range().isNegative() && field.width() < 64) {
      int spare = 64 - field.width();
      return c -> c.r[slot] << spare >> spare;
    }
    return c -> c.r[slot];
  }

  private LongNode element(ElementField element, int depth) {
    HeaderNode header = header(element.header(), depth);
    int relative = layout.relative(element.header().type(), element.field());
    int spare = element.signed() && element.width() < 64 ? 64 - element.width() : 0;
    return c -> {
      int base = header.base(c);
      return base == HeaderNode.NONE ? 0 : c.r[base + relative] << spare >> spare;
    };
  }

  private LongNode arithmetic(Arithmetic a, int depth) {
    switch (a.operator()) {
      case SHIFT_LEFT -> {
        return shiftLeft(a, depth);
      }
      case SHIFT_RIGHT -> {
        return shiftRight(a, depth);
      }
      case DIVIDE, MODULO -> {
        return division(a, depth);
      }
      default -> {
        // below
      }
    }
    LongNode l = low(a.left(), depth);
    if (a.right() instanceof Constant constant) {
      long k = constant.value().longValue();
      switch (a.operator()) {
        case ADD -> {
          return c -> l.eval(c) + k;
        }
        case SUBTRACT -> {
          return c -> l.eval(c) - k;
        }
        case AND -> {
          return c -> l.eval(c) & k;
        }
        default -> {
          // below
        }
      }
    }
    LongNode r = low(a.right(), depth);
    return switch (a.operator()) {
      case ADD -> c -> l.eval(c) + r.eval(c);
      case SUBTRACT -> c -> l.eval(c) - r.eval(c);
      case MULTIPLY -> c -> l.eval(c) * r.eval(c);
      case AND -> c -> l.eval(c) & r.eval(c);
      case OR -> c -> l.eval(c) | r.eval(c);
      case XOR -> c -> l.eval(c) ^ r.eval(c);
      default -> throw new AssertionError(a.operator());
    };
  }

  private LongNode shiftLeft(Arithmetic a, int depth) {
    LongNode l = low(a.left(), depth);
    if (a.right() instanceof Constant constant) {
      long k = constant.value().longValue();
      return k < 0 || k > 63 ? c -> 0 : c -> l.eval(c) << k;
    }
    LongNode r = low(a.right(), depth);
    return c -> {
      long n = r.eval(c);
      return n < 0 || n > 63 ? 0 : l.eval(c) << n;
    };
  }

  private LongNode shiftRight(Arithmetic a, int depth) {
    ValueRange range = a.left().range();
    if (range.fitsUnsignedLong()) {
      LongNode l = low(a.left(), depth);
      if (a.right() instanceof Constant constant) {
        long k = constant.value().longValue();
        return k < 0 || k > 63 ? c -> 0 : c -> l.eval(c) >>> k;
      }
      LongNode r = low(a.right(), depth);
      return c -> {
        long n = r.eval(c);
        return n < 0 || n > 63 ? 0 : l.eval(c) >>> n;
      };
    }
    if (range.fitsSignedLong()) {
      LongNode l = low(a.left(), depth);
      LongNode r = low(a.right(), depth);
      return c -> {
        long n = r.eval(c);
        return l.eval(c) >> (n < 0 || n > 63 ? 63 : n);
      };
    }
    if (a.left() instanceof FieldValue field
        && !range.isNegative()
        && a.right() instanceof Constant constant) {
      return fieldWord(field.field(), constant.value().longValue());
    }
    return lowWord(a, depth);
  }

  /** 64 bits of a wide field from bit {@code from} on. */
  private LongNode fieldWord(FieldRef field, long from) {
    if (from < 0 || from >= field.width()) {
      return c -> 0;
    }
    int slot = layout.slot(field) + (int) (from >>> 6);
    int bits = (int) from & 63;
    if (bits == 0) {
      return c -> c.r[slot];
    }
    if ((from >>> 6) + 1 == Layout.limbs(field.width())) {
      return c -> c.r[slot] >>> bits;
    }
    return c -> c.r[slot] >>> bits | c.r[slot + 1] << (64 - bits);
  }

  /** Computes with as many words as are needed and takes the lowest. */
  private LongNode lowWord(Value value, int depth) {
    WideNode node = wide.compileWords(value, 1, scratch.reserve(depth, 1));
    return c -> {
      node.eval(c, c.scratch, depth);
      return c.scratch[depth];
    };
  }

  private LongNode division(Arithmetic a, int depth) {
    ValueRange left = a.left().range();
    ValueRange right = a.right().range();
    boolean divide = a.operator() == Expression.Operator.DIVIDE;
    if (left.fitsUnsignedLong() && right.fitsUnsignedLong()) {
      LongNode l = low(a.left(), depth);
      LongNode r = low(a.right(), depth);
      return c -> {
        long divisor = r.eval(c);
        if (divisor == 0) {
          return 0;
        }
        return divide
            ? Long.divideUnsigned(l.eval(c), divisor)
            : Long.remainderUnsigned(l.eval(c), divisor);
      };
    }
    return lowWord(a, depth);
  }

  private LongNode cast(Cast cast, int depth) {
    int width = cast.width();
    if (cast.kind() == CastKind.TWOS_COMPLEMENT) {
      LongNode operand = low(cast.operand(), depth);
      int spare = Math.max(0, 64 - width);
      return c -> operand.eval(c) << spare >> spare;
    }
    if (!cast.operand().range().fitsSignedLong()) {
      return lowWord(cast, depth);
    }
    LongNode operand = low(cast.operand(), depth);
    if (cast.kind() == CastKind.SATURATE_UNSIGNED) {
      long max = width > 63 ? Long.MAX_VALUE : Layout.mask(width);
      return c -> Math.max(0, Math.min(max, operand.eval(c)));
    }
    long max = width > 64 ? Long.MAX_VALUE : Layout.mask(width) >>> 1;
    return c -> Math.max(-max - 1, Math.min(max, operand.eval(c)));
  }

  HeaderNode header(HeaderValue header) {
    return header(header, 0);
  }

  HeaderNode header(HeaderValue header, int depth) {
    if (header instanceof HeaderInstance instance) {
      int base = layout.base(instance.header());
      return c -> base;
    }
    if (header instanceof StackLast last) {
      int[] bases = layout.bases(last.stack());
      int next = layout.next(last.stack());
      return c -> {
        int count = (int) c.r[next];
        return count == 0 ? HeaderNode.NONE : bases[count - 1];
      };
    }
    StackElement element = (StackElement) header;
    int[] bases = layout.bases(element.stack());
    LongNode index = low(element.index(), depth);
    return c -> {
      long i = index.eval(c);
      return i < 0 || i >= bases.length ? HeaderNode.NONE : bases[(int) i];
    };
  }
}

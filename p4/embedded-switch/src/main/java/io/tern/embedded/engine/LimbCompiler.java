package io.tern.embedded.engine;

import io.tern.embedded.bmv2.Expression.Arithmetic;
import io.tern.embedded.bmv2.Expression.BooleanConstant;
import io.tern.embedded.bmv2.Expression.Complement;
import io.tern.embedded.bmv2.Expression.ConditionValue;
import io.tern.embedded.bmv2.Expression.Constant;
import io.tern.embedded.bmv2.Expression.FieldValue;
import io.tern.embedded.bmv2.Expression.Parameter;
import io.tern.embedded.bmv2.Expression.Value;
import io.tern.embedded.bmv2.FieldRef;
import io.tern.embedded.bmv2.Primitive;
import io.tern.embedded.bmv2.ValueRange;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes integer expressions apart into words, so far as that can be done word by word: bitwise
 * operators and shifts by constants at any width, arithmetic and shifts by fields within a word.
 */
final class LimbCompiler {
  /** Beyond that an assignment is no straight line that a just-in-time compiler likes. */
  private static final int MAX_NODES = 600;

  private final Layout layout;
  private final int[] parameterSlots;
  private int nodes;

  /**
   * @param parameterSlots where the action's parameters are in {@link PacketContext#args}
   */
  LimbCompiler(Layout layout, int[] parameterSlots) {
    this.layout = layout;
    this.parameterSlots = parameterSlots;
  }

  /** The words of a field, from the first slot on, and what they become. */
  record Assignment(int slot, List<LimbExpression> words) {
    int size() {
      return words.stream().mapToInt(LimbExpression::size).sum();
    }
  }

  /** Null if the assignment is none that can be taken apart. */
  Assignment compile(Primitive.Assign assign) {
    if (!(assign.target() instanceof FieldValue target)
        || target.saturating()
        || target.field().isValidity()) {
      return null;
    }
    nodes = 0;
    List<LimbExpression> words = new ArrayList<>();
    for (int i = 0; i < Layout.limbs(target.width()); i++) {
      LimbExpression word = limb(assign.source(), i);
      if (word == null) {
        return null;
      }
      words.add(LimbExpression.and(word, new LimbExpression.Word(limbMask(target.width(), i))));
    }
    return new Assignment(layout.slot(target.field()), words);
  }

  private static long limbMask(int width, int limb) {
    return Layout.mask(Math.min(64, width - 64 * limb));
  }

  /** Word {@code i} of a value in two's complement, whatever its size; null if not to be had. */
  private LimbExpression limb(Value value, int i) {
    if (++nodes > MAX_NODES) {
      return null;
    }
    if (value instanceof Constant constant) {
      return new LimbExpression.Word(constant.value().shiftRight(64 * i).longValue());
    }
    if (value instanceof FieldValue field) {
      return field(field.field(), i);
    }
    if (value instanceof Parameter parameter) {
      return i < Layout.limbs(parameter.width())
          ? new LimbExpression.Argument(
              parameterSlots[parameter.index()] + i, limbMask(parameter.width(), i))
          : LimbExpression.ZERO;
    }
    if (value instanceof Complement complement) {
      LimbExpression operand = limb(complement.operand(), i);
      return operand == null ? null : LimbExpression.xor(operand, new LimbExpression.Word(-1));
    }
    if (value instanceof Arithmetic arithmetic) {
      return arithmetic(arithmetic, i);
    }
    if (value instanceof ConditionValue condition
        && condition.condition() instanceof BooleanConstant constant) {
      return new LimbExpression.Word(i == 0 && constant.value() ? 1 : 0);
    }
    return null;
  }

  private LimbExpression field(FieldRef field, int i) {
    if (field.isValidity() || field.isVariable() || field.range().isNegative()) {
      return null;
    }
    return i < Layout.limbs(field.width())
        ? new LimbExpression.Register(layout.slot(field) + i, limbMask(field.width(), i))
        : LimbExpression.ZERO;
  }

  private LimbExpression arithmetic(Arithmetic a, int i) {
    return switch (a.operator()) {
      case AND, OR, XOR -> bitwise(a, i);
      case ADD -> withinWord(LimbExpression.Operator.ADD, a, i);
      case SUBTRACT -> withinWord(LimbExpression.Operator.SUBTRACT, a, i);
      case MULTIPLY -> withinWord(LimbExpression.Operator.MULTIPLY, a, i);
      case SHIFT_LEFT -> shiftLeft(a, i);
      case SHIFT_RIGHT -> shiftRight(a, i);
      case DIVIDE, MODULO -> null;
    };
  }

  private LimbExpression bitwise(Arithmetic a, int i) {
    LimbExpression left = limb(a.left(), i);
    LimbExpression right = limb(a.right(), i);
    if (a.operator() == io.tern.embedded.bmv2.Expression.Operator.AND
        && (isZero(left) || isZero(right))) {
      // Whatever the other one is: that is how sums are cut to their width.
      return LimbExpression.ZERO;
    }
    if (left == null || right == null) {
      return null;
    }
    return switch (a.operator()) {
      case AND -> LimbExpression.and(left, right);
      case OR -> LimbExpression.or(left, right);
      default -> LimbExpression.xor(left, right);
    };
  }

  private static boolean isZero(LimbExpression limb) {
    return limb != null && limb.bits() == 0;
  }

  private LimbExpression withinWord(LimbExpression.Operator operator, Arithmetic a, int i) {
    if (i > 0) {
      return beyondWord(a.range());
    }
    LimbExpression left = limb(a.left(), 0);
    LimbExpression right = limb(a.right(), 0);
    return left == null || right == null ? null : LimbExpression.arithmetic(operator, left, right);
  }

  /** A higher word of a value of which only the lowest is computed. */
  private static LimbExpression beyondWord(ValueRange range) {
    return range.fitsUnsignedLong() ? LimbExpression.ZERO : null;
  }

  /** The constant that a shift counts by; negative if there is none or it is out of any width. */
  private static int constantCount(Value count) {
    return count instanceof Constant constant
            && constant.value().signum() >= 0
            && constant.value().bitLength() < 16
        ? constant.value().intValue()
        : -1;
  }

  private LimbExpression shiftLeft(Arithmetic a, int i) {
    int count = constantCount(a.right());
    if (count >= 0) {
      int words = count >>> 6;
      int bits = count & 63;
      LimbExpression high = i >= words ? limb(a.left(), i - words) : LimbExpression.ZERO;
      LimbExpression low =
          bits > 0 && i > words ? limb(a.left(), i - words - 1) : LimbExpression.ZERO;
      return high == null || low == null
          ? null
          : LimbExpression.or(
              LimbExpression.shiftLeft(high, bits),
              bits == 0 ? LimbExpression.ZERO : LimbExpression.shiftRight(low, 64 - bits));
    }
    if (a.right() instanceof Constant) {
      return null;
    }
    if (i > 0) {
      return beyondWord(a.range());
    }
    LimbExpression value = limb(a.left(), 0);
    LimbExpression by = count(a.right());
    return value == null || by == null ? null : LimbExpression.shiftLeftBy(value, by);
  }

  private LimbExpression shiftRight(Arithmetic a, int i) {
    ValueRange range = a.left().range();
    if (range.isNegative() || !range.isBounded()) {
      return null;
    }
    int count = constantCount(a.right());
    if (count >= 0) {
      int words = count >>> 6;
      int bits = count & 63;
      LimbExpression low = limb(a.left(), i + words);
      LimbExpression high = bits > 0 ? limb(a.left(), i + words + 1) : LimbExpression.ZERO;
      return high == null || low == null
          ? null
          : LimbExpression.or(
              LimbExpression.shiftRight(low, bits),
              bits == 0 ? LimbExpression.ZERO : LimbExpression.shiftLeft(high, 64 - bits));
    }
    if (a.right() instanceof Constant || !range.fitsUnsignedLong()) {
      return null;
    }
    if (i > 0) {
      return LimbExpression.ZERO;
    }
    LimbExpression value = limb(a.left(), 0);
    LimbExpression by = count(a.right());
    return value == null || by == null ? null : LimbExpression.shiftRightBy(value, by);
  }

  private LimbExpression count(Value count) {
    return count.range().fitsUnsignedLong() ? limb(count, 0) : null;
  }
}

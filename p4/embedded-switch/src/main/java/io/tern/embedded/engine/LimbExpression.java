package io.tern.embedded.engine;

/**
 * One word of an integer expression, in a form that a straight line of JVM instructions computes.
 *
 * <p>The factories simplify: what a mask cannot change is not masked, and nothing is combined with
 * zero. They may, because each node knows which of its bits can be other than 0.
 */
sealed interface LimbExpression {
  LimbExpression ZERO = new Word(0);

  /** The bits that can be 1. */
  long bits();

  /** How many nodes it has: what it costs. */
  int size();

  record Word(long value) implements LimbExpression {
    @Override
    public long bits() {
      return value;
    }

    @Override
    public int size() {
      return 1;
    }
  }

  /** A slot of the register file. */
  record Register(int slot, long bits) implements LimbExpression {
    @Override
    public int size() {
      return 1;
    }
  }

  /** A word of the action's arguments. */
  record Argument(int index, long bits) implements LimbExpression {
    @Override
    public int size() {
      return 1;
    }
  }

  /** Operators; shifts take the count as it is, from 0 to 63. */
  enum Operator {
    ADD,
    SUBTRACT,
    MULTIPLY,
    AND,
    OR,
    XOR,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    /** By any count; 64 and more give 0. */
    SHIFT_LEFT_BY,
    SHIFT_RIGHT_BY
  }

  record Binary(Operator operator, LimbExpression left, LimbExpression right, long bits, int size)
      implements LimbExpression {}

  static LimbExpression xor(LimbExpression a, LimbExpression b) {
    if (isZero(a)) {
      return b;
    }
    if (isZero(b)) {
      return a;
    }
    return node(Operator.XOR, a, b, a.bits() | b.bits());
  }

  static LimbExpression or(LimbExpression a, LimbExpression b) {
    if (isZero(a)) {
      return b;
    }
    if (isZero(b)) {
      return a;
    }
    return node(Operator.OR, a, b, a.bits() | b.bits());
  }

  static LimbExpression and(LimbExpression a, LimbExpression b) {
    if ((a.bits() & b.bits()) == 0) {
      return ZERO;
    }
    if (a instanceof Word) {
      return masked(b, a.bits());
    }
    if (b instanceof Word) {
      return masked(a, b.bits());
    }
    return node(Operator.AND, a, b, a.bits() & b.bits());
  }

  private static LimbExpression masked(LimbExpression a, long mask) {
    if ((a.bits() & ~mask) == 0) {
      return a;
    }
    if (a instanceof Word word) {
      return new Word(word.value & mask);
    }
    if (a instanceof Binary binary
        && binary.operator == Operator.AND
        && binary.right instanceof Word inner) {
      return masked(binary.left, inner.value & mask);
    }
    return node(Operator.AND, a, new Word(mask), a.bits() & mask);
  }

  /** By 0 to 63. */
  static LimbExpression shiftLeft(LimbExpression a, int count) {
    if (count == 0) {
      return a;
    }
    if (a.bits() << count == 0) {
      return ZERO;
    }
    return node(Operator.SHIFT_LEFT, a, new Word(count), a.bits() << count);
  }

  /** By 0 to 63, without sign. */
  static LimbExpression shiftRight(LimbExpression a, int count) {
    if (count == 0) {
      return a;
    }
    if (a.bits() >>> count == 0) {
      return ZERO;
    }
    return node(Operator.SHIFT_RIGHT, a, new Word(count), a.bits() >>> count);
  }

  static LimbExpression shiftLeftBy(LimbExpression a, LimbExpression count) {
    return node(Operator.SHIFT_LEFT_BY, a, count, -1);
  }

  static LimbExpression shiftRightBy(LimbExpression a, LimbExpression count) {
    return node(Operator.SHIFT_RIGHT_BY, a, count, upTo(a.bits()));
  }

  /** Addition, subtraction or multiplication, modulo 2^64. */
  static LimbExpression arithmetic(Operator operator, LimbExpression a, LimbExpression b) {
    int width = Math.max(bitLength(a), bitLength(b));
    long bits =
        switch (operator) {
          case ADD -> width < 63 ? ones(width + 1) : -1;
          case MULTIPLY ->
              bitLength(a) + bitLength(b) < 64 ? ones(bitLength(a) + bitLength(b)) : -1;
          default -> -1;
        };
    return node(operator, a, b, bits);
  }

  private static LimbExpression node(
      Operator operator, LimbExpression a, LimbExpression b, long bits) {
    Binary node = new Binary(operator, a, b, bits, 1 + a.size() + b.size());
    return a instanceof Word left && b instanceof Word right
        ? new Word(fold(operator, left.value, right.value))
        : node;
  }

  private static long fold(Operator operator, long a, long b) {
    return switch (operator) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case AND -> a & b;
      case OR -> a | b;
      case XOR -> a ^ b;
      case SHIFT_LEFT -> a << b;
      case SHIFT_RIGHT -> a >>> b;
      case SHIFT_LEFT_BY -> WideMath.shiftLeft(a, b);
      case SHIFT_RIGHT_BY -> WideMath.shiftRight(a, b);
    };
  }

  private static boolean isZero(LimbExpression a) {
    return a instanceof Word word && word.value == 0;
  }

  private static int bitLength(LimbExpression a) {
    return 64 - Long.numberOfLeadingZeros(a.bits());
  }

  private static long ones(int count) {
    return count == 0 ? 0 : -1L >>> (64 - count);
  }

  private static long upTo(long bits) {
    return ones(64 - Long.numberOfLeadingZeros(bits));
  }
}

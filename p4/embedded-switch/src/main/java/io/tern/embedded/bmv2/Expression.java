package io.tern.embedded.bmv2;

import java.math.BigInteger;
import java.util.List;

/** An expression of the program, typed: an integer, a condition or a header. */
public sealed interface Expression {

  /** Evaluates to an integer, of unlimited size as far as BMv2 is concerned. */
  sealed interface Value extends Expression {
    ValueRange range();
  }

  /** Something that a value can be assigned to. */
  sealed interface Target extends Value {
    /** In bits. */
    int width();

    /** Clamps instead of cutting. */
    boolean saturating();

    boolean signed();
  }

  /** Evaluates to true or false. */
  sealed interface Condition extends Expression {}

  /** Evaluates to a header instance, or to none when the index of a stack is out of bounds. */
  sealed interface HeaderValue extends Expression {
    HeaderType type();
  }

  /** A header stack; only an operand. */
  record StackValue(HeaderStack stack) implements Expression {}

  record Constant(BigInteger value) implements Value {
    @Override
    public ValueRange range() {
      return ValueRange.constant(value);
    }
  }

  record FieldValue(FieldRef field) implements Target {
    @Override
    public ValueRange range() {
      return field.range();
    }

    @Override
    public int width() {
      return field.width();
    }

    @Override
    public boolean saturating() {
      return !field.isValidity() && field.header().type().fields().get(field.field()).saturating();
    }

    @Override
    public boolean signed() {
      return !field.isValidity() && field.header().type().fields().get(field.field()).signed();
    }
  }

  /**
   * A field of a header that is only known when the packet is there; 0 if there is no such header.
   */
  record ElementField(HeaderValue header, int field) implements Target {
    private HeaderType.Field description() {
      return header.type().fields().get(field);
    }

    @Override
    public ValueRange range() {
      return field == HeaderType.VALIDITY ? ValueRange.BIT : description().range();
    }

    @Override
    public int width() {
      return field == HeaderType.VALIDITY ? 1 : description().width();
    }

    @Override
    public boolean saturating() {
      return field != HeaderType.VALIDITY && description().saturating();
    }

    @Override
    public boolean signed() {
      return field != HeaderType.VALIDITY && description().signed();
    }
  }

  /** A parameter of the action that is running. */
  record Parameter(int index, int width) implements Value {
    @Override
    public ValueRange range() {
      return ValueRange.unsigned(width);
    }
  }

  /** A cell of a register array; 0 out of bounds. */
  record RegisterCell(RegisterArray register, Value index) implements Target {
    @Override
    public ValueRange range() {
      return ValueRange.unsigned(register.width());
    }

    @Override
    public int width() {
      return register.width();
    }

    @Override
    public boolean saturating() {
      return false;
    }

    @Override
    public boolean signed() {
      return false;
    }
  }

  /** Operators with two integers; shifts take the count on the right; x / 0 and x % 0 are 0. */
  enum Operator {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    MODULO,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    AND,
    OR,
    XOR
  }

  record Arithmetic(Operator operator, Value left, Value right, ValueRange range) implements Value {
    static Arithmetic of(Operator operator, Value left, Value right) {
      ValueRange l = left.range();
      ValueRange r = right.range();
      ValueRange range =
          switch (operator) {
            case ADD -> l.add(r);
            case SUBTRACT -> l.subtract(r);
            case MULTIPLY -> l.multiply(r);
            case DIVIDE -> l.divide(r);
            case MODULO -> l.modulo(r);
            case SHIFT_LEFT -> l.shiftLeft(r);
            case SHIFT_RIGHT -> l.shiftRight(r);
            case AND -> l.and(r);
            case OR, XOR -> l.or(r);
          };
      return new Arithmetic(operator, left, right, range);
    }
  }

  /** -1 - operand. */
  record Complement(Value operand) implements Value {
    @Override
    public ValueRange range() {
      return operand.range().complement();
    }
  }

  /** How a cast brings a value into its width. */
  enum CastKind {
    /** The low bits, read as two's complement. */
    TWOS_COMPLEMENT,
    /** Clamped to 0 .. 2^width - 1. */
    SATURATE_UNSIGNED,
    /** Clamped to -2^(width-1) .. 2^(width-1) - 1. */
    SATURATE_SIGNED
  }

  record Cast(CastKind kind, Value operand, int width) implements Value {
    @Override
    public ValueRange range() {
      return kind == CastKind.SATURATE_UNSIGNED
          ? ValueRange.unsigned(width)
          : ValueRange.signed(width);
    }
  }

  record ChoiceValue(Condition condition, Value whenTrue, Value whenFalse, ValueRange range)
      implements Value {
    static ChoiceValue of(Condition condition, Value whenTrue, Value whenFalse) {
      return new ChoiceValue(
          condition, whenTrue, whenFalse, whenTrue.range().union(whenFalse.range()));
    }
  }

  /** 1 for true. */
  record ConditionValue(Condition condition) implements Value {
    @Override
    public ValueRange range() {
      return ValueRange.BIT;
    }
  }

  /** Headers in the stack, as extraction, push and pop count them. */
  record StackSize(HeaderStack stack) implements Value {
    @Override
    public ValueRange range() {
      return ValueRange.unsigned(16);
    }
  }

  record BooleanConstant(boolean value) implements Condition {}

  /** Comparisons of integers. */
  enum Comparator {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL
  }

  record Comparison(Comparator comparator, Value left, Value right) implements Condition {}

  /** Two valid headers of one type with the same fields. */
  record HeaderEquality(HeaderValue left, HeaderValue right) implements Condition {}

  /** Two variable fields of the same length with the same octets. */
  record VariableEquality(FieldRef left, FieldRef right) implements Condition {}

  record ConditionEquality(Condition left, Condition right) implements Condition {}

  record Not(Condition operand) implements Condition {}

  record And(Condition left, Condition right) implements Condition {}

  record Or(Condition left, Condition right) implements Condition {}

  record Valid(HeaderValue header) implements Condition {}

  record NonZero(Value operand) implements Condition {}

  record ChoiceCondition(Condition condition, Condition whenTrue, Condition whenFalse)
      implements Condition {}

  record HeaderInstance(Header header) implements HeaderValue {
    @Override
    public HeaderType type() {
      return header.type();
    }
  }

  record StackElement(HeaderStack stack, Value index) implements HeaderValue {
    @Override
    public HeaderType type() {
      return stack.type();
    }
  }

  /** The newest header of a stack. */
  record StackLast(HeaderStack stack) implements HeaderValue {
    @Override
    public HeaderType type() {
      return stack.type();
    }
  }

  /** The names of the operators as the JSON has them. */
  List<String> OPERATORS =
      List.of(
          "+",
          "-",
          "*",
          "/",
          "%",
          "<<",
          ">>",
          "&",
          "|",
          "^",
          "~",
          "==",
          "!=",
          "<",
          "<=",
          ">",
          ">=",
          "and",
          "or",
          "not",
          "?",
          "valid",
          "d2b",
          "b2d",
          "two_comp_mod",
          "usat_cast",
          "sat_cast",
          "access_field",
          "dereference_header_stack",
          "last_stack_index",
          "size_stack");
}

package io.tern.embedded.bmv2;

import io.tern.embedded.bmv2.Expression.Arithmetic;
import io.tern.embedded.bmv2.Expression.Cast;
import io.tern.embedded.bmv2.Expression.CastKind;
import io.tern.embedded.bmv2.Expression.Comparator;
import io.tern.embedded.bmv2.Expression.Condition;
import io.tern.embedded.bmv2.Expression.Constant;
import io.tern.embedded.bmv2.Expression.HeaderValue;
import io.tern.embedded.bmv2.Expression.Operator;
import io.tern.embedded.bmv2.Expression.StackValue;
import io.tern.embedded.bmv2.Expression.Target;
import io.tern.embedded.bmv2.Expression.Value;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** Reads type-value objects and the expressions in them. */
final class ExpressionReader {
  private final Symbols symbols;
  private final List<Action.Parameter> parameters;

  /**
   * @param parameters of the action around the expression, empty outside of actions
   */
  ExpressionReader(Symbols symbols, List<Action.Parameter> parameters) {
    this.symbols = symbols;
    this.parameters = parameters;
  }

  Value value(JsonCursor at) {
    Expression expression = expression(at);
    if (expression instanceof Value value) {
      return value;
    }
    throw at.error("expected an integer expression, found a " + kind(expression));
  }

  Condition condition(JsonCursor at) {
    Expression expression = expression(at);
    if (expression instanceof Condition condition) {
      return condition;
    }
    throw at.error("expected a boolean expression, found a " + kind(expression));
  }

  HeaderValue header(JsonCursor at) {
    Expression expression = expression(at);
    if (expression instanceof HeaderValue header) {
      return header;
    }
    throw at.error("expected a header, found a " + kind(expression));
  }

  HeaderStack stack(JsonCursor at) {
    Expression expression = expression(at);
    if (expression instanceof StackValue stack) {
      return stack.stack();
    }
    throw at.error("expected a header stack, found a " + kind(expression));
  }

  Target target(JsonCursor at) {
    Expression expression = expression(at);
    if (!(expression instanceof Target target)) {
      throw at.error(
          "expected a field, a register cell or another place to assign to, found a "
              + kind(expression));
    }
    if ((target instanceof Expression.FieldValue f && f.field().isValidity())
        || (target instanceof Expression.ElementField e && e.field() == HeaderType.VALIDITY)) {
      throw at.error("the validity of a header cannot be assigned to");
    }
    return target;
  }

  /** A value whose exact size is needed and must have a bound. */
  private Value exact(JsonCursor at) {
    return exact(value(at), at);
  }

  private static Value exact(Value value, JsonCursor at) {
    if (!value.range().isBounded()) {
      throw at.error(
          "the value may need more than "
              + ValueRange.MAX_BITS
              + " bits; cut it with a mask first");
    }
    return value;
  }

  /** A value that is used as an index, a count or a length: anything that a 64-bit word holds. */
  Value index(JsonCursor at) {
    Value value = exact(at);
    if (!value.range().fitsSignedLong() && !value.range().fitsUnsignedLong()) {
      throw at.error("expected a value of at most 64 bits, found one of " + value.range().bits());
    }
    return value;
  }

  Expression expression(JsonCursor at) {
    String type = at.text("type");
    JsonCursor value = at.get("value");
    return switch (type) {
      case "expression" -> value.find("op").isPresent() ? operation(value) : expression(value);
      case "field" -> field(value);
      case "hexstr" -> new Constant(value.hex());
      case "bool" -> new Expression.BooleanConstant(value.bool());
      case "local", "runtime_data" -> parameter(value);
      case "header" -> new Expression.HeaderInstance(symbols.header(value));
      case "header_stack" -> new StackValue(symbols.stack(value));
      case "stack_field" -> stackField(value);
      case "register" -> register(value);
      default ->
          throw at.get("type")
              .unsupported("an expression of type \"" + type + "\" is not supported");
    };
  }

  private Expression field(JsonCursor value) {
    FieldRef field = symbols.field(value);
    if (field.isVariable()) {
      throw value.error("a variable field has no integer value");
    }
    return new Expression.FieldValue(field);
  }

  private Expression parameter(JsonCursor at) {
    int index = at.integer();
    if (index < 0 || index >= parameters.size()) {
      throw at.error("no parameter " + index + ": the action has " + parameters.size());
    }
    return new Expression.Parameter(index, parameters.get(index).width());
  }

  private Expression stackField(JsonCursor pair) {
    List<JsonCursor> names = pair.tuple(2);
    HeaderStack stack = symbols.stack(names.get(0));
    return new Expression.ElementField(
        new Expression.StackLast(stack), symbols.fieldOf(stack.type(), names.get(1)));
  }

  private Expression register(JsonCursor pair) {
    List<JsonCursor> parts = pair.tuple(2);
    RegisterArray register = Symbols.resolve(symbols.registers, parts.get(0), "register array");
    return new Expression.RegisterCell(register, index(parts.get(1)));
  }

  private Expression operation(JsonCursor at) {
    String op = at.text("op");
    return switch (op) {
      case "+", "-" -> sum(op, at);
      case "*" -> arithmetic(Operator.MULTIPLY, at);
      case "/" -> exactArithmetic(Operator.DIVIDE, at);
      case "%" -> exactArithmetic(Operator.MODULO, at);
      case "&" -> arithmetic(Operator.AND, at);
      case "|" -> arithmetic(Operator.OR, at);
      case "^" -> arithmetic(Operator.XOR, at);
      case "<<" ->
          Arithmetic.of(Operator.SHIFT_LEFT, value(at.get("left")), count(at.get("right")));
      case ">>" ->
          Arithmetic.of(Operator.SHIFT_RIGHT, exact(at.get("left")), count(at.get("right")));
      case "~" -> new Expression.Complement(value(operand(at)));
      case "==" -> equality(at);
      case "!=" -> new Expression.Not(equality(at));
      case "<" -> comparison(Comparator.LESS, at);
      case "<=" -> comparison(Comparator.LESS_OR_EQUAL, at);
      case ">" -> comparison(Comparator.GREATER, at);
      case ">=" -> comparison(Comparator.GREATER_OR_EQUAL, at);
      case "and" -> new Expression.And(condition(at.get("left")), condition(at.get("right")));
      case "or" -> new Expression.Or(condition(at.get("left")), condition(at.get("right")));
      case "not" -> new Expression.Not(condition(operand(at)));
      case "valid" -> new Expression.Valid(header(operand(at)));
      case "d2b" -> new Expression.NonZero(exact(operand(at)));
      case "b2d" -> new Expression.ConditionValue(condition(operand(at)));
      case "two_comp_mod" -> cast(CastKind.TWOS_COMPLEMENT, at);
      case "usat_cast" -> cast(CastKind.SATURATE_UNSIGNED, at);
      case "sat_cast" -> cast(CastKind.SATURATE_SIGNED, at);
      case "?" -> choice(at);
      case "access_field" -> accessField(at);
      case "dereference_header_stack" ->
          new Expression.StackElement(stack(at.get("left")), index(at.get("right")));
      case "size_stack" -> new Expression.StackSize(stack(operand(at)));
      case "last_stack_index" ->
          Arithmetic.of(
              Operator.SUBTRACT,
              new Expression.StackSize(stack(operand(at))),
              new Constant(BigInteger.ONE));
      default ->
          throw at.get("op")
              .unsupported(
                  "operator \""
                      + op
                      + "\" is not supported; known are "
                      + String.join(" ", Expression.OPERATORS));
    };
  }

  /** The operand of a unary operator, which may stand on either side. */
  private static JsonCursor operand(JsonCursor at) {
    Optional<JsonCursor> right = at.find("right");
    return right.isPresent() ? right.get() : at.get("left");
  }

  private Value sum(String op, JsonCursor at) {
    Value left = at.find("left").map(this::value).orElse(new Constant(BigInteger.ZERO));
    return Arithmetic.of(
        op.equals("+") ? Operator.ADD : Operator.SUBTRACT, left, value(at.get("right")));
  }

  private Value arithmetic(Operator operator, JsonCursor at) {
    return Arithmetic.of(operator, value(at.get("left")), value(at.get("right")));
  }

  private Value exactArithmetic(Operator operator, JsonCursor at) {
    return Arithmetic.of(operator, exact(at.get("left")), exact(at.get("right")));
  }

  private Value count(JsonCursor at) {
    Value count = index(at);
    if (count.range().high().signum() < 0) {
      throw at.error("a negative shift");
    }
    return count;
  }

  private Condition comparison(Comparator comparator, JsonCursor at) {
    return new Expression.Comparison(comparator, exact(at.get("left")), exact(at.get("right")));
  }

  private Condition equality(JsonCursor at) {
    if (isVariableField(at.get("left")) && isVariableField(at.get("right"))) {
      return new Expression.VariableEquality(
          symbols.field(at.get("left").get("value")), symbols.field(at.get("right").get("value")));
    }
    Expression left = expression(at.get("left"));
    Expression right = expression(at.get("right"));
    if (left instanceof Value l && right instanceof Value r) {
      return new Expression.Comparison(
          Comparator.EQUAL, exact(l, at.get("left")), exact(r, at.get("right")));
    }
    if (left instanceof Condition l && right instanceof Condition r) {
      return new Expression.ConditionEquality(l, r);
    }
    if (left instanceof HeaderValue l && right instanceof HeaderValue r) {
      if (!l.type().equals(r.type())) {
        throw at.error(
            "headers of different types \""
                + l.type().name()
                + "\" and \""
                + r.type().name()
                + "\"");
      }
      return new Expression.HeaderEquality(l, r);
    }
    throw at.error("cannot compare a " + kind(left) + " with a " + kind(right));
  }

  private boolean isVariableField(JsonCursor at) {
    return at.text("type").equals("field") && symbols.field(at.get("value")).isVariable();
  }

  private Value cast(CastKind kind, JsonCursor at) {
    JsonCursor widthAt = at.get("right");
    if (!(value(widthAt) instanceof Constant width)) {
      throw widthAt.error("the width of a cast must be a constant");
    }
    int bits = width.value().bitLength() > 16 ? 0 : width.value().intValue();
    if (bits < 1 || bits > ValueRange.MAX_BITS / 2) {
      throw widthAt.error("a width of 1 to " + ValueRange.MAX_BITS / 2 + " bits expected");
    }
    Value operand =
        kind == CastKind.TWOS_COMPLEMENT ? value(at.get("left")) : exact(at.get("left"));
    return new Cast(kind, operand, bits);
  }

  private Expression choice(JsonCursor at) {
    Condition condition = condition(at.get("cond"));
    Expression left = expression(at.get("left"));
    Expression right = expression(at.get("right"));
    if (left instanceof Value l && right instanceof Value r) {
      return Expression.ChoiceValue.of(condition, l, r);
    }
    if (left instanceof Condition l && right instanceof Condition r) {
      return new Expression.ChoiceCondition(condition, l, r);
    }
    throw at.error("cannot choose between a " + kind(left) + " and a " + kind(right));
  }

  private Expression accessField(JsonCursor at) {
    HeaderValue header = header(at.get("left"));
    JsonCursor indexAt = at.get("right");
    int index = indexAt.integer();
    int fields = header.type().fields().size();
    // The hidden validity field follows the declared ones.
    if (index < 0 || index > fields) {
      throw indexAt.error("no field " + index + " in header type \"" + header.type().name() + "\"");
    }
    int field = index == fields ? HeaderType.VALIDITY : index;
    if (field != HeaderType.VALIDITY && header.type().fields().get(field).variable()) {
      throw indexAt.error("a variable field has no integer value");
    }
    if (header instanceof Expression.HeaderInstance instance) {
      return new Expression.FieldValue(new FieldRef(instance.header(), field));
    }
    return new Expression.ElementField(header, field);
  }

  private static String kind(Expression expression) {
    if (expression instanceof Value) {
      return "integer";
    }
    if (expression instanceof Condition) {
      return "boolean";
    }
    return expression instanceof HeaderValue ? "header" : "header stack";
  }
}

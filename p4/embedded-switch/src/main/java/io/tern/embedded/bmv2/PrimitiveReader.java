package io.tern.embedded.bmv2;

import io.tern.embedded.bmv2.Expression.Condition;
import io.tern.embedded.bmv2.Expression.Constant;
import io.tern.embedded.bmv2.Expression.HeaderValue;
import io.tern.embedded.bmv2.Expression.Operator;
import io.tern.embedded.bmv2.Expression.Target;
import io.tern.embedded.bmv2.Expression.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads primitive calls. */
final class PrimitiveReader {
  private final Symbols symbols;
  private final ExpressionReader expressions;

  PrimitiveReader(Symbols symbols, List<Action.Parameter> parameters) {
    this.symbols = symbols;
    this.expressions = new ExpressionReader(symbols, parameters);
  }

  List<Primitive> readAll(List<JsonCursor> calls) {
    List<Primitive> primitives = new ArrayList<>();
    for (JsonCursor call : calls) {
      Primitive primitive = read(call);
      int target = -1;
      if (primitive instanceof Primitive.Jump jump) {
        target = jump.target();
      } else if (primitive instanceof Primitive.JumpIfZero jump) {
        target = jump.target();
      }
      if (target > calls.size()) {
        throw call.get("parameters")
            .error("a jump to " + target + " in an action of " + calls.size() + " primitives");
      }
      primitives.add(primitive);
    }
    return primitives;
  }

  Primitive read(JsonCursor call) {
    String op = call.text("op");
    JsonCursor parameters = call.get("parameters");
    List<JsonCursor> p = parameters.elements();
    return switch (op) {
      case "assign", "modify_field" -> assign(arguments(call, p, 2));
      case "assign_VL" -> assignVariable(arguments(call, p, 2));
      case "assign_header", "copy_header" -> assignHeader(arguments(call, p, 2));
      case "assign_header_stack" -> assignStack(call, arguments(call, p, 2));
      case "add_to_field" -> update(Operator.ADD, arguments(call, p, 2));
      case "subtract_from_field" -> update(Operator.SUBTRACT, arguments(call, p, 2));
      case "add" -> compute(Operator.ADD, arguments(call, p, 3));
      case "subtract" -> compute(Operator.SUBTRACT, arguments(call, p, 3));
      case "bit_and" -> compute(Operator.AND, arguments(call, p, 3));
      case "bit_or" -> compute(Operator.OR, arguments(call, p, 3));
      case "bit_xor" -> compute(Operator.XOR, arguments(call, p, 3));
      case "add_header", "add_header_fast" ->
          new Primitive.AddHeader(packetHeader(arguments(call, p, 1).get(0)));
      case "remove_header" ->
          new Primitive.RemoveHeader(packetHeader(arguments(call, p, 1).get(0)));
      case "push" -> {
        arguments(call, p, 2);
        yield new Primitive.Push(expressions.stack(p.get(0)), constant(p.get(1), 65535));
      }
      case "pop" -> {
        arguments(call, p, 2);
        yield new Primitive.Pop(expressions.stack(p.get(0)), constant(p.get(1), 65535));
      }
      case "count" -> {
        arguments(call, p, 2);
        yield new Primitive.Count(
            named(p.get(0), "counter_array", symbols.counters), expressions.index(p.get(1)));
      }
      case "register_read" -> {
        arguments(call, p, 3);
        yield new Primitive.RegisterRead(
            expressions.target(p.get(0)),
            named(p.get(1), "register_array", symbols.registers),
            expressions.index(p.get(2)));
      }
      case "register_write" -> {
        arguments(call, p, 3);
        yield new Primitive.RegisterWrite(
            named(p.get(0), "register_array", symbols.registers),
            expressions.index(p.get(1)),
            expressions.value(p.get(2)));
      }
      case "execute_meter" -> executeMeter(arguments(call, p, 3));
      case "modify_field_with_hash_based_offset" -> {
        arguments(call, p, 4);
        yield new Primitive.Hash(
            expressions.target(p.get(0)),
            expressions.value(p.get(1)),
            named(p.get(2), "calculation", symbols.calculations),
            expressions.value(p.get(3)));
      }
      case "modify_field_rng_uniform" -> {
        arguments(call, p, 3);
        yield new Primitive.Random(
            expressions.target(p.get(0)), expressions.index(p.get(1)), expressions.index(p.get(2)));
      }
      case "mark_to_drop" -> markToDrop(arguments(call, p, 1));
      case "drop" -> {
        arguments(call, p, 0);
        yield new Primitive.MarkToDrop();
      }
      case "exit" -> {
        arguments(call, p, 0);
        yield new Primitive.Exit();
      }
      case "clone_ingress_pkt_to_egress", "clone_egress_pkt_to_egress" -> {
        arguments(call, p, 2);
        yield new Primitive.Clone(expressions.index(p.get(0)), fieldList(p.get(1)));
      }
      case "resubmit" -> new Primitive.Resubmit(fieldList(arguments(call, p, 1).get(0)));
      case "recirculate" -> new Primitive.Recirculate(fieldList(arguments(call, p, 1).get(0)));
      case "generate_digest" -> new Primitive.Digest(digest(arguments(call, p, 2).get(1)));
      case "truncate" -> new Primitive.Truncate(expressions.index(arguments(call, p, 1).get(0)));
      case "assert", "assume" -> require(op, call, arguments(call, p, 1));
      case "log_msg" -> log(arguments(call, p, 2));
      case "_jump" -> new Primitive.Jump(constant(arguments(call, p, 1).get(0), 1 << 20));
      case "_jump_if_zero" -> {
        arguments(call, p, 2);
        yield new Primitive.JumpIfZero(test(p.get(0)), constant(p.get(1), 1 << 20));
      }
      case "no_op" -> {
        arguments(call, p, 0);
        yield new Primitive.NoOp();
      }
      default -> throw call.get("op").unsupported("primitive \"" + op + "\" is not supported");
    };
  }

  private static List<JsonCursor> arguments(JsonCursor call, List<JsonCursor> found, int count) {
    if (found.size() != count) {
      throw call.get("parameters")
          .error(
              "primitive \""
                  + call.text("op")
                  + "\" takes "
                  + count
                  + " parameters, found "
                  + found.size());
    }
    return found;
  }

  private <T> T named(JsonCursor at, String type, Map<String, T> declared) {
    if (!at.text("type").equals(type)) {
      throw at.get("type").error("expected \"" + type + "\", found \"" + at.text("type") + "\"");
    }
    return Symbols.resolve(declared, at.get("value"), type.replace('_', ' '));
  }

  private int constant(JsonCursor at, int limit) {
    if (expressions.value(at) instanceof Constant c
        && c.value().signum() >= 0
        && c.value().bitLength() < 31
        && c.value().intValue() <= limit) {
      return c.value().intValue();
    }
    throw at.error("expected a constant from 0 to " + limit);
  }

  private Primitive assign(List<JsonCursor> p) {
    if (p.get(0).text("type").equals("field")
        && symbols.field(p.get(0).get("value")).isVariable()) {
      return assignVariable(p);
    }
    Target target = expressions.target(p.get(0));
    Expression source = expressions.expression(p.get(1));
    if (source instanceof Condition condition) {
      source = new Expression.ConditionValue(condition);
    }
    if (source instanceof Value value) {
      if (target.saturating() && !value.range().isBounded()) {
        throw p.get(1).error("a value without bound cannot be saturated");
      }
      return new Primitive.Assign(target, value);
    }
    throw p.get(1).error("expected an integer expression");
  }

  private Primitive assignVariable(List<JsonCursor> p) {
    FieldRef target = symbols.field(p.get(0).get("value"));
    FieldRef source = symbols.field(p.get(1).get("value"));
    if (!target.isVariable() || !source.isVariable()) {
      throw p.get(target.isVariable() ? 1 : 0).error("expected a variable field");
    }
    if (target.width() < source.width()) {
      throw p.get(0)
          .error(
              "a field of at most "
                  + target.width()
                  + " bits cannot take one of at most "
                  + source.width());
    }
    return new Primitive.AssignVariable(target, source);
  }

  private Primitive assignHeader(List<JsonCursor> p) {
    HeaderValue target = expressions.header(p.get(0));
    HeaderValue source = expressions.header(p.get(1));
    if (!target.type().equals(source.type())) {
      throw p.get(1)
          .error(
              "a header of type \""
                  + source.type().name()
                  + "\" for one of type \""
                  + target.type().name()
                  + "\"");
    }
    return new Primitive.AssignHeader(target, source);
  }

  private Primitive assignStack(JsonCursor call, List<JsonCursor> p) {
    HeaderStack target = expressions.stack(p.get(0));
    HeaderStack source = expressions.stack(p.get(1));
    if (!target.type().equals(source.type())
        || target.elements().size() != source.elements().size()) {
      throw call.error("the header stacks differ in type or size");
    }
    return new Primitive.AssignStack(target, source);
  }

  private Primitive update(Operator operator, List<JsonCursor> p) {
    Target target = expressions.target(p.get(0));
    return new Primitive.Assign(
        target, Expression.Arithmetic.of(operator, target, expressions.value(p.get(1))));
  }

  private Primitive compute(Operator operator, List<JsonCursor> p) {
    return new Primitive.Assign(
        expressions.target(p.get(0)),
        Expression.Arithmetic.of(
            operator, expressions.value(p.get(1)), expressions.value(p.get(2))));
  }

  private HeaderValue packetHeader(JsonCursor at) {
    HeaderValue header = expressions.header(at);
    if (header instanceof Expression.HeaderInstance instance && instance.header().metadata()) {
      throw at.error("\"" + instance.header().name() + "\" is metadata and always valid");
    }
    return header;
  }

  private Primitive executeMeter(List<JsonCursor> p) {
    MeterArray meter = named(p.get(0), "meter_array", symbols.meters);
    if (meter.isDirect()) {
      throw p.get(0).error("\"" + meter.name() + "\" is a direct meter");
    }
    return new Primitive.ExecuteMeter(
        meter, expressions.index(p.get(1)), expressions.target(p.get(2)));
  }

  private Primitive markToDrop(List<JsonCursor> p) {
    HeaderValue header = expressions.header(p.get(0));
    if (header.type().find("egress_spec") < 0) {
      throw p.get(0).error("expected the standard metadata, which has a field \"egress_spec\"");
    }
    return new Primitive.MarkToDrop();
  }

  private Value fieldList(JsonCursor at) {
    return listId(at, symbols.fieldLists, "field list");
  }

  private Value digest(JsonCursor at) {
    return listId(at, symbols.digests, "learn list");
  }

  /** A list's id; 0 stands for no fields. */
  private Value listId(JsonCursor at, Map<Integer, FieldList> lists, String kind) {
    Value id = expressions.index(at);
    if (id instanceof Constant c
        && c.value().signum() != 0
        && (c.value().bitLength() > 16 || !lists.containsKey(c.value().intValue()))) {
      throw at.error("no " + kind + " with id " + c.value());
    }
    return id;
  }

  private Primitive require(String kind, JsonCursor call, List<JsonCursor> p) {
    return new Primitive.Require(truth(p.get(0)), kind, call.path());
  }

  private Condition truth(JsonCursor at) {
    Expression test = expressions.expression(at);
    if (test instanceof Condition condition) {
      return condition;
    }
    if (test instanceof Value value && value.range().isBounded()) {
      return new Expression.NonZero(value);
    }
    throw at.error("expected a condition");
  }

  private Value test(JsonCursor at) {
    Expression test = expressions.expression(at);
    if (test instanceof Condition condition) {
      return new Expression.ConditionValue(condition);
    }
    if (test instanceof Value value && value.range().isBounded()) {
      return value;
    }
    throw at.error("expected a condition");
  }

  private Primitive log(List<JsonCursor> p) {
    JsonCursor format = p.get(0);
    if (!format.text("type").equals("string")) {
      throw format.get("type").error("expected \"string\", found \"" + format.text("type") + "\"");
    }
    if (!p.get(1).text("type").equals("parameters_vector")) {
      throw p.get(1)
          .get("type")
          .error("expected \"parameters_vector\", found \"" + p.get(1).text("type") + "\"");
    }
    List<Value> arguments = new ArrayList<>();
    for (JsonCursor argument : p.get(1).get("value").elements()) {
      Expression value = expressions.expression(argument);
      if (value instanceof Condition condition) {
        value = new Expression.ConditionValue(condition);
      }
      if (!(value instanceof Value integer) || !integer.range().isBounded()) {
        throw argument.error("expected an integer expression");
      }
      arguments.add(integer);
    }
    return new Primitive.Log(format.text("value"), arguments);
  }
}

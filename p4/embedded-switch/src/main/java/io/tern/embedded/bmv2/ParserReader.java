package io.tern.embedded.bmv2;

import io.tern.embedded.bmv2.Expression.Constant;
import io.tern.embedded.bmv2.Expression.Value;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the parser. */
final class ParserReader {
  private final Symbols symbols;
  private final ExpressionReader expressions;
  private final PrimitiveReader primitives;
  private final Map<String, Integer> states = new HashMap<>();

  ParserReader(Symbols symbols) {
    this.symbols = symbols;
    this.expressions = new ExpressionReader(symbols, List.of());
    this.primitives = new PrimitiveReader(symbols, List.of());
  }

  Parser read(JsonCursor at) {
    List<JsonCursor> stateCursors = at.get("parse_states").elements();
    for (JsonCursor state : stateCursors) {
      Symbols.declare(states, state.text("name"), states.size(), "parser state", state);
    }
    List<Parser.State> read = new ArrayList<>();
    for (JsonCursor state : stateCursors) {
      read.add(state(state));
    }
    int initial = at.find("init_state").map(this::stateIndex).orElse(Parser.ACCEPT);
    return new Parser(at.text("name"), read, initial);
  }

  private int stateIndex(JsonCursor name) {
    return name.isNull() ? Parser.ACCEPT : Symbols.resolve(states, name, "parser state");
  }

  private Parser.State state(JsonCursor at) {
    List<Parser.Operation> operations = new ArrayList<>();
    for (JsonCursor op : at.elements("parser_ops")) {
      operations.add(operation(op));
    }
    List<Parser.KeyPart> key = new ArrayList<>();
    for (JsonCursor part : at.elements("transition_key")) {
      key.add(keyPart(part));
    }
    List<Parser.Transition> transitions = new ArrayList<>();
    int otherwise = Parser.ACCEPT;
    for (JsonCursor transition : at.elements("transitions")) {
      int next = transition.find("next_state").map(this::stateIndex).orElse(Parser.ACCEPT);
      String type = transition.find("type").map(JsonCursor::text).orElse("hexstr");
      if (type.equals("hexstr") && isOldDefault(transition)) {
        type = "default";
      }
      switch (type) {
        case "default" -> otherwise = next;
        case "hexstr" -> match(transition, key, next, transitions);
        case "parse_vset" -> transitions.add(setMember(transition, key, next));
        default ->
            throw transition.get("type").error("transition type \"" + type + "\" is unknown");
      }
    }
    return new Parser.State(at.text("name"), operations, key, transitions, otherwise);
  }

  private static boolean isOldDefault(JsonCursor transition) {
    JsonCursor value = transition.get("value");
    return value.isText() && value.text().equals("default");
  }

  private void match(
      JsonCursor at, List<Parser.KeyPart> key, int next, List<Parser.Transition> into) {
    if (key.isEmpty()) {
      throw at.error("a transition with a value in a state without transition key");
    }
    List<BigInteger> values = split(at.get("value"), key);
    List<BigInteger> masks =
        at.find("mask").map(m -> split(m, key)).orElseGet(() -> ones(key, true));
    List<BigInteger> maskedValues = new ArrayList<>();
    List<BigInteger> fieldMasks = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      BigInteger value = values.get(i).and(masks.get(i));
      if (value.bitLength() > key.get(i).width()) {
        return; // asks for a bit that the field does not have: never taken
      }
      maskedValues.add(value);
      fieldMasks.add(masks.get(i).and(onesOf(key.get(i).width())));
    }
    into.add(new Parser.Match(maskedValues, fieldMasks, next));
  }

  private Parser.Transition setMember(JsonCursor at, List<Parser.KeyPart> key, int next) {
    ValueSet set = Symbols.resolve(symbols.valueSets, at.get("value"), "parse value set");
    int width = key.stream().mapToInt(Parser.KeyPart::width).sum();
    if (width != set.width()) {
      throw at.get("value")
          .error("value set \"" + set.name() + "\" has " + set.width() + " bits, the key " + width);
    }
    List<BigInteger> masks =
        at.find("mask").map(m -> split(m, key)).orElseGet(() -> ones(key, false));
    return new Parser.SetMember(set.index(), masks, next);
  }

  private static BigInteger onesOf(int bits) {
    return BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
  }

  private static List<BigInteger> ones(List<Parser.KeyPart> key, boolean padded) {
    return key.stream()
        .map(part -> onesOf(padded ? (part.width() + 7) / 8 * 8 : part.width()))
        .toList();
  }

  /** Cuts a value for the whole key, in which each part is padded to octets. */
  private static List<BigInteger> split(JsonCursor at, List<Parser.KeyPart> key) {
    BigInteger rest = at.hex();
    List<BigInteger> parts = new ArrayList<>();
    for (int i = key.size() - 1; i >= 0; i--) {
      int bits = (key.get(i).width() + 7) / 8 * 8;
      parts.add(0, rest.and(onesOf(bits)));
      rest = rest.shiftRight(bits);
    }
    if (rest.signum() != 0) {
      throw at.error("wider than the transition key, or negative");
    }
    return parts;
  }

  private Parser.KeyPart keyPart(JsonCursor at) {
    String type = at.text("type");
    JsonCursor value = at.get("value");
    switch (type) {
      case "field" -> {
        FieldRef field = symbols.field(value);
        requireFixed(field.isVariable(), value);
        return new Parser.FieldPart(field);
      }
      case "stack_field" -> {
        List<JsonCursor> names = value.tuple(2);
        HeaderStack stack = symbols.stack(names.get(0));
        int field = symbols.fieldOf(stack.type(), names.get(1));
        if (field == HeaderType.VALIDITY) {
          throw value.error("the validity of a stack's last header cannot be selected on");
        }
        requireFixed(stack.type().fields().get(field).variable(), value);
        return new Parser.StackPart(stack, field);
      }
      case "lookahead" -> {
        return lookahead(value);
      }
      default ->
          throw at.get("type")
              .unsupported("a transition key of type \"" + type + "\" is not supported");
    }
  }

  private static void requireFixed(boolean variable, JsonCursor at) {
    if (variable) {
      throw at.error("a variable field cannot be selected on");
    }
  }

  private static Parser.Lookahead lookahead(JsonCursor pair) {
    List<JsonCursor> parts = pair.tuple(2);
    int offset = parts.get(0).integer();
    int width = parts.get(1).integer();
    if (offset < 0 || offset > 1 << 20 || width < 1 || width > ValueRange.MAX_BITS / 2) {
      throw pair.error("a lookahead of " + width + " bits at offset " + offset);
    }
    return new Parser.Lookahead(offset, width);
  }

  private Parser.Operation operation(JsonCursor at) {
    String op = at.text("op");
    JsonCursor parameters = at.get("parameters");
    return switch (op) {
      case "extract" -> extract(parameters.tuple(1).get(0));
      case "extract_VL" -> extractVariable(parameters.tuple(2));
      case "set" -> set(parameters.tuple(2));
      case "verify" -> verify(parameters.tuple(2));
      case "shift" ->
          new Parser.Advance(
              new Constant(BigInteger.valueOf(octets(parameters.tuple(1).get(0)) * 8L)));
      case "advance" -> new Parser.Advance(expressions.index(parameters.tuple(1).get(0)));
      case "primitive" -> new Parser.Call(primitive(parameters.tuple(1).get(0)));
      default -> throw at.get("op").unsupported("parser operation \"" + op + "\" is not supported");
    };
  }

  private static int octets(JsonCursor at) {
    int octets = at.integer();
    if (octets < 0) {
      throw at.error("a negative shift");
    }
    return octets;
  }

  private Primitive primitive(JsonCursor at) {
    return primitives.readAll(List.of(at)).get(0);
  }

  private Parser.Operation extract(JsonCursor at) {
    String type = at.text("type");
    return switch (type) {
      case "regular" -> new Parser.Extract(fixed(packetHeader(at.get("value")), at));
      case "stack" -> {
        HeaderStack stack = symbols.stack(at.get("value"));
        if (stack.type().isVariable()) {
          throw at.error("headers of type \"" + stack.type().name() + "\" need extract_VL");
        }
        yield new Parser.ExtractNext(stack);
      }
      default ->
          throw at.get("type").unsupported("extraction of type \"" + type + "\" is not supported");
    };
  }

  private Header packetHeader(JsonCursor name) {
    Header header = symbols.header(name);
    if (header.metadata()) {
      throw name.error("\"" + header.name() + "\" is metadata and cannot be extracted");
    }
    return header;
  }

  private static Header fixed(Header header, JsonCursor at) {
    if (header.type().isVariable()) {
      throw at.error("header \"" + header.name() + "\" needs extract_VL: it has a variable field");
    }
    return header;
  }

  private Parser.Operation extractVariable(List<JsonCursor> p) {
    JsonCursor at = p.get(0);
    Value bits = expressions.index(p.get(1));
    String type = at.text("type");
    HeaderType headerType;
    Parser.Operation operation;
    switch (type) {
      case "regular" -> {
        Header header = packetHeader(at.get("value"));
        headerType = header.type();
        operation = new Parser.ExtractVariable(header, bits);
      }
      case "stack" -> {
        HeaderStack stack = symbols.stack(at.get("value"));
        headerType = stack.type();
        operation = new Parser.ExtractNextVariable(stack, bits);
      }
      default ->
          throw at.get("type").unsupported("extraction of type \"" + type + "\" is not supported");
    }
    if (!headerType.isVariable()) {
      throw at.error("header type \"" + headerType.name() + "\" has no variable field");
    }
    return operation;
  }

  private Parser.Operation set(List<JsonCursor> p) {
    if (!p.get(0).text("type").equals("field")) {
      throw p.get(0)
          .get("type")
          .error("expected \"field\", found \"" + p.get(0).text("type") + "\"");
    }
    FieldRef target = symbols.field(p.get(0).get("value"));
    if (p.get(1).text("type").equals("lookahead")) {
      requireFixed(target.isVariable(), p.get(0));
      requireAssignable(target, p.get(0));
      return new Parser.AssignLookahead(target, lookahead(p.get(1).get("value")));
    }
    if (target.isVariable()) {
      FieldRef source = symbols.field(p.get(1).get("value"));
      if (!source.isVariable() || source.width() > target.width()) {
        throw p.get(1).error("expected a variable field of at most " + target.width() + " bits");
      }
      return new Parser.Call(new Primitive.AssignVariable(target, source));
    }
    requireAssignable(target, p.get(0));
    Expression source = expressions.expression(p.get(1));
    if (source instanceof Expression.Condition condition) {
      source = new Expression.ConditionValue(condition);
    }
    if (!(source instanceof Value value)) {
      throw p.get(1).error("expected an integer expression");
    }
    return new Parser.Assign(target, value);
  }

  private static void requireAssignable(FieldRef target, JsonCursor at) {
    if (target.isValidity()) {
      throw at.error("the validity of a header cannot be assigned to");
    }
  }

  private Parser.Operation verify(List<JsonCursor> p) {
    JsonCursor error = p.get(1);
    Value code =
        error.isInteger()
            ? new Constant(BigInteger.valueOf(error.integer()))
            : expressions.index(error);
    return new Parser.Verify(expressions.condition(p.get(0)), code);
  }
}

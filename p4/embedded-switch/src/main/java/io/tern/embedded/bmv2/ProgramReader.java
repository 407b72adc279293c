package io.tern.embedded.bmv2;

import static java.util.Objects.requireNonNull;

import io.tern.embedded.bmv2.HeaderType.Field;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the JSON that p4c writes for v1model programs (BMv2 JSON format 2.x).
 *
 * <p>Everything that could go wrong with a program goes wrong here: unknown or dangling names,
 * operations that are not supported, values that do not fit. Each refusal names the JSON path.
 * Header unions, externs, action profiles and custom CRCs are refused.
 */
public final class ProgramReader {
  /** Cells of a counter, register or meter array, and octets of memory in that order. */
  private static final int MAX_CELLS = 1 << 24;

  private static final int MAX_STACK = 256;

  /** The core library's parser errors. */
  private static final List<String> CORE_ERRORS =
      List.of(
          "NoError",
          "PacketTooShort",
          "NoMatch",
          "StackOutOfBounds",
          "HeaderTooShort",
          "ParserTimeout",
          "ParserInvalidArgument");

  private final Symbols symbols = new Symbols();
  private final Map<String, FieldRef> aliases = new HashMap<>();
  private final JsonCursor root;

  private ProgramReader(JsonCursor root) {
    this.root = root;
  }

  /**
   * Reads a program.
   *
   * @throws InvalidProgramException if the octets are no JSON or no program that can be interpreted
   */
  public static Program read(byte[] json) {
    return new ProgramReader(JsonCursor.root(requireNonNull(json, "json"))).read();
  }

  private Program read() {
    requireVersion();
    refuse("header_unions", "header unions are not supported");
    refuse("header_union_stacks", "header union stacks are not supported");
    refuse("extern_instances", "externs are not supported");
    readHeaders();
    readAliases();
    readErrors();
    readArrays();
    readLists();
    readCalculations();
    readActions();
    StandardMetadata standardMetadata = standardMetadata();
    Parser parser = new ParserReader(symbols).read(required("parsers", "parser"));
    Map<String, Table> tables = new LinkedHashMap<>();
    Pipeline ingress = new PipelineReader(symbols, tables).read(required("pipelines", "ingress"));
    Pipeline egress = new PipelineReader(symbols, tables).read(required("pipelines", "egress"));
    return new Program(
        List.copyOf(symbols.headers.values()),
        List.copyOf(symbols.stacks.values()),
        standardMetadata,
        symbols.errors,
        List.copyOf(symbols.fieldLists.values()),
        List.copyOf(symbols.digests.values()),
        List.copyOf(symbols.valueSets.values()),
        parser,
        deparser(required("deparsers", "deparser")),
        List.copyOf(symbols.calculations.values()),
        checksums(),
        List.copyOf(symbols.counters.values()),
        List.copyOf(symbols.registers.values()),
        List.copyOf(symbols.meters.values()),
        List.copyOf(symbols.actions.values()),
        List.copyOf(tables.values()),
        ingress,
        egress);
  }

  private void requireVersion() {
    Optional<JsonCursor> version = root.find("__meta__").flatMap(meta -> meta.find("version"));
    if (version.isPresent() && version.get().tuple(2).get(0).integer() != 2) {
      throw version.get().error("expected BMv2 JSON format 2.x");
    }
  }

  private void refuse(String key, String problem) {
    List<JsonCursor> elements = root.elements(key);
    if (!elements.isEmpty()) {
      throw elements.get(0).unsupported(problem);
    }
  }

  private JsonCursor required(String key, String name) {
    for (JsonCursor element : root.get(key).elements()) {
      if (element.text("name").equals(name)) {
        return element;
      }
    }
    throw root.get(key).error("nothing named \"" + name + "\": not a v1model program");
  }

  private void readHeaders() {
    for (JsonCursor at : root.get("header_types").elements()) {
      HeaderType type = headerType(at);
      Symbols.declare(symbols.headerTypes, type.name(), type, "header type", at);
    }
    for (JsonCursor at : root.get("headers").elements()) {
      HeaderType type = Symbols.resolve(symbols.headerTypes, at.get("header_type"), "header type");
      boolean metadata = at.flag("metadata", false);
      int bits = type.fields().stream().filter(f -> !f.variable()).mapToInt(Field::width).sum();
      if (!metadata && bits % 8 != 0) {
        throw at.error("a header of " + bits + " bits is no multiple of 8");
      }
      Header header = new Header(symbols.headers.size(), at.text("name"), type, metadata);
      Symbols.declare(symbols.headers, header.name(), header, "header", at);
      Symbols.declare(symbols.headersById, at.integer("id"), header, "header with id", at);
    }
    for (JsonCursor at : root.elements("header_stacks")) {
      HeaderType type = Symbols.resolve(symbols.headerTypes, at.get("header_type"), "header type");
      List<Header> elements = new ArrayList<>();
      for (JsonCursor id : at.get("header_ids").elements()) {
        Header header = Symbols.resolveId(symbols.headersById, id, "header");
        if (!header.type().equals(type)) {
          throw id.error("header \"" + header.name() + "\" is not of type \"" + type.name() + "\"");
        }
        elements.add(header);
      }
      if (elements.isEmpty() || elements.size() > MAX_STACK) {
        throw at.get("header_ids").error("a stack has 1 to " + MAX_STACK + " headers");
      }
      HeaderStack stack = new HeaderStack(symbols.stacks.size(), at.text("name"), type, elements);
      Symbols.declare(symbols.stacks, stack.name(), stack, "header stack", at);
    }
  }

  private static HeaderType headerType(JsonCursor at) {
    List<Field> fields = new ArrayList<>();
    if (at.find("length_exp").isPresent()) {
      throw at.get("length_exp")
          .unsupported("lengths in the header type are not supported, use extract_VL");
    }
    Map<String, Integer> names = new HashMap<>();
    boolean variable = false;
    for (JsonCursor entry : at.elements("fields")) {
      List<JsonCursor> parts = entry.elements();
      if (parts.size() < 2 || parts.size() > 4) {
        throw entry.error("expected [name, width], optionally with signed and saturating");
      }
      String name = parts.get(0).text();
      Symbols.declare(names, name, fields.size(), "field", entry);
      boolean signed = parts.size() > 2 && flag(parts.get(2));
      boolean saturating = parts.size() > 3 && flag(parts.get(3));
      if (parts.get(1).isText()) {
        if (!parts.get(1).text().equals("*") || variable) {
          throw parts.get(1).error("expected a width, or \"*\" once");
        }
        variable = true;
        fields.add(new Field(name, variableWidth(at), false, false, true));
      } else {
        int width = parts.get(1).integer();
        if (width < (signed ? 2 : 1) || width > ValueRange.MAX_BITS / 2) {
          throw parts.get(1).error("a width of " + width + " bits");
        }
        fields.add(new Field(name, width, signed, saturating, false));
      }
    }
    return new HeaderType(at.text("name"), fields);
  }

  /** A truth value, which p4c writes as 0 for some fields. */
  private static boolean flag(JsonCursor at) {
    return at.isInteger() ? at.integer() != 0 : at.bool();
  }

  /** The most bits that the variable field can have: what the fixed ones leave of the maximum. */
  private static int variableWidth(JsonCursor type) {
    int fixed = 0;
    for (JsonCursor entry : type.elements("fields")) {
      JsonCursor width = entry.elements().get(1);
      fixed += width.isText() ? 0 : width.integer();
    }
    int octets = type.integer("max_length", 0, 65535);
    int bits = octets * 8 - fixed;
    if (bits < 8) {
      throw type.get("max_length").error("leaves " + bits + " bits for the variable field");
    }
    return bits / 8 * 8;
  }

  private void readAliases() {
    for (JsonCursor alias : root.elements("field_aliases")) {
      List<JsonCursor> parts = alias.tuple(2);
      aliases.put(parts.get(0).text(), symbols.field(parts.get(1)));
    }
  }

  private void readErrors() {
    for (JsonCursor error : root.elements("errors")) {
      List<JsonCursor> parts = error.tuple(2);
      Symbols.declare(symbols.errors, parts.get(0).text(), parts.get(1).integer(), "error", error);
    }
    int next = symbols.errors.values().stream().mapToInt(e -> e).max().orElse(-1) + 1;
    for (String error : CORE_ERRORS) {
      if (!symbols.errors.containsKey(error)) {
        symbols.errors.put(
            error, error.equals("NoError") && !symbols.errors.containsValue(0) ? 0 : next++);
      }
    }
  }

  private void readArrays() {
    for (JsonCursor at : root.elements("counter_arrays")) {
      if (!at.flag("is_direct", false)) {
        CounterArray counter =
            new CounterArray(
                symbols.counters.size(), at.text("name"), at.integer("size", 0, MAX_CELLS));
        Symbols.declare(symbols.counters, counter.name(), counter, "counter", at);
      }
    }
    for (JsonCursor at : root.elements("register_arrays")) {
      RegisterArray register =
          new RegisterArray(
              symbols.registers.size(),
              at.text("name"),
              at.integer("size", 0, MAX_CELLS),
              at.integer("bitwidth", 1, ValueRange.MAX_BITS / 2));
      Symbols.declare(symbols.registers, register.name(), register, "register", at);
    }
    for (JsonCursor at : root.elements("meter_arrays")) {
      String type = at.text("type");
      if (!type.equals("bytes") && !type.equals("packets")) {
        throw at.get("type").error("expected \"bytes\" or \"packets\", found \"" + type + "\"");
      }
      boolean direct = at.flag("is_direct", false);
      FieldRef target = direct ? symbols.field(at.get("result_target")) : null;
      if (target != null && (target.isVariable() || target.isValidity())) {
        throw at.get("result_target").error("expected a field of fixed width");
      }
      MeterArray meter =
          new MeterArray(
              symbols.meters.size(),
              at.text("name"),
              direct ? 0 : at.integer("size", 0, MAX_CELLS),
              type.equals("bytes"),
              at.integer("rate_count", 1, 2),
              target);
      Symbols.declare(symbols.meters, meter.name(), meter, "meter", at);
    }
    for (JsonCursor at : root.elements("parse_vsets")) {
      ValueSet set =
          new ValueSet(
              symbols.valueSets.size(),
              at.text("name"),
              at.integer("compressed_bitwidth", 1, ValueRange.MAX_BITS));
      Symbols.declare(symbols.valueSets, set.name(), set, "parse value set", at);
    }
  }

  private void readLists() {
    for (JsonCursor at : root.elements("field_lists")) {
      FieldList list = fieldList(at);
      Symbols.declare(symbols.fieldLists, list.id(), list, "field list with id", at);
    }
    for (JsonCursor at : root.elements("learn_lists")) {
      FieldList list = fieldList(at);
      Symbols.declare(symbols.digests, list.id(), list, "learn list with id", at);
    }
  }

  private FieldList fieldList(JsonCursor at) {
    return new FieldList(
        at.integer("id"), at.text("name"), symbols.fields(at.get("elements").elements()));
  }

  private void readCalculations() {
    for (JsonCursor at : root.elements("calculations")) {
      String algorithm = at.text("algo");
      HashAlgorithm known =
          HashAlgorithm.named(algorithm)
              .orElseThrow(
                  () ->
                      at.get("algo")
                          .unsupported(
                              "algorithm \""
                                  + algorithm
                                  + "\" is not supported; known are "
                                  + HashAlgorithm.known()));
      List<Calculation.Input> inputs = new ArrayList<>();
      boolean payload = false;
      for (JsonCursor input : at.get("input").elements()) {
        String type = input.text("type");
        switch (type) {
          case "field" -> inputs.add(new Calculation.FieldInput(symbols.field(input.get("value"))));
          case "header" ->
              inputs.add(new Calculation.HeaderInput(symbols.header(input.get("value"))));
          case "hexstr" -> inputs.add(constantInput(input));
          case "payload" -> payload = true;
          default ->
              throw input
                  .get("type")
                  .unsupported("an input of type \"" + type + "\" is not supported");
        }
      }
      Calculation calculation =
          new Calculation(symbols.calculations.size(), at.text("name"), known, inputs, payload);
      Symbols.declare(symbols.calculations, calculation.name(), calculation, "calculation", at);
    }
  }

  private static Calculation.ConstantInput constantInput(JsonCursor input) {
    int width = input.integer("bitwidth", 1, ValueRange.MAX_BITS);
    BigInteger value = input.get("value").hex();
    if (value.signum() < 0 || value.bitLength() > width) {
      throw input.get("value").error("the value does not fit " + width + " bits");
    }
    return new Calculation.ConstantInput(value, width);
  }

  private void readActions() {
    for (JsonCursor at : root.get("actions").elements()) {
      List<Action.Parameter> parameters = new ArrayList<>();
      for (JsonCursor parameter : at.elements("runtime_data")) {
        parameters.add(
            new Action.Parameter(
                parameter.text("name"), parameter.integer("bitwidth", 1, ValueRange.MAX_BITS / 2)));
      }
      Action action =
          new Action(
              at.integer("id"),
              at.text("name"),
              parameters,
              new PrimitiveReader(symbols, parameters).readAll(at.elements("primitives")));
      Symbols.declare(symbols.actions, action.id(), action, "action with id", at);
    }
  }

  private Deparser deparser(JsonCursor at) {
    List<Header> order = new ArrayList<>();
    for (JsonCursor name : at.get("order").elements()) {
      order.add(symbols.header(name));
    }
    return new Deparser(
        at.text("name"),
        order,
        new PrimitiveReader(symbols, List.of()).readAll(at.elements("primitives")));
  }

  private List<Checksum> checksums() {
    List<Checksum> checksums = new ArrayList<>();
    ExpressionReader expressions = new ExpressionReader(symbols, List.of());
    for (JsonCursor at : root.elements("checksums")) {
      if (!at.text("type").equals("generic")) {
        throw at.get("type").error("expected \"generic\", found \"" + at.text("type") + "\"");
      }
      FieldRef target = symbols.field(at.get("target"));
      if (target.width() > 64 || target.isValidity() || target.isVariable()) {
        throw at.get("target").error("expected a field of at most 64 bits");
      }
      checksums.add(
          new Checksum(
              at.text("name"),
              target,
              Symbols.resolve(symbols.calculations, at.get("calculation"), "calculation"),
              at.flag("verify", true),
              at.flag("update", true),
              at.find("if_cond")
                  .map(expressions::condition)
                  .orElse(new Expression.BooleanConstant(true))));
    }
    return checksums;
  }

  private StandardMetadata standardMetadata() {
    return new StandardMetadata(
        standard("standard_metadata.ingress_port"),
        standard("standard_metadata.egress_spec"),
        standard("standard_metadata.egress_port"),
        standard("standard_metadata.packet_length"),
        standard("standard_metadata.instance_type"),
        optional("standard_metadata.parser_error"),
        optional("standard_metadata.checksum_error"),
        optional("intrinsic_metadata.mcast_grp"),
        optional("intrinsic_metadata.egress_rid"),
        optional("intrinsic_metadata.ingress_global_timestamp"),
        optional("intrinsic_metadata.egress_global_timestamp"),
        optional("queueing_metadata.enq_timestamp"));
  }

  private FieldRef standard(String name) {
    return optional(name)
        .orElseThrow(
            () -> root.get("headers").error("no field \"" + name + "\": not a v1model program"));
  }

  private Optional<FieldRef> optional(String name) {
    FieldRef alias = aliases.get(name);
    if (alias != null) {
      return Optional.of(narrow(alias));
    }
    int dot = name.indexOf('.');
    Header header = symbols.headers.get(name.substring(0, dot));
    if (header == null) {
      return Optional.empty();
    }
    int field = header.type().find(name.substring(dot + 1));
    return field < 0 ? Optional.empty() : Optional.of(narrow(new FieldRef(header, field)));
  }

  private FieldRef narrow(FieldRef field) {
    if (field.width() > 64 || field.isVariable()) {
      throw root.get("header_types").error("field \"" + field + "\" has more than 64 bits");
    }
    return field;
  }
}

package io.tern.embedded.bmv2;

import io.tern.embedded.bmv2.Table.MatchKind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a pipeline: its tables, conditions and direct calls, and how they follow each other. */
final class PipelineReader {
  private final Symbols symbols;
  private final TableReader tableReader;
  private final Map<String, Integer> nodes = new LinkedHashMap<>();

  PipelineReader(Symbols symbols, Map<String, Table> tables) {
    this.symbols = symbols;
    this.tableReader = new TableReader(symbols, tables);
  }

  Pipeline read(JsonCursor at) {
    List<JsonCursor> tables = at.elements("tables");
    List<JsonCursor> conditionals = at.elements("conditionals");
    List<JsonCursor> calls = at.elements("action_calls");
    for (List<JsonCursor> group : List.of(tables, conditionals, calls)) {
      for (JsonCursor node : group) {
        Symbols.declare(nodes, node.text("name"), nodes.size(), "pipeline node", node);
      }
    }
    List<Pipeline.Node> read = new ArrayList<>();
    for (JsonCursor table : tables) {
      Table description = tableReader.read(table);
      read.add(new Pipeline.Apply(description, successors(table, description)));
    }
    ExpressionReader expressions = new ExpressionReader(symbols, List.of());
    for (JsonCursor conditional : conditionals) {
      read.add(
          new Pipeline.Branch(
              conditional.text("name"),
              expressions.condition(conditional.get("expression")),
              next(conditional, "true_next"),
              next(conditional, "false_next")));
    }
    for (JsonCursor call : calls) {
      Action action = Symbols.resolveId(symbols.actions, call.get("action_id"), "action");
      if (!action.parameters().isEmpty()) {
        throw call.get("action_id")
            .error("action \"" + action.name() + "\" has parameters and cannot be called directly");
      }
      read.add(new Pipeline.Call(call.text("name"), action, next(call, "next_node")));
    }
    Pipeline pipeline = new Pipeline(at.text("name"), read, next(at, "init_table"));
    requireAcyclic(pipeline, at);
    return pipeline;
  }

  private int next(JsonCursor at, String key) {
    return at.find(key)
        .map(name -> Symbols.resolve(nodes, name, "pipeline node"))
        .orElse(Pipeline.END);
  }

  private Pipeline.Successors successors(JsonCursor at, Table table) {
    JsonCursor next = at.get("next_tables");
    List<String> keys = next.keys();
    if (keys.contains("__HIT__") || keys.contains("__MISS__")) {
      if (keys.size() != 2 || !keys.contains("__HIT__") || !keys.contains("__MISS__")) {
        throw next.error("__HIT__ and __MISS__ must come together and alone");
      }
      return new Pipeline.ByResult(next(next, "__HIT__"), next(next, "__MISS__"));
    }
    List<Integer> byAction = new ArrayList<>();
    for (Action action : table.actions()) {
      next.get(action.name());
      byAction.add(next(next, action.name()));
    }
    return new Pipeline.ByAction(byAction, next(at, "base_default_next"));
  }

  private static List<Integer> successorsOf(Pipeline.Node node) {
    if (node instanceof Pipeline.Branch branch) {
      return List.of(branch.whenTrue(), branch.whenFalse());
    }
    if (node instanceof Pipeline.Call call) {
      return List.of(call.next());
    }
    Pipeline.Successors successors = ((Pipeline.Apply) node).successors();
    if (successors instanceof Pipeline.ByResult result) {
      return List.of(result.hit(), result.miss());
    }
    Pipeline.ByAction byAction = (Pipeline.ByAction) successors;
    List<Integer> all = new ArrayList<>(byAction.next());
    all.add(byAction.withoutAction());
    return all;
  }

  /** A packet that went round in circles would never leave. */
  private void requireAcyclic(Pipeline pipeline, JsonCursor at) {
    int[] pending = new int[pipeline.nodes().size()];
    List<List<Integer>> successors =
        pipeline.nodes().stream().map(PipelineReader::successorsOf).toList();
    for (List<Integer> next : successors) {
      for (int n : next) {
        if (n != Pipeline.END) {
          pending[n]++;
        }
      }
    }
    List<Integer> free = new ArrayList<>();
    for (int n = 0; n < pending.length; n++) {
      if (pending[n] == 0) {
        free.add(n);
      }
    }
    int sorted = 0;
    while (!free.isEmpty()) {
      int node = free.remove(free.size() - 1);
      sorted++;
      for (int n : successors.get(node)) {
        if (n != Pipeline.END && --pending[n] == 0) {
          free.add(n);
        }
      }
    }
    if (sorted < pending.length) {
      String culprit =
          nodes.entrySet().stream()
              .filter(e -> pending[e.getValue()] > 0)
              .map(Map.Entry::getKey)
              .findFirst()
              .orElseThrow();
      throw at.error("the pipeline comes back to \"" + culprit + "\"");
    }
  }

  /** Reads tables with their keys and constant entries. */
  private static final class TableReader {
    private static final int MAX_TABLE_SIZE = 1 << 27;

    private final Symbols symbols;
    private final Map<String, Table> tables;

    TableReader(Symbols symbols, Map<String, Table> tables) {
      this.symbols = symbols;
      this.tables = tables;
    }

    Table read(JsonCursor at) {
      String type = at.find("type").map(JsonCursor::text).orElse("simple");
      if (!type.equals("simple")) {
        throw at.get("type")
            .unsupported(
                "table type \"" + type + "\" is not supported: no action profiles or selectors");
      }
      List<Table.Key> keys = new ArrayList<>();
      for (JsonCursor key : at.elements("key")) {
        keys.add(key(key));
      }
      List<Action> actions = new ArrayList<>();
      for (JsonCursor id : at.elements("action_ids")) {
        actions.add(Symbols.resolveId(symbols.actions, id, "action"));
      }
      if (at.find("action_ids").isEmpty()) {
        for (JsonCursor name : at.elements("actions")) {
          actions.add(symbols.actionNamed(name));
        }
      }
      Table.Kind kind = kind(at, keys);
      Optional<JsonCursor> defaultEntry = at.find("default_entry");
      List<Table.Entry> entries = new ArrayList<>();
      Map<Object, JsonCursor> seen = new HashMap<>();
      for (JsonCursor entry : at.elements("entries")) {
        Table.Entry read = entry(entry, kind, keys, actions);
        Symbols.declare(
            seen, List.of(read.match(), read.priority()), entry, "entry with the match", entry);
        entries.add(read);
      }
      MeterArray directMeter =
          at.find("direct_meters")
              .map(name -> Symbols.resolve(symbols.meters, name, "direct meter"))
              .orElse(null);
      if (directMeter != null && !directMeter.isDirect()) {
        throw at.get("direct_meters").error("\"" + directMeter.name() + "\" is not a direct meter");
      }
      int maxSize =
          at.find("max_size").isPresent()
              ? at.integer("max_size", 0, MAX_TABLE_SIZE)
              : entries.size();
      Table table =
          new Table(
              tables.size(),
              at.text("name"),
              kind,
              keys,
              actions,
              Math.max(maxSize, entries.size()),
              at.flag("with_counters", false),
              directMeter,
              defaultEntry.map(d -> actionEntry(d, actions)),
              defaultEntry
                  .map(d -> d.flag("action_const", false) || d.flag("action_entry_const", false))
                  .orElse(false),
              at.find("entries").isPresent(),
              entries);
      Symbols.declare(tables, table.name(), table, "table", at);
      return table;
    }

    private Table.Key key(JsonCursor at) {
      String type = at.text("match_type");
      JsonCursor target = at.get("target");
      FieldRef field;
      MatchKind kind;
      switch (type) {
        case "valid" -> {
          kind = MatchKind.EXACT;
          field =
              target.isText()
                  ? new FieldRef(symbols.header(target), HeaderType.VALIDITY)
                  : symbols.field(target);
        }
        case "exact" -> {
          kind = MatchKind.EXACT;
          field = symbols.field(target);
        }
        case "lpm" -> {
          kind = MatchKind.LPM;
          field = symbols.field(target);
        }
        case "ternary" -> {
          kind = MatchKind.TERNARY;
          field = symbols.field(target);
        }
        case "range" -> {
          kind = MatchKind.RANGE;
          field = symbols.field(target);
        }
        case "optional" -> {
          kind = MatchKind.OPTIONAL;
          field = symbols.field(target);
        }
        default ->
            throw at.get("match_type").unsupported("match type \"" + type + "\" is not supported");
      }
      if (field.isVariable()) {
        throw target.error("a variable field cannot be matched");
      }
      BigInteger mask = at.find("mask").map(JsonCursor::hex).orElse(null);
      if (mask != null && mask.signum() < 0) {
        throw at.get("mask").error("a negative mask");
      }
      String name = at.find("name").map(JsonCursor::text).orElse(field.toString());
      return new Table.Key(name, kind, field, mask);
    }

    private static Table.Kind kind(JsonCursor at, List<Table.Key> keys) {
      String declared = at.find("match_type").map(JsonCursor::text).orElse("exact");
      long prefixes = keys.stream().filter(k -> k.kind() == MatchKind.LPM).count();
      boolean priorities =
          keys.stream()
              .anyMatch(
                  k ->
                      k.kind() == MatchKind.TERNARY
                          || k.kind() == MatchKind.RANGE
                          || k.kind() == MatchKind.OPTIONAL);
      return switch (declared) {
        case "exact" -> {
          if (prefixes > 0 || priorities) {
            throw at.get("match_type").error("an exact table with a key that is not exact");
          }
          yield Table.Kind.EXACT;
        }
        case "lpm" -> {
          if (prefixes != 1 || priorities) {
            throw at.get("match_type")
                .error("an lpm table needs exactly one lpm key and otherwise exact ones");
          }
          yield Table.Kind.LPM;
        }
        case "ternary", "range", "optional" -> Table.Kind.PRIORITY;
        default ->
            throw at.get("match_type")
                .unsupported("match type \"" + declared + "\" is not supported");
      };
    }

    private Table.ActionEntry actionEntry(JsonCursor at, List<Action> actions) {
      Action action = Symbols.resolveId(symbols.actions, at.get("action_id"), "action");
      if (!actions.contains(action)) {
        throw at.get("action_id")
            .error("action \"" + action.name() + "\" is not one of the table's");
      }
      List<BigInteger> arguments = new ArrayList<>();
      for (JsonCursor argument : at.get("action_data").elements()) {
        int index = arguments.size();
        if (index < action.parameters().size()) {
          arguments.add(unsigned(argument, action.parameters().get(index).width()));
        } else {
          arguments.add(argument.hex());
        }
      }
      if (arguments.size() != action.parameters().size()) {
        throw at.get("action_data")
            .error(
                "action \""
                    + action.name()
                    + "\" takes "
                    + action.parameters().size()
                    + " arguments, found "
                    + arguments.size());
      }
      return new Table.ActionEntry(action, arguments);
    }

    private static BigInteger unsigned(JsonCursor at, int width) {
      BigInteger value = at.hex();
      if (value.signum() < 0 || value.bitLength() > width) {
        throw at.error("the value does not fit " + width + " bits");
      }
      return value;
    }

    private Table.Entry entry(
        JsonCursor at, Table.Kind kind, List<Table.Key> keys, List<Action> actions) {
      List<JsonCursor> matches = at.get("match_key").tuple(keys.size());
      List<Table.EntryMatch> match = new ArrayList<>();
      for (int i = 0; i < keys.size(); i++) {
        match.add(match(matches.get(i), keys.get(i)));
      }
      // BMv2 gives small numbers to important entries.
      int priority =
          kind == Table.Kind.PRIORITY ? -at.integer("priority", 0, Integer.MAX_VALUE) : 0;
      return new Table.Entry(match, priority, actionEntry(at.get("action_entry"), actions));
    }

    private static Table.EntryMatch match(JsonCursor at, Table.Key key) {
      String type = at.text("match_type");
      int width = key.width();
      BigInteger ones = BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
      switch (key.kind()) {
        case EXACT -> {
          if (type.equals("valid") || (type.equals("exact") && at.get("key").isBoolean())) {
            BigInteger valid = at.get("key").bool() ? BigInteger.ONE : BigInteger.ZERO;
            return new Table.EntryMatch(valid, ones, width);
          }
          requireType(at, type, "exact");
          return new Table.EntryMatch(unsigned(at.get("key"), width), ones, width);
        }
        case LPM -> {
          requireType(at, type, "lpm");
          int length = at.integer("prefix_length", 0, width);
          BigInteger mask = ones.shiftRight(width - length).shiftLeft(width - length);
          return new Table.EntryMatch(unsigned(at.get("key"), width).and(mask), mask, length);
        }
        case TERNARY, OPTIONAL -> {
          if (!type.equals("optional")) {
            requireType(at, type, "ternary");
          }
          BigInteger mask = unsigned(at.get("mask"), width);
          return new Table.EntryMatch(unsigned(at.get("key"), width).and(mask), mask, 0);
        }
        case RANGE -> {
          requireType(at, type, "range");
          BigInteger start = unsigned(at.get("start"), width);
          BigInteger end = unsigned(at.get("end"), width);
          if (start.compareTo(end) > 0) {
            throw at.error("a range that starts above its end");
          }
          return new Table.EntryMatch(start, end, 0);
        }
      }
      throw new AssertionError(key.kind());
    }

    private static void requireType(JsonCursor at, String found, String expected) {
      if (!found.equals(expected)) {
        throw at.get("match_type").error("expected \"" + expected + "\", found \"" + found + "\"");
      }
    }
  }
}

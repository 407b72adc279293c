package io.tern.embedded.p4runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * The names, shapes and initial entries of a BMv2 JSON: what must agree with P4Info. Running the
 * program is the data plane's business.
 */
final class Bmv2Program {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** A table: its keys' match types, the names of its actions, its entries. */
  record Table(List<String> keyTypes, Set<String> actions, JsonNode entries) {}

  /** A register array: its cells, and the width of one in bits. */
  record RegisterArray(int size, int width) {}

  private final Map<String, Table> tables = new HashMap<>();
  private final Map<String, List<Integer>> actionWidths = new HashMap<>();
  private final Map<Integer, String> actionNames = new HashMap<>();
  private final Map<String, Integer> counterSizes = new HashMap<>();
  private final Set<String> directCounters = new HashSet<>();
  private final Map<String, Integer> meterSizes = new HashMap<>();
  private final Set<String> directMeters = new HashSet<>();
  private final Map<String, RegisterArray> registers = new HashMap<>();

  private Bmv2Program() {}

  /**
   * Reads a program.
   *
   * @throws P4RuntimeException INVALID_ARGUMENT with the place if it is no JSON, or the path in it
   *     if it is no BMv2 program
   */
  static Bmv2Program parse(byte[] json) {
    if (json.length == 0) {
      throw P4RuntimeException.invalidArgument("p4_device_config is empty, expected a BMv2 JSON");
    }
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw P4RuntimeException.invalidArgument(
          "p4_device_config is no JSON: line %d, column %d: %s",
          e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
          e.getLocation() == null ? 0 : e.getLocation().getColumnNr(),
          e.getOriginalMessage());
    } catch (IOException e) {
      throw P4RuntimeException.invalidArgument("p4_device_config is no JSON: %s", e.getMessage());
    }
    if (root == null || !root.isObject()) {
      throw P4RuntimeException.invalidArgument(
          "p4_device_config is no BMv2 JSON: $: expected an object");
    }
    Bmv2Program program = new Bmv2Program();
    program.readActions(array(root, "$", "actions"));
    program.readArrays(
        array(root, "$", "counter_arrays"),
        "$.counter_arrays",
        program.counterSizes,
        program.directCounters);
    // A program without them may leave them out.
    program.readArrays(
        root.path("meter_arrays"), "$.meter_arrays", program.meterSizes, program.directMeters);
    program.readRegisters(root.path("register_arrays"));
    JsonNode pipelines = array(root, "$", "pipelines");
    for (int p = 0; p < pipelines.size(); p++) {
      String path = "$.pipelines[" + p + "]";
      JsonNode tables = array(pipelines.get(p), path, "tables");
      for (int t = 0; t < tables.size(); t++) {
        program.readTable(tables.get(t), path + ".tables[" + t + "]");
      }
    }
    return program;
  }

  /** Null if there is none. */
  Table table(String name) {
    return tables.get(name);
  }

  /** The widths of an action's parameters, null if there is no such action. */
  List<Integer> actionWidths(String name) {
    return actionWidths.get(name);
  }

  String actionName(int id) {
    return actionNames.get(id);
  }

  /** Cells of an indirect counter, null if there is none. */
  Integer counterSize(String name) {
    return counterSizes.get(name);
  }

  boolean hasDirectCounter(String name) {
    return directCounters.contains(name);
  }

  /** Cells of an indirect meter, null if there is none. */
  Integer meterSize(String name) {
    return meterSizes.get(name);
  }

  boolean hasDirectMeter(String name) {
    return directMeters.contains(name);
  }

  /** Null if there is none. */
  RegisterArray register(String name) {
    return registers.get(name);
  }

  private void readActions(JsonNode actions) {
    for (int i = 0; i < actions.size(); i++) {
      String path = "$.actions[" + i + "]";
      JsonNode action = actions.get(i);
      String name = text(action, path, "name");
      JsonNode data = array(action, path, "runtime_data");
      // The compiler repeats an action, under the same name, for each table that uses it.
      actionWidths.put(
          name,
          StreamSupport.stream(data.spliterator(), false)
              .map(param -> param.path("bitwidth").asInt())
              .toList());
      actionNames.put(integer(action, path, "id"), name);
    }
  }

  private void readArrays(
      JsonNode arrays, String place, Map<String, Integer> sizes, Set<String> direct) {
    for (int i = 0; i < arrays.size(); i++) {
      String path = place + "[" + i + "]";
      String name = text(arrays.get(i), path, "name");
      if (arrays.get(i).path("is_direct").asBoolean()) {
        direct.add(name);
      } else {
        sizes.put(name, integer(arrays.get(i), path, "size"));
      }
    }
  }

  private void readRegisters(JsonNode arrays) {
    for (int i = 0; i < arrays.size(); i++) {
      String path = "$.register_arrays[" + i + "]";
      registers.put(
          text(arrays.get(i), path, "name"),
          new RegisterArray(
              integer(arrays.get(i), path, "size"), integer(arrays.get(i), path, "bitwidth")));
    }
  }

  private void readTable(JsonNode table, String path) {
    Set<String> actions = new HashSet<>();
    array(table, path, "actions").forEach(action -> actions.add(action.asText()));
    List<String> keyTypes =
        StreamSupport.stream(array(table, path, "key").spliterator(), false)
            .map(key -> key.path("match_type").asText())
            .toList();
    tables.put(text(table, path, "name"), new Table(keyTypes, actions, table.path("entries")));
  }

  private static JsonNode array(JsonNode parent, String path, String field) {
    JsonNode node = parent.path(field);
    if (!node.isArray()) {
      throw wrong(path, field, "an array", node);
    }
    return node;
  }

  private static String text(JsonNode parent, String path, String field) {
    JsonNode node = parent.path(field);
    if (!node.isTextual()) {
      throw wrong(path, field, "a string", node);
    }
    return node.asText();
  }

  private static int integer(JsonNode parent, String path, String field) {
    JsonNode node = parent.path(field);
    if (!node.canConvertToInt()) {
      throw wrong(path, field, "an integer", node);
    }
    return node.asInt();
  }

  private static P4RuntimeException wrong(
      String path, String field, String expected, JsonNode found) {
    return P4RuntimeException.invalidArgument(
        "p4_device_config is no BMv2 JSON: %s.%s: expected %s, found %s",
        path, field, expected, found.isMissingNode() ? "nothing" : found.getNodeType());
  }
}

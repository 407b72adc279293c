package io.tern.embedded.bmv2;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Writes small v1model programs as BMv2 JSON. Pieces of JSON are given with single quotes.
 *
 * <p>A new program accepts every packet without parsing and sends it to port 0.
 */
public final class ProgramJson {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final ObjectNode root = MAPPER.createObjectNode();
  private int nextId;

  public ProgramJson() {
    root.set("__meta__", json("{'version':[2,23]}"));
    for (String list :
        List.of(
            "header_types",
            "headers",
            "header_stacks",
            "parse_vsets",
            "actions",
            "calculations",
            "checksums",
            "counter_arrays",
            "register_arrays",
            "meter_arrays",
            "field_lists",
            "learn_lists",
            "field_aliases")) {
      root.set(list, MAPPER.createArrayNode());
    }
    root.set(
        "errors",
        json(
            "[['NoError',0],['PacketTooShort',1],['NoMatch',2],['StackOutOfBounds',3],"
                + "['HeaderTooShort',4],['ParserTimeout',5],['ParserInvalidArgument',6]]"));
    root.set("parsers", json("[{'name':'parser','id':0,'init_state':null,'parse_states':[]}]"));
    root.set("deparsers", json("[{'name':'deparser','id':0,'order':[],'primitives':[]}]"));
    root.set(
        "pipelines",
        json(
            "[{'name':'ingress','id':0,'init_table':null,'tables':[],'conditionals':[]},"
                + "{'name':'egress','id':1,'init_table':null,'tables':[],'conditionals':[]}]"));
    headerType(
        "standard_metadata",
        "ingress_port:9",
        "egress_spec:9",
        "egress_port:9",
        "instance_type:32",
        "packet_length:32",
        "ingress_global_timestamp:48",
        "egress_global_timestamp:48",
        "mcast_grp:16",
        "egress_rid:16",
        "checksum_error:1",
        "parser_error:32",
        "pad:6");
    metadata("standard_metadata", "standard_metadata");
    for (String name :
        List.of("ingress_global_timestamp", "egress_global_timestamp", "mcast_grp", "egress_rid")) {
      add("field_aliases", "['intrinsic_metadata.%s',['standard_metadata','%s']]", name, name);
    }
  }

  /** JSON from text with single quotes. */
  public static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  public static String field(String header, String field) {
    return "{'type':'field','value':['" + header + "','" + field + "']}";
  }

  public static String hex(String value) {
    return "{'type':'hexstr','value':'" + value + "'}";
  }

  public static String header(String name) {
    return "{'type':'header','value':'" + name + "'}";
  }

  public static String parameter(int index) {
    return "{'type':'runtime_data','value':" + index + "}";
  }

  public static String op(String op, String left, String right) {
    return "{'type':'expression','value':{'op':'"
        + op
        + "','left':"
        + left
        + ",'right':"
        + right
        + "}}";
  }

  /** A parser operation or a primitive. */
  public static String call(String op, String... parameters) {
    return "{'op':'" + op + "','parameters':[" + String.join(",", parameters) + "]}";
  }

  public static String extract(String header) {
    return call("extract", "{'type':'regular','value':'" + header + "'}");
  }

  public static String assign(String target, String source) {
    return call("assign", target, source);
  }

  private int id() {
    return nextId++;
  }

  private ArrayNode list(String key) {
    return (ArrayNode) root.get(key);
  }

  /** Adds an element to one of the lists at the top. */
  @FormatMethod
  public ProgramJson add(String list, @FormatString String format, Object... arguments) {
    list(list).add(json(String.format(format, arguments)));
    return this;
  }

  /** Changes the JSON as it is so far. */
  public ProgramJson edit(Consumer<ObjectNode> change) {
    change.accept(root);
    return this;
  }

  /** Fields as {@code name:width}; {@code name:*} is variable, a third part {@code signed}. */
  public ProgramJson headerType(String name, String... fields) {
    return headerType(name, 0, fields);
  }

  /** The same with a variable field; {@code maxLength} in octets of the whole header. */
  public ProgramJson headerType(String name, int maxLength, String... fields) {
    String list =
        Arrays.stream(fields)
            .map(f -> f.split(":"))
            .map(
                f ->
                    "['"
                        + f[0]
                        + "',"
                        + (f[1].equals("*") ? "'*'" : f[1])
                        + (f.length > 2 ? "," + f[2].contains("signed") : "")
                        + (f.length > 2 ? "," + f[2].contains("saturating") : "")
                        + "]")
            .collect(Collectors.joining(","));
    return add(
        "header_types",
        "{'name':'%s','id':%d,'fields':[%s],'max_length':%d}",
        name,
        id(),
        list,
        maxLength);
  }

  public ProgramJson metadata(String name, String type) {
    return add(
        "headers", "{'name':'%s','id':%d,'header_type':'%s','metadata':true}", name, id(), type);
  }

  /** A header that the deparser emits, after those before it. */
  public ProgramJson header(String name, String type) {
    add("headers", "{'name':'%s','id':%d,'header_type':'%s','metadata':false}", name, id(), type);
    ((ArrayNode) root.at("/deparsers/0/order")).add(name);
    return this;
  }

  public ProgramJson stack(String name, String type, int size) {
    StringBuilder ids = new StringBuilder();
    for (int i = 0; i < size; i++) {
      ids.append(i == 0 ? "" : ",").append(nextId);
      header(name + "[" + i + "]", type);
    }
    return add(
        "header_stacks",
        "{'name':'%s','id':%d,'header_type':'%s','header_ids':[%s]}",
        name,
        id(),
        type,
        ids);
  }

  /** A parser state that goes on with {@code next}, or accepts if that is null. */
  public ProgramJson state(String name, String next, String... operations) {
    String quoted = next == null ? "null" : "'" + next + "'";
    return select(
        name,
        "",
        "{'type':'default','value':null,'mask':null,'next_state':" + quoted + "}",
        operations);
  }

  /** A parser state with a select; the first state is where the parser starts. */
  public ProgramJson select(String name, String key, String transitions, String... operations) {
    ObjectNode parser = (ObjectNode) root.at("/parsers/0");
    if (parser.get("init_state").isNull()) {
      parser.put("init_state", name);
    }
    ((ArrayNode) parser.get("parse_states"))
        .add(
            json(
                "{'name':'"
                    + name
                    + "','id':"
                    + id()
                    + ",'parser_ops':["
                    + String.join(",", operations)
                    + "],'transition_key':["
                    + key
                    + "],'transitions':["
                    + transitions
                    + "]}"));
    return this;
  }

  public static String transition(String value, String mask, String next) {
    return "{'type':'hexstr','value':'"
        + value
        + "','mask':"
        + (mask == null ? "null" : "'" + mask + "'")
        + ",'next_state':"
        + (next == null ? "null" : "'" + next + "'")
        + "}";
  }

  /** Parameters as {@code name:width}, separated by spaces. */
  public ProgramJson action(String name, String parameters, String... primitives) {
    String runtimeData =
        parameters.isEmpty()
            ? ""
            : Arrays.stream(parameters.split(" "))
                .map(p -> p.split(":"))
                .map(p -> "{'name':'" + p[0] + "','bitwidth':" + p[1] + "}")
                .collect(Collectors.joining(","));
    return add(
        "actions",
        "{'name':'%s','id':%d,'runtime_data':[%s],'primitives':[%s]}",
        name,
        id(),
        runtimeData,
        String.join(",", primitives));
  }

  private int actionId(String name) {
    for (JsonNode action : list("actions")) {
      if (action.get("name").asText().equals(name)) {
        return action.get("id").asInt();
      }
    }
    throw new IllegalArgumentException(name);
  }

  public static String key(String matchType, String header, String field) {
    return "{'match_type':'"
        + matchType
        + "','name':'"
        + header
        + "."
        + field
        + "','target':['"
        + header
        + "','"
        + field
        + "'],'mask':null}";
  }

  private ObjectNode pipeline(String name) {
    return (ObjectNode) root.at(name.equals("ingress") ? "/pipelines/0" : "/pipelines/1");
  }

  /** A table, the next one in its pipeline; the first of its actions is the default action. */
  public ProgramJson table(
      String pipeline, String name, String matchType, String keys, String... actions) {
    StringBuilder next = new StringBuilder();
    StringBuilder ids = new StringBuilder();
    for (String action : actions) {
      next.append(next.length() == 0 ? "" : ",").append("'").append(action).append("':null");
      ids.append(ids.length() == 0 ? "" : ",").append(actionId(action));
    }
    append(pipeline, name);
    ((ArrayNode) pipeline(pipeline).get("tables"))
        .add(
            json(
                "{'name':'"
                    + name
                    + "','id':"
                    + id()
                    + ",'match_type':'"
                    + matchType
                    + "','type':'simple','max_size':1024,'with_counters':true,"
                    + "'support_timeout':false,'direct_meters':null,'key':["
                    + keys
                    + "],'action_ids':["
                    + ids
                    + "],'base_default_next':null,'next_tables':{"
                    + next
                    + "}"
                    + defaultEntry(actions[0])
                    + "}"));
    return this;
  }

  /** Only actions without parameters can be the default. */
  private String defaultEntry(String action) {
    for (JsonNode candidate : list("actions")) {
      if (candidate.get("name").asText().equals(action)
          && candidate.get("runtime_data").isEmpty()) {
        return ",'default_entry':{'action_id':"
            + actionId(action)
            + ",'action_const':false,'action_data':[],'action_entry_const':false}";
      }
    }
    return "";
  }

  /** Makes what ended the pipeline so far go on with a node. */
  private void append(String pipeline, String name) {
    ObjectNode node = pipeline(pipeline);
    if (node.get("init_table").isNull()) {
      node.put("init_table", name);
      return;
    }
    JsonNode tables = node.get("tables");
    ObjectNode last = (ObjectNode) tables.get(tables.size() - 1);
    ObjectNode next = (ObjectNode) last.get("next_tables");
    next.fieldNames().forEachRemaining(action -> next.put(action, name));
    last.put("base_default_next", name);
  }

  /** Runs primitives on every packet: a table without key. */
  public ProgramJson always(String pipeline, String... primitives) {
    String name = "always_" + nextId;
    action(name, "", primitives);
    return table(pipeline, "tbl_" + name, "exact", "", name);
  }

  public byte[] bytes() {
    try {
      return MAPPER.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  public Program read() {
    return ProgramReader.read(bytes());
  }
}

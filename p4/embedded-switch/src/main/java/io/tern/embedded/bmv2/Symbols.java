package io.tern.embedded.bmv2;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What has been declared so far, by the names and ids that the JSON refers to it with. */
final class Symbols {
  final Map<String, HeaderType> headerTypes = new HashMap<>();
  final Map<String, Header> headers = new LinkedHashMap<>();
  final Map<Integer, Header> headersById = new HashMap<>();
  final Map<String, HeaderStack> stacks = new LinkedHashMap<>();
  final Map<String, CounterArray> counters = new LinkedHashMap<>();
  final Map<String, RegisterArray> registers = new LinkedHashMap<>();
  final Map<String, MeterArray> meters = new LinkedHashMap<>();
  final Map<String, Calculation> calculations = new LinkedHashMap<>();
  final Map<String, ValueSet> valueSets = new LinkedHashMap<>();
  final Map<Integer, FieldList> fieldLists = new LinkedHashMap<>();
  final Map<Integer, FieldList> digests = new LinkedHashMap<>();
  final Map<Integer, Action> actions = new LinkedHashMap<>();
  final Map<String, Integer> errors = new LinkedHashMap<>();

  static <K, T> void declare(Map<K, T> map, K key, T object, String kind, JsonCursor at) {
    if (map.putIfAbsent(key, object) != null) {
      throw at.error("a second " + kind + " \"" + key + "\"");
    }
  }

  static <T> T resolve(Map<String, T> map, JsonCursor name, String kind) {
    T object = map.get(name.text());
    if (object == null) {
      throw name.error("no " + kind + " \"" + name.text() + "\"");
    }
    return object;
  }

  static <T> T resolveId(Map<Integer, T> map, JsonCursor id, String kind) {
    T object = map.get(id.integer());
    if (object == null) {
      throw id.error("no " + kind + " with id " + id.integer());
    }
    return object;
  }

  Header header(JsonCursor name) {
    return resolve(headers, name, "header");
  }

  HeaderStack stack(JsonCursor name) {
    return resolve(stacks, name, "header stack");
  }

  /** The field that a pair (header, field) names. */
  FieldRef field(JsonCursor pair) {
    List<JsonCursor> names = pair.tuple(2);
    Header header = header(names.get(0));
    return new FieldRef(header, fieldOf(header.type(), names.get(1)));
  }

  int fieldOf(HeaderType type, JsonCursor name) {
    int field = type.find(name.text());
    if (field < HeaderType.VALIDITY) {
      throw name.error("no field \"" + name.text() + "\" in header type \"" + type.name() + "\"");
    }
    return field;
  }

  List<FieldRef> fields(List<JsonCursor> elements) {
    List<FieldRef> fields = new ArrayList<>();
    for (JsonCursor element : elements) {
      if (!element.text("type").equals("field")) {
        throw element
            .get("type")
            .error("expected \"field\", found \"" + element.text("type") + "\"");
      }
      fields.add(field(element.get("value")));
    }
    return fields;
  }

  Action actionNamed(JsonCursor name) {
    for (Action action : actions.values()) {
      if (action.name().equals(name.text())) {
        return action;
      }
    }
    throw name.error("no action \"" + name.text() + "\"");
  }
}

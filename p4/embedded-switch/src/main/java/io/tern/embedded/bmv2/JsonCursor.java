package io.tern.embedded.bmv2;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A place in the JSON that knows its path, so that every refusal can name it. */
final class JsonCursor {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final Pattern HEX = Pattern.compile("-?(0[xX])?[0-9a-fA-F]+");

  private final JsonCursor parent;
  private final String segment;
  private final JsonNode node;

  private JsonCursor(JsonCursor parent, String segment, JsonNode node) {
    this.parent = parent;
    this.segment = segment;
    this.node = node;
  }

  static JsonCursor root(byte[] json) {
    JsonNode node;
    try {
      node = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null
              ? ""
              : " (line "
                  + e.getLocation().getLineNr()
                  + ", column "
                  + e.getLocation().getColumnNr()
                  + ")";
      throw new InvalidProgramException("$", "not JSON: " + e.getOriginalMessage() + where, false);
    } catch (IOException e) {
      throw new InvalidProgramException("$", "not JSON: " + e.getMessage(), false);
    }
    JsonCursor root = new JsonCursor(null, "$", node);
    if (!node.isObject()) {
      throw root.error("expected a JSON object, found " + root.kind());
    }
    return root;
  }

  String path() {
    StringBuilder path = new StringBuilder();
    appendPath(path);
    return path.toString();
  }

  private void appendPath(StringBuilder path) {
    if (parent != null) {
      parent.appendPath(path);
    }
    path.append(segment);
  }

  InvalidProgramException error(String problem) {
    return new InvalidProgramException(path(), problem, false);
  }

  /** What stands here is legal, but the interpreter does not have it. */
  InvalidProgramException unsupported(String problem) {
    return new InvalidProgramException(path(), problem, true);
  }

  private String kind() {
    return node.isMissingNode()
        ? "nothing"
        : node.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
  }

  boolean isNull() {
    return node.isNull() || node.isMissingNode();
  }

  boolean isText() {
    return node.isTextual();
  }

  boolean isInteger() {
    return node.isIntegralNumber();
  }

  boolean isBoolean() {
    return node.isBoolean();
  }

  boolean isArray() {
    return node.isArray();
  }

  /** The member, which must be there and may be null. */
  JsonCursor get(String key) {
    if (!node.isObject()) {
      throw error("expected an object with key \"" + key + "\", found " + kind());
    }
    JsonNode child = node.get(key);
    if (child == null) {
      throw error("missing key \"" + key + "\"");
    }
    return new JsonCursor(this, "." + key, child);
  }

  /** The member, empty if it is absent or null. */
  Optional<JsonCursor> find(String key) {
    if (!node.isObject()) {
      throw error("expected an object, found " + kind());
    }
    JsonNode child = node.get(key);
    return child == null || child.isNull()
        ? Optional.empty()
        : Optional.of(new JsonCursor(this, "." + key, child));
  }

  boolean flag(String key, boolean otherwise) {
    return find(key).map(JsonCursor::bool).orElse(otherwise);
  }

  List<String> keys() {
    if (!node.isObject()) {
      throw error("expected an object, found " + kind());
    }
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /** The elements of the array at {@code key}; none if it is absent. */
  List<JsonCursor> elements(String key) {
    return find(key).map(JsonCursor::elements).orElse(List.of());
  }

  List<JsonCursor> elements() {
    if (!node.isArray()) {
      throw error("expected an array, found " + kind());
    }
    List<JsonCursor> elements = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      elements.add(new JsonCursor(this, "[" + i + "]", node.get(i)));
    }
    return elements;
  }

  /** The elements of an array that must have {@code size} of them. */
  List<JsonCursor> tuple(int size) {
    List<JsonCursor> elements = elements();
    if (elements.size() != size) {
      throw error("expected an array of " + size + " elements, found " + elements.size());
    }
    return elements;
  }

  String text() {
    if (!node.isTextual()) {
      throw error("expected a string, found " + kind());
    }
    return node.textValue();
  }

  String text(String key) {
    return get(key).text();
  }

  int integer() {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw error("expected a 32-bit integer, found " + (node.isNumber() ? node : kind()));
    }
    return node.intValue();
  }

  int integer(String key) {
    return get(key).integer();
  }

  int integer(String key, int low, int high) {
    JsonCursor at = get(key);
    int value = at.integer();
    if (value < low || value > high) {
      throw at.error("expected an integer from " + low + " to " + high + ", found " + value);
    }
    return value;
  }

  boolean bool() {
    if (!node.isBoolean()) {
      throw error("expected true or false, found " + kind());
    }
    return node.booleanValue();
  }

  /** The value of a hexadecimal string, with or without 0x, possibly negative. */
  BigInteger hex() {
    String text = text();
    if (!HEX.matcher(text).matches()) {
      throw error("expected a hexadecimal string, found \"" + text + "\"");
    }
    boolean negative = text.startsWith("-");
    String digits = negative ? text.substring(1) : text;
    if (digits.startsWith("0x") || digits.startsWith("0X")) {
      digits = digits.substring(2);
    }
    BigInteger value = new BigInteger(digits, 16);
    if (value.bitLength() > ValueRange.MAX_BITS) {
      throw error(
          "a constant of " + value.bitLength() + " bits; the limit is " + ValueRange.MAX_BITS);
    }
    return negative ? value.negate() : value;
  }
}

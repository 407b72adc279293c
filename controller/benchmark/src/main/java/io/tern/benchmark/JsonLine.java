package io.tern.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One JSON object on one line. Not thread-safe. */
public final class JsonLine {
  private final List<String> members = new ArrayList<>();

  /** Adds a number; it must be finite. */
  public JsonLine put(String name, double value) {
    return raw(name, String.format(Locale.ROOT, "%.4f", value));
  }

  /** Adds an integer. */
  public JsonLine put(String name, long value) {
    return raw(name, Long.toString(value));
  }

  /** Adds text. */
  public JsonLine put(String name, String value) {
    return raw(name, quoted(value));
  }

  /** Adds an object. */
  public JsonLine put(String name, JsonLine value) {
    return raw(name, value.toString());
  }

  /** Adds numbers. */
  public JsonLine put(String name, Samples samples) {
    return raw(
        name,
        "["
            + String.join(
                ", ",
                samples.values().stream().map(v -> String.format(Locale.ROOT, "%.4f", v)).toList())
            + "]");
  }

  private JsonLine raw(String name, String value) {
    members.add(quoted(name) + ": " + value);
    return this;
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    text.chars()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                json.append('\\').append((char) c);
              } else if (c < 0x20) {
                json.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                json.append((char) c);
              }
            });
    return json.append('"').toString();
  }

  @Override
  public String toString() {
    return "{" + String.join(", ", members) + "}";
  }
}

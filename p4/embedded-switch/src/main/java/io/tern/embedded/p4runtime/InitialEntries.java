package io.tern.embedded.p4runtime;

import com.fasterxml.jackson.databind.JsonNode;
import io.tern.embedded.engine.DataPlane.ActionCall;
import io.tern.embedded.engine.DataPlane.KeyMatch;
import io.tern.proto.p4.config.v1.MatchField.MatchType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The entries that a program brings for a table (sections 9.1.4 and 9.1.5). */
final class InitialEntries {

  private InitialEntries() {}

  /**
   * Reads them from the program.
   *
   * @return in the order of the program; priorities count down to 1, the first entry wins
   */
  static Map<EntryKey, ActionCall> of(TableSchema schema, Bmv2Program program) {
    Map<EntryKey, ActionCall> entries = new LinkedHashMap<>();
    List<JsonNode> listed = new ArrayList<>();
    program.table(schema.name()).entries().forEach(listed::add);
    // In BMv2 the smaller priority wins, in P4Runtime the larger.
    listed.sort(Comparator.comparingInt(entry -> entry.path("priority").asInt()));
    for (int i = 0; i < listed.size(); i++) {
      JsonNode entry = listed.get(i);
      List<KeyMatch> key = new ArrayList<>();
      for (MatchFieldSchema field : schema.fields()) {
        key.add(match(field, entry.path("match_key").path(field.position())));
      }
      List<BigInteger> arguments = new ArrayList<>();
      entry.path("action_entry").path("action_data").forEach(data -> arguments.add(hex(data)));
      String action = program.actionName(entry.path("action_entry").path("action_id").asInt());
      entries.put(
          schema.packKey(key, schema.prioritized() ? listed.size() - i : 0),
          new ActionCall(action, arguments));
    }
    return entries;
  }

  private static KeyMatch match(MatchFieldSchema field, JsonNode match) {
    BigInteger value = hex(match.path("key"));
    return switch (match.path("match_type").asText()) {
      case "lpm" -> new KeyMatch.Lpm(value, match.path("prefix_length").asInt());
      case "ternary" -> new KeyMatch.Ternary(value, hex(match.path("mask")));
      case "range" -> new KeyMatch.Range(hex(match.path("start")), hex(match.path("end")));
      default ->
          field.type() == MatchType.OPTIONAL
              ? new KeyMatch.Optional(value)
              : new KeyMatch.Exact(value);
    };
  }

  private static BigInteger hex(JsonNode node) {
    String text = node.asText();
    if (!text.startsWith("0x")) {
      return BigInteger.ZERO;
    }
    return new BigInteger(text.substring(2), 16);
  }
}

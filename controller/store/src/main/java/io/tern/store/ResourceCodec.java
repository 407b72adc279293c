package io.tern.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tern.core.intent.Intent;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * The stored form of one kind of resource: a JSON document. Written by hand, field by field, so
 * that a renamed record component never changes what is on disk.
 *
 * @param <K> what the intent finds it by
 * @param <V> the resource
 */
abstract class ResourceCodec<K extends Comparable<K>, V> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String kind;

  ResourceCodec(String kind) {
    this.kind = kind;
  }

  /** The word for it in the table of resources. */
  final String kind() {
    return kind;
  }

  /** Resources of this kind. */
  abstract SortedMap<K, V> select(Intent intent);

  abstract K key(V value);

  /** Resource name, "pools/web". */
  abstract String name(K key);

  abstract void write(V value, ObjectNode to);

  /**
   * @throws IllegalArgumentException if the document does not describe such a resource; the message
   *     shows no key
   */
  abstract V read(Fields from);

  final String toJson(V value) {
    ObjectNode document = JSON.createObjectNode();
    write(value, document);
    return document.toString();
  }

  /**
   * @throws IllegalArgumentException if it is no JSON object, or not one of this kind; the message
   *     shows no key
   */
  final V fromJson(String document) {
    JsonNode node;
    try {
      node = JSON.readTree(document);
    } catch (JsonProcessingException e) {
      // The cause may quote the document, which may hold a key: leave it out.
      throw new IllegalArgumentException("not JSON at offset " + e.getLocation().getCharOffset());
    }
    if (!(node instanceof ObjectNode object)) {
      throw new IllegalArgumentException("not a JSON object");
    }
    return read(new Fields(object));
  }

  /** Typed access to the fields of a document; every message names the field, none its value. */
  record Fields(ObjectNode node) {
    String text(String field) {
      JsonNode value = required(field);
      if (!value.isTextual()) {
        throw new IllegalArgumentException("field \"" + field + "\" is no text");
      }
      return value.textValue();
    }

    long number(String field) {
      JsonNode value = required(field);
      if (!value.isIntegralNumber() || !value.canConvertToLong()) {
        throw new IllegalArgumentException("field \"" + field + "\" is no integer of 64 bits");
      }
      return value.longValue();
    }

    int integer(String field) {
      JsonNode value = required(field);
      if (!value.isIntegralNumber() || !value.canConvertToInt()) {
        throw new IllegalArgumentException("field \"" + field + "\" is no integer of 32 bits");
      }
      return value.intValue();
    }

    boolean flag(String field) {
      JsonNode value = required(field);
      if (!value.isBoolean()) {
        throw new IllegalArgumentException("field \"" + field + "\" is neither true nor false");
      }
      return value.booleanValue();
    }

    boolean has(String field) {
      return node.hasNonNull(field);
    }

    Fields object(String field) {
      if (!(required(field) instanceof ObjectNode object)) {
        throw new IllegalArgumentException("field \"" + field + "\" is no object");
      }
      return new Fields(object);
    }

    List<String> names() {
      return node.properties().stream().map(Map.Entry::getKey).toList();
    }

    private JsonNode required(String field) {
      JsonNode value = node.get(field);
      if (value == null || value.isNull()) {
        throw new IllegalArgumentException("field \"" + field + "\" is missing");
      }
      return value;
    }
  }
}

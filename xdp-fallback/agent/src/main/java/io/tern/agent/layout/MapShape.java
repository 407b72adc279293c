package io.tern.agent.layout;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A map of the program.
 *
 * @param type the kernel's number of the map's type
 * @param keySize octets
 * @param valueSize octets, of one CPU for per-CPU maps
 * @param maxEntries as declared
 */
public record MapShape(
    String name,
    int type,
    int keySize,
    int valueSize,
    int maxEntries,
    List<Field> keyFields,
    List<Field> valueFields) {

  public MapShape {
    keyFields = List.copyOf(keyFields);
    valueFields = List.copyOf(valueFields);
  }

  /**
   * A field of the key.
   *
   * @throws LayoutException if it has none of that name
   */
  public Field key(String field) {
    return find(keyFields, field).orElseThrow(() -> missing("key", field));
  }

  /**
   * A field of the value.
   *
   * @throws LayoutException if it has none of that name
   */
  public Field value(String field) {
    return find(valueFields, field).orElseThrow(() -> missing("value", field));
  }

  /** A field of the value that older layouts may lack. */
  public Optional<Field> optionalValue(String field) {
    return find(valueFields, field);
  }

  private LayoutException missing(String part, String field) {
    return new LayoutException("map '" + name + "': its " + part + " has no field '" + field + "'");
  }

  private static Optional<Field> find(List<Field> fields, String name) {
    return fields.stream().filter(field -> field.name().equals(name)).findFirst();
  }

  /** The maps of an object by their names. */
  static Map<String, MapShape> byName(List<MapShape> shapes) {
    Map<String, MapShape> byName = new LinkedHashMap<>();
    shapes.forEach(shape -> byName.put(shape.name(), shape));
    return byName;
  }
}

package io.tern.agent.layout;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The maps of a BPF object: from the object itself, or from the descriptor that an agent left
 * beside pinned maps. Immutable.
 *
 * <p>The descriptor is text, one line for each map and each field, so that it can be read without
 * the object, by people too:
 *
 * <pre>
 * tern-bpf-maps 1
 * map vip_v4 1 8 24 1024
 * key addr 0 4 1 4
 * value index 0 4 1 4
 * </pre>
 *
 * A map has name, type, octets of key and value, and size; a field has name, offset, octets of an
 * element, elements, and octets from one to the next.
 */
public final class ObjectLayout {
  private static final String HEADER = "tern-bpf-maps 1";

  /** The kernel's number of the type of maps that are sections of variables. */
  private static final int ARRAY = 2;

  private final Map<String, MapShape> maps;

  private ObjectLayout(List<MapShape> maps) {
    this.maps = MapShape.byName(maps);
  }

  /**
   * Reads the type information of an object.
   *
   * @throws LayoutException if it has none
   */
  public static ObjectLayout of(byte[] elf) {
    Btf btf;
    try {
      btf = Btf.parse(ElfSections.find(elf, ".BTF"));
    } catch (IndexOutOfBoundsException e) {
      throw new LayoutException("the section .BTF is damaged", e);
    }
    List<MapShape> shapes = new ArrayList<>();
    btf.maps()
        .forEach(
            (name, structure) -> {
              int key = btf.pointee(structure, "key");
              int value = btf.pointee(structure, "value");
              shapes.add(
                  new MapShape(
                      name,
                      btf.number(structure, "type"),
                      key == 0 ? btf.number(structure, "key_size") : btf.size(key),
                      value == 0 ? btf.number(structure, "value_size") : btf.size(value),
                      btf.number(structure, "max_entries"),
                      key == 0 ? List.of() : btf.fields(key),
                      value == 0 ? List.of() : btf.fields(value)));
            });
    btf.variables()
        .forEach(
            (name, type) ->
                shapes.add(
                    new MapShape(
                        name,
                        ARRAY,
                        Integer.BYTES,
                        btf.size(type),
                        1,
                        List.of(new Field(Field.WHOLE, 0, Integer.BYTES, 1)),
                        btf.fields(type))));
    return new ObjectLayout(shapes);
  }

  /**
   * Reads a descriptor.
   *
   * @throws LayoutException with the line that is wrong
   */
  public static ObjectLayout parse(String descriptor) {
    List<String> lines = descriptor.lines().toList();
    if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
      throw new LayoutException("no descriptor of maps: it does not begin with '" + HEADER + "'");
    }
    List<MapShape> shapes = new ArrayList<>();
    String[] map = null;
    List<Field> keys = new ArrayList<>();
    List<Field> values = new ArrayList<>();
    for (int i = 1; i <= lines.size(); i++) {
      String[] words = i == lines.size() ? new String[] {"map"} : lines.get(i).split(" ", -1);
      try {
        switch (words[0]) {
          case "map" -> {
            if (map != null) {
              shapes.add(
                  new MapShape(
                      map[1],
                      Integer.parseInt(map[2]),
                      Integer.parseInt(map[3]),
                      Integer.parseInt(map[4]),
                      Integer.parseInt(map[5]),
                      keys,
                      values));
            }
            map = words;
            keys.clear();
            values.clear();
          }
          case "key" -> keys.add(field(words));
          case "value" -> values.add(field(words));
          default -> throw new LayoutException("unknown word '" + words[0] + "'");
        }
      } catch (NumberFormatException | IndexOutOfBoundsException | LayoutException e) {
        throw new LayoutException("line " + (i + 1) + " of the maps' descriptor is wrong", e);
      }
    }
    return new ObjectLayout(shapes);
  }

  private static Field field(String[] words) {
    return new Field(
        words[1],
        Integer.parseInt(words[2]),
        Integer.parseInt(words[3]),
        Integer.parseInt(words[4]),
        Integer.parseInt(words[5]));
  }

  /** The descriptor. */
  public String describe() {
    return describe(true);
  }

  private String describe(boolean sizes) {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    for (MapShape map : maps.values()) {
      text.append(
          String.format(
              "map %s %d %d %d%s\n",
              map.name(),
              map.type(),
              map.keySize(),
              map.valueSize(),
              sizes ? " " + map.maxEntries() : ""));
      map.keyFields().forEach(field -> append(text, "key", field));
      map.valueFields().forEach(field -> append(text, "value", field));
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String part, Field field) {
    text.append(
        String.format(
            "%s %s %d %d %d %d\n",
            part, field.name(), field.offset(), field.size(), field.count(), field.stride()));
  }

  /** SHA-256 over everything but the sizes of maps: two layouts with one hash are the same. */
  public String hash() {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(sha256.digest(describe(false).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Names of all maps. */
  public List<String> names() {
    return List.copyOf(maps.keySet());
  }

  public boolean has(String map) {
    return maps.containsKey(map);
  }

  /**
   * A map.
   *
   * @throws LayoutException if there is none of that name
   */
  public MapShape map(String name) {
    MapShape shape = maps.get(name);
    if (shape == null) {
      throw new LayoutException("the program has no map '" + name + "'");
    }
    return shape;
  }
}

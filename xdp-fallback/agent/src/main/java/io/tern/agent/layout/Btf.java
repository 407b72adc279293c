package io.tern.agent.layout;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Type information of a BPF object (BTF, as in the kernel's documentation): as much of it as maps
 * and the structures in them need.
 */
final class Btf {
  /** Structures of longer arrays are not listed one by one. */
  private static final int LONG_ARRAY = 64;

  private static final int MAGIC = 0xeb9f;

  private static final int INT = 1;
  private static final int POINTER = 2;
  private static final int ARRAY = 3;
  private static final int STRUCT = 4;
  private static final int UNION = 5;
  private static final int ENUM = 6;
  private static final int TYPEDEF = 8;
  private static final int VOLATILE = 9;
  private static final int CONST = 10;
  private static final int RESTRICT = 11;
  private static final int FUNCTION_PROTOTYPE = 13;
  private static final int VARIABLE = 14;
  private static final int DATA_SECTION = 15;
  private static final int DECLARATION_TAG = 17;
  private static final int TYPE_TAG = 18;
  private static final int ENUM64 = 19;

  /** A member of a structure, or a variable of a section. */
  private record Member(String name, int type, int bitOffset) {}

  /**
   * @param size of integers, structures and enumerations; elements of arrays
   * @param type what a pointer, array, typedef, qualifier or variable is of
   */
  private record Type(int kind, String name, int size, int type, List<Member> members) {}

  private final List<Type> types = new ArrayList<>();

  private Btf() {
    types.add(new Type(0, "void", 0, 0, List.of()));
  }

  /** Reads the section {@code .BTF}. */
  static Btf parse(ByteBuffer section) {
    if ((section.getShort(0) & 0xffff) != MAGIC) {
      throw new LayoutException("the section .BTF is damaged");
    }
    int header = section.getInt(4);
    int from = header + section.getInt(8);
    int to = from + section.getInt(12);
    int strings = header + section.getInt(16);
    Btf btf = new Btf();
    int at = from;
    while (at < to) {
      String name = ElfSections.text(section, strings + section.getInt(at));
      int info = section.getInt(at + 4);
      int sizeOrType = section.getInt(at + 8);
      int count = info & 0xffff;
      int kind = info >>> 24 & 0x1f;
      at += 12;
      List<Member> members = new ArrayList<>();
      int size = sizeOrType;
      int type = sizeOrType;
      switch (kind) {
        case INT, VARIABLE, DECLARATION_TAG -> at += 4;
        case ARRAY -> {
          type = section.getInt(at);
          size = section.getInt(at + 8);
          at += 12;
        }
        case STRUCT, UNION, DATA_SECTION -> {
          for (int i = 0; i < count; i++, at += 12) {
            members.add(
                kind == DATA_SECTION
                    ? new Member("", section.getInt(at), section.getInt(at + 4) * 8)
                    : new Member(
                        ElfSections.text(section, strings + section.getInt(at)),
                        section.getInt(at + 4),
                        section.getInt(at + 8) & 0xffffff));
          }
        }
        case ENUM, FUNCTION_PROTOTYPE -> at += 8 * count;
        case ENUM64 -> at += 12 * count;
        default -> {
          // Has nothing behind its head.
        }
      }
      btf.types.add(new Type(kind, name, size, type, List.copyOf(members)));
    }
    return btf;
  }

  /**
   * The maps that a program declares by types: their names, and the structures that say what they
   * are.
   */
  Map<String, Integer> maps() {
    Map<String, Integer> maps = new LinkedHashMap<>();
    for (Type type : types) {
      if (type.kind() == DATA_SECTION && type.name().equals(".maps")) {
        for (Member variable : type.members()) {
          Type declared = types.get(variable.type());
          maps.put(declared.name(), declared.type());
        }
      }
    }
    return maps;
  }

  /** Sections of variables that are maps: their names, and the type of the one variable in each. */
  Map<String, Integer> variables() {
    Map<String, Integer> variables = new LinkedHashMap<>();
    for (Type type : types) {
      if (type.kind() == DATA_SECTION
          && type.name().startsWith(".data.")
          && type.members().size() == 1) {
        variables.put(type.name(), types.get(type.members().get(0).type()).type());
      }
    }
    return variables;
  }

  /** What a map's member points to: the type of {@code key} or {@code value}; 0 if it has none. */
  int pointee(int structure, String member) {
    for (Member m : resolve(structure).members()) {
      if (m.name().equals(member)) {
        return resolve(m.type()).type();
      }
    }
    return 0;
  }

  /** The number that a map's member says, as {@code max_entries}; 0 if it has none. */
  int number(int structure, String member) {
    int pointee = pointee(structure, member);
    return pointee == 0 ? 0 : resolve(pointee).size();
  }

  int size(int type) {
    Type resolved = resolve(type);
    return switch (resolved.kind()) {
      case ARRAY -> resolved.size() * size(resolved.type());
      case POINTER -> 8;
      default -> resolved.size();
    };
  }

  /** The scalars and arrays of scalars in a type, by their paths ({@code config[2].mask}). */
  List<Field> fields(int type) {
    List<Field> fields = new ArrayList<>();
    flatten("", 0, type, fields);
    return fields;
  }

  private void flatten(String path, int offset, int type, List<Field> fields) {
    Type resolved = resolve(type);
    switch (resolved.kind()) {
      case STRUCT -> {
        for (Member member : resolved.members()) {
          flatten(
              path.isEmpty() ? member.name() : path + "." + member.name(),
              offset + member.bitOffset() / 8,
              member.type(),
              fields);
        }
      }
      case ARRAY -> {
        Type element = resolve(resolved.type());
        if (element.kind() == INT || element.kind() == ENUM) {
          fields.add(new Field(nameOf(path), offset, element.size(), resolved.size()));
          return;
        }
        if (resolved.size() > LONG_ARRAY) {
          spread(path, offset, resolved, fields);
          return;
        }
        for (int i = 0; i < resolved.size(); i++) {
          flatten(
              path + "[" + i + "]", offset + i * size(resolved.type()), resolved.type(), fields);
        }
      }
      case INT, ENUM, ENUM64 -> fields.add(new Field(nameOf(path), offset, resolved.size(), 1));
      default ->
          throw new LayoutException(
              "'" + nameOf(path) + "' is of a kind that maps have no use for: " + resolved.kind());
    }
  }

  /**
   * The members of a long array's structures, each one field with as many elements; the whole array
   * as octets if they have arrays of their own.
   */
  private void spread(String path, int offset, Type array, List<Field> fields) {
    List<Field> members = new ArrayList<>();
    int stride = size(array.type());
    flatten(path + "[]", offset, array.type(), members);
    if (members.stream().anyMatch(member -> member.count() != 1)) {
      fields.add(new Field(path + "[]", offset, 1, array.size() * stride));
      return;
    }
    for (Field member : members) {
      fields.add(new Field(member.name(), member.offset(), member.size(), array.size(), stride));
    }
  }

  /** A key or value that is one scalar has no name of its own. */
  private static String nameOf(String path) {
    return path.isEmpty() ? Field.WHOLE : path;
  }

  private Type resolve(int id) {
    Type type = types.get(id);
    while (type.kind() == TYPEDEF
        || type.kind() == VOLATILE
        || type.kind() == CONST
        || type.kind() == RESTRICT
        || type.kind() == TYPE_TAG) {
      type = types.get(type.type());
    }
    return type;
  }
}

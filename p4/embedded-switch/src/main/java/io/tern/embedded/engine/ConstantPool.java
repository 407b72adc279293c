package io.tern.embedded.engine;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The constants of a class file (Java Virtual Machine Specification, section 4.4). */
final class ConstantPool {
  static final int FIELD = 9;
  static final int METHOD = 10;

  private static final int TEXT = 1;
  private static final int LONG = 5;
  private static final int TYPE = 7;
  private static final int NAME_AND_TYPE = 12;

  private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(octets);
  private final Map<List<Object>, Integer> known = new HashMap<>();
  private int next = 1;

  @FunctionalInterface
  private interface Writing {
    void write() throws IOException;
  }

  int text(String value) {
    return constant(List.of(TEXT, value), 1, () -> out.writeUTF(value));
  }

  int word(long value) {
    return constant(List.of(LONG, value), 2, () -> out.writeLong(value));
  }

  int type(String name) {
    int text = text(name);
    return constant(List.of(TYPE, text), 1, () -> out.writeShort(text));
  }

  /**
   * A field or method.
   *
   * @param kind {@link #FIELD} or {@link #METHOD}
   */
  int member(int kind, String owner, String name, String descriptor) {
    int ownerType = type(owner);
    int nameText = text(name);
    int descriptorText = text(descriptor);
    int nameAndType =
        constant(
            List.of(NAME_AND_TYPE, nameText, descriptorText),
            1,
            () -> {
              out.writeShort(nameText);
              out.writeShort(descriptorText);
            });
    return constant(
        List.of(kind, ownerType, nameAndType),
        1,
        () -> {
          out.writeShort(ownerType);
          out.writeShort(nameAndType);
        });
  }

  private int constant(List<Object> key, int entries, Writing content) {
    Integer index = known.get(key);
    if (index == null) {
      index = next;
      next += entries;
      known.put(key, index);
      try {
        out.writeByte((Integer) key.get(0));
        content.write();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return index;
  }

  void write(DataOutputStream to) throws IOException {
    to.writeShort(next);
    octets.writeTo(to);
  }
}

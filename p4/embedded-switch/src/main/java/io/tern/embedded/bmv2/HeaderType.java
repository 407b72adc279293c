package io.tern.embedded.bmv2;

import java.util.List;

/** The layout of a header or of a metadata struct. */
public record HeaderType(String name, List<Field> fields) {
  /** The index by which a {@link FieldRef} names the validity of a header instead of a field. */
  public static final int VALIDITY = -1;

  /**
   * A field.
   *
   * @param width in bits; of a variable field the most that it can have
   * @param saturating stores clamp instead of cutting
   * @param variable a {@code varbit}: a multiple of 8 bits, at most one in a header
   */
  public record Field(
      String name, int width, boolean signed, boolean saturating, boolean variable) {
    public ValueRange range() {
      return signed ? ValueRange.signed(width) : ValueRange.unsigned(width);
    }
  }

  public HeaderType {
    fields = List.copyOf(fields);
  }

  /** Octets of the fixed fields together. */
  public int fixedOctets() {
    return fields.stream().filter(f -> !f.variable()).mapToInt(Field::width).sum() / 8;
  }

  /** Octets with the variable field, if there is one, at its longest. */
  public int maxOctets() {
    return fields.stream().mapToInt(Field::width).sum() / 8;
  }

  public boolean isVariable() {
    return fields.stream().anyMatch(Field::variable);
  }

  /**
   * The field's index, or -2 if there is none of that name; {@code $valid$} is {@link #VALIDITY}.
   */
  int find(String field) {
    if (field.equals("$valid$")) {
      return VALIDITY;
    }
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).name().equals(field)) {
        return i;
      }
    }
    return -2;
  }
}

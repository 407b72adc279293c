package io.tern.embedded.bmv2;

/**
 * A field of a header instance.
 *
 * @param field index in the header's type, or {@link HeaderType#VALIDITY}
 */
public record FieldRef(Header header, int field) {
  public boolean isValidity() {
    return field == HeaderType.VALIDITY;
  }

  /** In bits; of a variable field the most that it can have. */
  public int width() {
    return isValidity() ? 1 : header.type().fields().get(field).width();
  }

  public boolean isVariable() {
    return !isValidity() && header.type().fields().get(field).variable();
  }

  public ValueRange range() {
    return isValidity() ? ValueRange.BIT : header.type().fields().get(field).range();
  }

  @Override
  public String toString() {
    return header.name()
        + "."
        + (isValidity() ? "$valid$" : header.type().fields().get(field).name());
  }
}

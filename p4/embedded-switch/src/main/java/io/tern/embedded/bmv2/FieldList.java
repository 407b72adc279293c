package io.tern.embedded.bmv2;

import java.util.List;

/** Fields that a clone, resubmission or recirculation keeps, or that a digest carries. */
public record FieldList(int id, String name, List<FieldRef> fields) {
  public FieldList {
    fields = List.copyOf(fields);
  }
}

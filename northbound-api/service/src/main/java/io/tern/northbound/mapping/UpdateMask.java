package io.tern.northbound.mapping;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import io.tern.northbound.error.Violations;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which fields an update changes (AIP-134). Immutable. */
final class UpdateMask {
  private static final String ALL = "*";

  private final Set<String> fields;

  private UpdateMask(Set<String> fields) {
    this.fields = Set.copyOf(fields);
  }

  /**
   * Takes a mask apart.
   *
   * @param mask empty: what of {@code resource} is set, as far as it can be changed
   * @param updatable the fields that can be changed
   * @param violations told of paths that cannot
   */
  static UpdateMask of(
      FieldMask mask, Message resource, List<String> updatable, Violations violations) {
    Set<String> fields = new HashSet<>();
    if (mask.getPathsCount() == 0) {
      resource.getAllFields().keySet().stream()
          .map(FieldDescriptor::getName)
          .filter(updatable::contains)
          .forEach(fields::add);
    }
    for (String path : mask.getPathsList()) {
      if (path.equals(ALL)) {
        fields.addAll(updatable);
      } else if (updatable.contains(path)) {
        fields.add(path);
      } else {
        violations.add(
            "update_mask",
            "\""
                + path
                + "\" is no field that an update can change; it must be one of "
                + String.join(", ", updatable)
                + ", or * for all of them");
      }
    }
    return new UpdateMask(fields);
  }

  boolean has(String field) {
    return fields.contains(field);
  }
}

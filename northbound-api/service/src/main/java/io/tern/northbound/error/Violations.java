package io.tern.northbound.error;

import io.tern.northbound.error.ApiErrors.FieldViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Collects what is wrong with a request, so that its sender learns all of it at once. */
public final class Violations {
  private final List<FieldViolation> violations = new ArrayList<>();

  /**
   * Notes a violation.
   *
   * @param field its path in the request, "vip.address"
   * @param description what is wrong and what would be right; no secrets
   */
  public void add(String field, String description) {
    violations.add(new FieldViolation(field, description));
  }

  /** Notes that {@code field} is wrong unless {@code ok}. */
  public void check(boolean ok, String field, String description) {
    if (!ok) {
      add(field, description);
    }
  }

  /** What {@code parse} gives; or empty, and its IllegalArgumentException is noted. */
  public <T> Optional<T> parse(String field, Supplier<T> parse) {
    try {
      return Optional.of(parse.get());
    } catch (IllegalArgumentException e) {
      add(field, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  public boolean isEmpty() {
    return violations.isEmpty();
  }

  /**
   * Ends the request if anything is wrong with it.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT with a violation for each field
   */
  public void throwIfAny() {
    if (!violations.isEmpty()) {
      throw ApiErrors.invalid(violations);
    }
  }

  /**
   * The value of a field that was parsed without a violation.
   *
   * @throws io.grpc.StatusRuntimeException as {@link #throwIfAny}
   */
  public <T> T get(Optional<T> parsed) {
    throwIfAny();
    return parsed.orElseThrow();
  }
}
